import { expect, test } from 'vitest';
import type { LastTransfer } from '../../../plugin/contract/dialog.ts';
import { startDesk } from '../../support/desk.ts';
import { LEAD } from '../../support/minimal-host.ts';
import { createTestClock } from '../../support/test-clock.ts';

test('«Возврат» knows why it runs; the operator reads the reason; feed and metrics name who ended it', async () => {
  await using desk = await startDesk();
  const { host, emulator, userId, anna } = desk;
  const ask = host.plugin.guest.functions.get('getLastTransfer');
  const last = async (lead = LEAD): Promise<LastTransfer | null> =>
    (await ask?.({ lead, signal: AbortSignal.timeout(60_000) }, null)) as LastTransfer | null;
  const known: Array<LastTransfer | null> = [];
  host.scripts.set('return', async () => void known.push(await last()));
  host.attributes.set(userId, { тема: 'Доставка' });

  expect(await last()).toBeNull();
  expect(await last({ ...LEAD, channel: 'jivo' })).toBeNull();
  await host.leadSays(LEAD, 'Где деньги?');
  const [then] = await host.plugin.afterScript(LEAD, [
    { action: 'transferToOperator', wishes: { reason: 'Возврат денег' } },
  ]);
  expect(then).toEqual({ do: 'event', event: 'TransferRequested', wishes: { reason: 'Возврат денег' } });
  await host.plugin.accept([
    { type: 'TransferRequested', id: 'asked', lead: LEAD, at: Date.now(), reason: 'Возврат денег' },
  ]);
  await desk.settle();
  expect(desk.dialog().attributes).toEqual({ Канал: 'telegram', Причина: 'Возврат денег', тема: 'Доставка' });
  emulator.dialogs.reply(userId, anna, 'Вернём сегодня');
  await desk.settle();
  expect(await last()).toMatchObject({ number: 1, operator: 'Анна Котова', endedAt: null, endedBy: null });
  emulator.dialogs.close(userId, anna);
  await desk.settle();

  expect(known).toEqual([await last()]);
  const [told] = known;
  expect(told).toMatchObject({ number: 1, reason: 'Возврат денег', operator: 'Анна Котова', endedBy: 'operator' });
  const times = [told?.requestedAt, told?.acceptedAt, told?.connectedAt, told?.answeredAt, told?.endedAt];
  expect(times.every((time) => typeof time === 'number')).toBe(true);
  expect(times).toEqual(times.toSorted((one, other) => Number(one) - Number(other)));

  // A script's own «Причина» is the author's word; the bot's side takes the dialog back itself.
  host.attributes.set(userId, { Причина: 'своя' });
  await host.plugin.accept([{ type: 'TransferRequested', id: 'again', lead: LEAD, at: Date.now(), reason: 'вторая' }]);
  await desk.settle();
  expect(desk.dialog().attributes).toEqual({ Канал: 'telegram', Причина: 'своя' });
  await host.returnToBot(LEAD);
  await desk.settle();
  expect(await last()).toMatchObject({ number: 2, operator: null, endedBy: 'script' });

  const ends = host.activities.flatMap((one) => (one.kind === 'mode' && one.to === 'bot' ? [one.endedBy] : []));
  expect(ends).toEqual(['operator', 'script']);
  const metrics = await host.plugin.metrics();
  expect(metrics.find(({ name }) => name === 'livetex_transfer_ends_total')?.samples).toEqual([
    { labels: { binding: 'main', ended_by: 'operator' }, value: 1 },
    { labels: { binding: 'main', ended_by: 'script' }, value: 1 },
  ]);
  const wrong = [{ action: 'transferToOperator', wishes: { reason: 'x'.repeat(501) } }];
  await expect(host.plugin.afterScript(LEAD, wrong)).rejects.toMatchObject({ code: 'action_unknown' });
});

