/** The lead who goes back to the bot, the operator who writes unasked, the message that is left, and the texts while nobody comes: over HTTP. */
import { expect, test } from 'vitest';
import { type Desk, startDesk } from '../../support/desk.ts';
import { LEAD } from '../../support/minimal-host.ts';
import { createTestClock } from '../../support/test-clock.ts';

/** What the operator's desk shows of the lead's dialog. */
const atDesk = (desk: Desk): Array<string | undefined> =>
  desk.dialog().messages.map(({ text }) => text?.replace(/^(?:🤖 Бот|👤 Пользователь|📌 Оператору)\n/, ''));
const mode = async ({ host }: Desk): Promise<string> => (await host.plugin.dialog(LEAD)).mode;
const GONE = 'Клиент вернулся к боту, отвечает бот';

test('a phrase takes the dialog back; the operator reads it, and has it again by writing', async () => {
  await using desk = await startDesk({ binding: { exit: { phrases: ['бот'], script: 'Возврат' } } });
  const { host, emulator, userId, anna } = desk;
  host.scripts.set('return', async ({ say }) => say('Снова я'));
  await desk.toOperator();
  await host.leadSays(LEAD, 'Бот!');
  await desk.settle();
  expect(await mode(desk)).toBe('bot');
  expect(host.forwarded.get(userId)).toBe(false);
  await host.botSays(LEAD, 'Чем помочь?');
  await desk.settle();
  expect(atDesk(desk)).toEqual(['Позовите оператора', 'Бот!', GONE, 'Снова я', 'Чем помочь?']);
  expect(host.runs.map(({ cause }) => cause)).toEqual(['lead_exit']);

  // The operator reads on, which is no start; what they write is.
  emulator.dialogs.read(userId, anna);
  await desk.settle();
  expect(await mode(desk)).toBe('bot');
  emulator.dialogs.reply(userId, anna, 'Я ещё здесь');
  await desk.settle();
  expect(await mode(desk)).toBe('operator');
  expect((await host.botSays(LEAD, 'Перебью')).verdict).toBe('suppressed');
  expect(host.forwarded.get(userId)).toBe(true);
  emulator.dialogs.close(userId, anna);
  await desk.settle();
  expect(host.chat(LEAD)).toEqual([
    'notice: Диалог переведён на оператора',
    'notice: Оператор Анна Котова подключился к диалогу',
    'bot: Снова я',
    'bot: Чем помочь?',
    'notice: Оператор Анна Котова подключился к диалогу',
    'operator: Я ещё здесь',
    'notice: Оператор вернул диалог боту',
    'bot: Снова я',
  ]);
  // Closed, and yet they write first: LiveTex opens a conversation of theirs.
  emulator.dialogs.start(userId, anna, 'Забыла сказать');
  await desk.settle();
  expect(await mode(desk)).toBe('operator');
  expect((await host.plugin.dialog(LEAD)).transfer).toBe(3);
});

test('a route that acts during a transfer takes the dialog back from whoever has it, and the operator reads it', async () => {
  await using desk = await startDesk();
  const { host } = desk;
  const back = (id: string) =>
    host.plugin.accept([
      { type: 'ReturnRequested', id, lead: LEAD, at: Date.now(), scriptType: 'standard', by: 'lead' },
    ]);
  await desk.toWaiting();
  await host.leadSays(LEAD, 'к боту');
  await back('waiting');
  await desk.settle();
  expect(await mode(desk)).toBe('bot');
  expect(atDesk(desk)).toEqual(['Позовите оператора', 'к боту', GONE]);
  await desk.toOperator();
  await back('operator');
  await desk.settle();
  expect(await mode(desk)).toBe('bot');
  expect(atDesk(desk).slice(3)).toEqual(['Позовите оператора', GONE]);
  expect(
    (await host.plugin.transfers({ from: 0, to: Date.now() + 1, limit: 9 })).map(({ endedBy }) => endedBy),
  ).toEqual(['lead', 'lead']);
  expect(host.chat(LEAD)).toEqual([
    'notice: Диалог переведён на оператора',
    'notice: Диалог переведён на оператора',
    'notice: Оператор Анна Котова подключился к диалогу',
  ]);
});

test('without reopening, what operators write to a lead of the bot is shown, and the bot goes on', async () => {
  await using desk = await startDesk({ binding: { reopenOnOperatorText: false } });
  const { host, emulator, userId, anna } = desk;
  await host.leadSays(LEAD, 'Привет');
  await desk.settle();
  emulator.dialogs.start(userId, anna, 'Вы нам писали');
  await desk.settle();
  expect(await mode(desk)).toBe('bot');
  expect(host.chat(LEAD)).toEqual(['operator: Вы нам писали']);
});