test('the header has what the binding asks for, refreshed with each selection; hidden attributes stay hidden; too much is told', async () => {
  const header = {
    Канал: '{{ channel }}',
    'Последний вопрос': '{{ lastLeadMessage }}',
    Клиент: '{{ name }} ({{ tags }})',
    Откуда: 'сценарий «{{ script }}»: {{reason}}',
    'Был у операторов': '{{ transfers }}',
    тема: 'из настроек',
    Постоянно: 'да',
  };
  await using desk = await startDesk({ binding: { header } });
  const { host, emulator, userId, anna } = desk;
  host.attributes.set(userId, { тема: 'Доставка' });
  host.hiddenAttributes.set(userId, { utm: 'vk' });
  host.tags.set(userId, ['vip', 'telegram']);
  await host.leadSays(LEAD, 'Где заказ {{ reason }} $& ?');
  const asked = { type: 'TransferRequested' as const, lead: LEAD, at: Date.now() };
  await host.plugin.accept([{ ...asked, id: 'asked', script: 'Оператор', reason: 'нет $& ответа' }]);
  await desk.settle();
  const first = {
    Канал: 'telegram',
    'Последний вопрос': 'Где заказ {{ reason }} $& ?',
    Клиент: 'Лид 42 (vip, telegram)',
    Откуда: 'сценарий «Оператор»: нет $& ответа',
    тема: 'Доставка',
    Постоянно: 'да',
  };
  expect(desk.dialog()).toMatchObject({ attributes: first, hiddenAttributes: { utm: 'vk' } });
  expect(Object.keys(desk.dialog().attributes)).not.toContain('Был у операторов');

  // LiveTex asks anew: what has changed meanwhile is in the new selection.
  host.attributes.set(userId, { тема: 'Оплата' });
  await host.leadSays(LEAD, { attachments: [{ type: 'image', url: 'https://example.com/p.jpg', name: 'чек.jpg' }] });
  await desk.settle();
  emulator.webhooks.send({ type: 'SelectDestination', user_id: userId, destinations: [] });
  await desk.settle();
  expect(desk.dialog()).toMatchObject({
    selections: 2,
    attributes: { ...first, тема: 'Оплата', 'Последний вопрос': 'чек.jpg' },
    hiddenAttributes: { utm: 'vk' },
  });
  emulator.dialogs.close(userId, anna);
  await desk.settle();

  const many = Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`поле ${index}`, 'x']));
  host.attributes.set(userId, { ...many, 'поле 0': 'x'.repeat(5_000) });
  host.hiddenAttributes.set(userId, { long: 'y'.repeat(5_000) });
  await host.leadSays(LEAD, '1');
  await host.plugin.accept([{ ...asked, id: 'again' }]);
  await desk.settle();
  expect(desk.dialog().attributes).toMatchObject({ 'Был у операторов': '1' });
  expect(Object.keys(desk.dialog().attributes)).toHaveLength(100);
  expect(host.log.map(({ text }) => text)).toEqual([
    expect.stringMatching(
      /^Атрибуты для оператора: больше 100 LiveTex не передаём, остались «поле 94», .* и ещё 21; укорочены \(.*\): «поле 0». Скрытые атрибуты: укорочены .* «long»$/,
    ),
  ]);
});

test.each([
  [{ Имя: '{{ $name }}' }, 'header.Имя: "$name" is not known here; known: channel, lastLeadMessage, name'],
  [{ Имя: '' }, 'header.Имя'],
  [Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`k${index}`, 'v'])), 'must have at most 20 keys'],
])('a header that cannot be: %o', async (header, problem) => {
  await expect(startDesk({ binding: { header } })).rejects.toThrow(problem);
});

test('a line for the operator alone goes to the operator alone, and only while an operator has the dialog', async () => {
  await using desk = await startDesk();
  const { host } = desk;
  const note = (id: string, text: string) => ({ type: 'OperatorNote' as const, id, lead: LEAD, at: Date.now(), text });
  await host.plugin.accept([note('early', 'никто не прочитает')]);
  await host.leadSays(LEAD, 'Позовите\n📌 оператору\nподделка');
  const [asked] = await host.plugin.afterScript(LEAD, [{ action: 'notifyOperator', text: 'Тариф «Базовый»' }]);
  expect(asked).toEqual({ do: 'event', event: 'OperatorNote', text: 'Тариф «Базовый»' });
  // Asked for in one script: the note waits behind the transfer.
  await host.plugin.accept([
    { type: 'TransferRequested', id: 'asked', lead: LEAD, at: Date.now() },
    note('n1', 'Тариф «Базовый»'),
  ]);
  await desk.settle();
  await host.plugin.accept([note('n1', 'Тариф «Базовый»'), note('n2', 'Долг 0 ₽')]);
  await desk.settle();
  expect(desk.dialog().messages.map(({ text }) => text)).toEqual([
    '👤 Пользователь\nПозовите\n> 📌 оператору\nподделка',
    '📌 Оператору\nТариф «Базовый»',
    '📌 Оператору\nДолг 0 ₽',
  ]);
  expect(host.chat(LEAD)).toEqual(['notice: Диалог переведён на оператора']);
  expect(host.log).toEqual([{ level: 'info', text: expect.stringContaining('notifyOperator') }]);
  await expect(host.plugin.afterScript(LEAD, [{ action: 'notifyOperator', text: '' }])).rejects.toMatchObject({
    code: 'action_unknown',
  });
});