test('a message is left: operators have it with its history, the bot keeps the lead until one opens it', async () => {
  await using desk = await startDesk({
    binding: { schedule: { hours: { mon: 'closed', 'tue-sun': 'closed' }, days: { '2020-01-01': '09:00-10:00' } } },
  });
  const { host, emulator, userId, anna } = desk;
  await host.leadSays(LEAD, 'Сколько стоит доставка?');
  const [then] = await host.plugin.afterScript(LEAD, [{ action: 'leaveMessage', wishes: { reason: 'ночь' } }]);
  expect(then).toEqual({ do: 'event', event: 'LeaveMessageRequested', wishes: { reason: 'ночь' } });
  const leave = { type: 'LeaveMessageRequested', lead: LEAD, at: Date.now(), reason: 'ночь' } as const;
  await host.plugin.accept([
    { ...leave, id: 'left' },
    { ...leave, id: 'left again' },
  ]);
  await desk.settle();
  expect(desk.dialog()).toMatchObject({ state: 'queued', attributes: { Причина: 'ночь' }, selections: 1 });
  expect(await mode(desk)).toBe('bot');
  expect((await host.botSays(LEAD, 'Ответим утром, а пока я здесь')).verdict).toBe('accepted');
  await host.leadSays(LEAD, 'И сроки');
  await desk.settle();
  expect(atDesk(desk)).toEqual(['Сколько стоит доставка?', 'Ответим утром, а пока я здесь', 'И сроки']);
  expect(host.log.at(-1)?.text).toBe('Сообщение операторам уже оставлено, второе не нужно');

  emulator.dialogs.read(userId, anna);
  await desk.settle();
  expect(await mode(desk)).toBe('operator');
  emulator.dialogs.reply(userId, anna, '300 рублей, завтра');
  emulator.dialogs.close(userId, anna);
  await desk.settle();
  expect(host.chat(LEAD)).toEqual([
    'bot: Ответим утром, а пока я здесь',
    'notice: Оператор Анна Котова подключился к диалогу',
    'operator: 300 рублей, завтра',
    'notice: Оператор вернул диалог боту',
  ]);
  // In a channel without LiveTex there is nobody to leave it to, which the author reads.
  host.scripts.set('no_operators', async ({ say }) => say('не для этого'));
  await host.plugin.accept([{ ...leave, id: 'nowhere', lead: { ...LEAD, channel: 'jivo' } }]);
  await desk.settle();
  expect(host.log.at(-1)?.text).toContain('channel_excluded');
  expect(host.runs).toEqual([]);
});

test('a left message survives a restart and a LiveTex that is down, and a transfer takes its place', async () => {
  const clock = createTestClock();
  await using desk = await startDesk({ clock, emulator: { clock } });
  const { host, emulator, userId, anna } = desk;
  await host.leadSays(LEAD, 'Ау');
  await desk.settle();
  const end = emulator.faults.add({ kind: 'status', status: 503, methods: ['selectDestination'] });
  const tried = host.when(() => host.activities.some((one) => one.kind === 'retry'));
  await host.plugin.accept([{ type: 'LeaveMessageRequested', id: 'left', lead: LEAD, at: clock.now() }]);
  await tried;
  await host.askForOperator(LEAD);
  await host.plugin.idle();
  end();
  await clock.advance(60_000);
  await desk.settle();
  expect((await host.plugin.dialog(LEAD)).mode).toBe('waiting');
  expect(desk.dialog().selections).toBe(1);
  emulator.dialogs.read(userId, anna);
  await desk.settle();
  expect(host.chat(LEAD)).toEqual([
    'notice: Диалог переведён на оператора',
    'notice: Оператор Анна Котова подключился к диалогу',
  ]);
});

test('a lead who waits reads a text now and then, never beside LiveTex’s own, and none once an operator is there', async () => {
  const clock = createTestClock();
  const waiting = { text: 'Скоро ответим', everySeconds: 60, times: 3 };
  await using desk = await startDesk({ clock, emulator: { clock }, binding: { waiting } });
  const { host, emulator, userId, anna } = desk;
  const pass = async (ms: number): Promise<void> => {
    await clock.advance(ms);
    await desk.settle();
  };
  await desk.toWaiting();
  await pass(59_000);
  emulator.dialogs.hold(userId, 'Все операторы заняты');
  await desk.settle();
  await pass(59_000);
  expect(host.chat(LEAD)).toEqual(['notice: Диалог переведён на оператора', 'operator: Все операторы заняты']);
  await pass(1_000);
  emulator.dialogs.hold(userId, 'Все операторы заняты');
  await desk.settle();
  await pass(60_000);
  await pass(60_000);
  await pass(60_000);
  expect(host.chat(LEAD).slice(2)).toEqual(['notice: Скоро ответим', 'notice: Скоро ответим', 'notice: Скоро ответим']);
  emulator.dialogs.read(userId, anna);
  await desk.settle();
  emulator.dialogs.close(userId, anna);
  await desk.settle();
  await desk.toWaiting();
  await pass(30_000);
  emulator.dialogs.read(userId, anna);
  await desk.settle();
  await pass(600_000);
  expect(host.chat(LEAD).filter((line) => line.includes('Скоро'))).toHaveLength(3);
});