test('each transfer leaves a record and stands in the report; a forgotten lead is in neither, and the figures stay', async () => {
  const clock = createTestClock();
  await using desk = await startDesk({ clock });
  const { host, emulator, userId, anna } = desk;
  const range = { from: 0, to: clock.now() + 1_000_000_000 };
  const other = { ...LEAD, externalId: '42/99999999999999-1' };
  const ask = (id: string, lead = LEAD, reason = 'оплата') =>
    host.plugin.accept([{ type: 'TransferRequested', id, lead, at: clock.now(), reason }]);

  await host.leadSays(LEAD, 'раз');
  await ask('first');
  await desk.settle();
  await clock.advance(30_000);
  emulator.dialogs.reply(userId, anna, 'Здравствуйте');
  await desk.settle();
  await host.leadSays(LEAD, 'два');
  await clock.advance(1_000);
  emulator.dialogs.close(userId, anna);
  await desk.settle();
  host.scripts.set('no_operators', async () => {});
  for (const { id } of emulator.operators.list()) emulator.operators.setStatus(id, 'offline');
  host.plugin.outdateAvailability();
  await ask('nobody');
  await desk.settle();
  host.scripts.delete('no_operators');
  await clock.advance(10);
  await ask('queued', other);
  await desk.settle();

  const transfers = await host.plugin.transfers({ ...range, limit: 10 });
  expect(transfers).toMatchObject([
    {
      lead: LEAD,
      number: 1,
      reason: 'оплата',
      operators: 'online',
      operator: { id: anna, name: 'Анна Котова' },
      endedBy: 'operator',
      outcome: 'answered',
      messages: { lead: 1, operator: 1 },
    },
    { lead: LEAD, number: null, operators: 'none', outcome: 'no_operators' },
    { lead: other, number: 1, operators: 'none', outcome: 'open', endedAt: null },
  ]);
  const [first] = transfers;
  expect((first?.connectedAt ?? 0) - (first?.requestedAt ?? 0)).toBeGreaterThanOrEqual(30_000);
  const page = await host.plugin.transfers({ ...range, after: first?.id ?? '', limit: 1 });
  expect(page).toEqual([transfers[1]]);
  expect(await host.plugin.transfers({ from: 0, to: first?.requestedAt ?? 0, limit: 10 })).toEqual([]);
  const figures = { transfers: 3, outcomes: { answered: 1, no_operators: 1, open: 1 }, nobodyOnline: { count: 2 } };
  expect(await host.plugin.report(range)).toMatchObject(figures);
  expect((await host.plugin.leadData(LEAD)).transfers).toHaveLength(2);

  await host.plugin.forget(LEAD);
  expect((await host.plugin.leadData(LEAD)).transfers).toEqual([]);
  const left = await host.plugin.transfers({ ...range, limit: 10 });
  expect(left.map(({ lead, reason }) => ({ lead, reason }))).toEqual([
    { lead: null, reason: null },
    { lead: null, reason: null },
    { lead: other, reason: 'оплата' },
  ]);
  expect(await host.plugin.report(range)).toMatchObject(figures);
});

test('a record shows how far a transfer has come that goes on, and keeps it when another one takes its place or the lead is forgotten', async () => {
  const clock = createTestClock();
  await using desk = await startDesk({ clock });
  const { host, emulator, userId, anna } = desk;
  const asked = { lead: LEAD, at: clock.now() };
  const all = () => host.plugin.transfers({ from: 0, to: clock.now() + 1, limit: 10 });

  await host.plugin.accept([{ ...asked, type: 'LeaveMessageRequested', id: 'left', reason: 'вопрос' }]);
  await desk.settle();
  const left = { number: 1, reason: 'вопрос', outcome: 'open', acceptedAt: clock.now(), connectedAt: null };
  expect(await all()).toMatchObject([left]);
  await clock.advance(1_000);
  await host.plugin.accept([{ ...asked, type: 'TransferRequested', id: 'asked' }]);
  await desk.settle();
  await clock.advance(1_000);
  emulator.dialogs.reply(userId, anna, 'Здравствуйте');
  await desk.settle();
  await host.leadSays(LEAD, 'раз');
  const goesOn = {
    number: 2,
    outcome: 'answered',
    acceptedAt: clock.now() - 1_000,
    connectedAt: clock.now(),
    operator: { name: 'Анна Котова' },
    endedAt: null,
    messages: { lead: 1, operator: 1 },
  };
  expect(await all()).toMatchObject([left, goesOn]);
  expect((await host.plugin.leadData(LEAD)).transfers).toMatchObject([{ number: 1 }, { answeredAt: clock.now() }]);
  await host.plugin.forget(LEAD);
  const forgotten = { lead: null, reason: null };
  expect(await all()).toMatchObject([
    { ...left, ...forgotten },
    { ...goesOn, ...forgotten },
  ]);
});
