/** Where other bot-to-operator integrations break, collected from their issue trackers: one test each, over real HTTP. */
import { describe, expect, it } from 'vitest';
import { type LeadRef, userIdOf } from '../../../plugin/contract/lead.ts';
import type { EmulatedTouchPoint } from '../../../runtime-shim/emulator/emulator-contract.ts';
import { bindingOf, startDesk } from '../../support/desk.ts';
import { LEAD } from '../../support/minimal-host.ts';
import { createTestClock } from '../../support/test-clock.ts';

const TRANSFERRED = 'notice: Диалог переведён на оператора';
const CONNECTED = 'notice: Оператор Анна Котова подключился к диалогу';
const RETURNED = 'notice: Оператор вернул диалог боту';

const operators = [
  { firstName: 'Анна', lastName: 'Котова', status: 'online' },
  { firstName: 'Борис', status: 'online' },
] as const;

/** Retries after the shortest wait: the jitter is not what is tested here. */
const random = (): number => 0;

describe('where hand-overs break', () => {
  it('the bot keeps answering after the hand-over', async () => {
    await using desk = await startDesk();
    await desk.toOperator();
    expect(await desk.host.botSays(LEAD, 'Я бот')).toMatchObject({ verdict: 'suppressed' });
    await desk.settle();
    expect(desk.host.chat(LEAD)).not.toContain('bot: Я бот');
    expect(desk.dialog().messages.map(({ text }) => text)).not.toContain('🤖 Бот\nЯ бот');
  });

  it('delayed automations fire after the hand-over', async () => {
    await using desk = await startDesk();
    const reminder = (duringTransfer = false) =>
      desk.host.botSays(LEAD, 'Напоминание', duringTransfer ? { duringTransfer } : {});
    expect(await reminder()).toMatchObject({ verdict: 'accepted' });
    await desk.toWaiting();
    // Planned before the transfer, said after it: what counts is the moment of saying, and only what may act is said.
    expect(await reminder()).toMatchObject({ verdict: 'suppressed' });
    expect(await reminder(true)).toMatchObject({ verdict: 'accepted' });
  });

  it('the parting text is sent twice, or never', async () => {
    await using desk = await startDesk({ random });
    // LiveTex accepts the dialog, its answer is lost, the selection is sent again.
    desk.emulator.faults.add({ kind: 'reset', when: 'after', methods: ['selectDestination'], times: 2 });
    await desk.toWaiting();
    await desk.host.when(() => desk.host.shown.length > 0);
    await desk.settle();
    expect(desk.emulator.requests.count('selectDestination')).toBe(3);
    expect(desk.host.chat(LEAD)).toEqual([TRANSFERRED]);
  });

  it('races at the end: timer, close, lead leaves', async () => {
    await using desk = await startDesk({ binding: { replyTimeout: 0.001 } });
    const { host, emulator, userId, anna } = desk;
    host.scripts.set('return', ({ say }) => say('Снова бот'));
    // An operator has joined: before that a return of the lead's own runs no script, and nothing would be said.
    await desk.toOperator();
    emulator.dialogs.close(userId, anna);
    await host.returnToBot(LEAD);
    await host.when(() => host.shown.some(({ from }) => from === 'bot'));
    await desk.settle();
    const ends = host.activities.filter((activity) => activity.kind === 'mode' && activity.to === 'bot');
    expect(ends).toHaveLength(1);
    expect(host.runs).toHaveLength(1);
    expect(host.chat(LEAD).filter((line) => line === 'bot: Снова бот')).toHaveLength(1);
  });

  it('a late close wakes the bot or ends the next session', async () => {
    const clock = createTestClock();
    await using desk = await startDesk({ clock, emulator: { operators, clock } });
    const { host, emulator, userId, anna } = desk;
    await desk.toOperator();
    // LiveTex holds the close back; meanwhile the bot takes the dialog, and the lead asks for an operator again.
    const release = emulator.faults.add({ kind: 'webhook_reorder', group: 1_000 });
    emulator.dialogs.close(userId, anna);
    await clock.advance(1_000);
    await host.returnToBot(LEAD);
    await host.leadSays(LEAD, 'Ещё вопрос');
    await emulator.dialogs.when(userId, ({ messages }) => messages.length === 2);
    await host.askForOperator(LEAD);
    await host.when(() => host.chat(LEAD).filter((line) => line === TRANSFERRED).length === 2);
    release();
    await desk.settle();
    expect(await host.plugin.dialog(LEAD)).toMatchObject({ mode: 'waiting', transfer: 2, forwarded: true });
    expect(host.chat(LEAD)).not.toContain(RETURNED);
  });

  it('hand-over started twice for one message', async () => {
    await using desk = await startDesk();
    await Promise.all([
      desk.host.askForOperator(LEAD, 'ask-1'),
      desk.host.askForOperator(LEAD, 'ask-1'),
      desk.host.askForOperator(LEAD, 'ask-2'),
    ]);
    await desk.settle();
    expect(desk.emulator.requests.count('selectDestination')).toBe(1);
    expect(desk.host.chat(LEAD)).toEqual([TRANSFERRED]);
    expect(await desk.host.plugin.dialog(LEAD)).toMatchObject({ transfer: 1 });
  });

  it('the second hand-over of the same person fails: three full cycles', async () => {
    await using desk = await startDesk();
    const { host, emulator, userId, anna } = desk;
    const cycle = [TRANSFERRED, CONNECTED, 'operator: Добрый день', RETURNED, 'bot: Снова бот'];
    for (const transfer of [1, 2, 3]) {
      await desk.toOperator();
      emulator.dialogs.reply(userId, anna, 'Добрый день');
      await desk.settle();
      expect(await host.plugin.dialog(LEAD)).toMatchObject({ mode: 'operator', transfer, forwarded: true });
      emulator.dialogs.close(userId, anna);
      await desk.settle();
      expect(await host.plugin.dialog(LEAD)).toMatchObject({ mode: 'bot', transfer, forwarded: false });
      expect(await host.botSays(LEAD, 'Снова бот')).toMatchObject({ verdict: 'accepted' });
      await desk.settle();
      expect(desk.dialog().selections).toBe(transfer);
    }
    expect(host.chat(LEAD)).toEqual([...cycle, ...cycle, ...cycle]);
  });

  it('messages out of order', async () => {
    await using desk = await startDesk({ random });
    const { emulator, host, userId } = desk;
    emulator.faults.add({ kind: 'status', status: 503, methods: ['sendText'], times: 2 });
    emulator.faults.add({ kind: 'reset', when: 'before', methods: ['sendText'], times: 1 });
    const texts = Array.from({ length: 40 }, (_, index) => `сообщение ${index}`);
    for (const text of texts) await host.leadSays(LEAD, text);
    const { messages } = await emulator.dialogs.when(userId, (dialog) => dialog.messages.length === texts.length);
    expect(messages.map(({ text }) => text)).toEqual(texts.map((text) => `👤 Пользователь\n${text}`));
  });

  it('duplicate webhooks', async () => {
    await using desk = await startDesk();
    const { emulator, host, userId, anna } = desk;
    emulator.faults.add({ kind: 'webhook_duplicate', times: 3 });
    await desk.toOperator();
    emulator.dialogs.reply(userId, anna, 'Один раз');
    emulator.dialogs.close(userId, anna);
    await desk.settle();
    expect(host.chat(LEAD)).toEqual([TRANSFERRED, CONNECTED, 'operator: Один раз', RETURNED]);
  });

  it('stale events overwrite newer state', async () => {
    const clock = createTestClock();
    await using desk = await startDesk({ clock, emulator: { operators, clock } });
    const { emulator, host, userId, anna, boris } = desk;
    await desk.toOperator();
    const release = emulator.faults.add({ kind: 'webhook_reorder', group: 1_000 });
    emulator.dialogs.reply(userId, anna, 'Передаю коллеге');
    await clock.advance(1);
    emulator.dialogs.transfer(userId, boris);
    emulator.dialogs.reply(userId, boris, 'Я Борис');
    release();
    await desk.settle();
    expect(host.chat(LEAD).slice(2).toSorted()).toEqual([
      'notice: Оператор Борис подключился к диалогу',
      'operator: Передаю коллеге',
      'operator: Я Борис',
    ]);
    expect(await host.plugin.dialog(LEAD)).toMatchObject({ operator: { name: 'Борис' } });
  });

  it('nobody picks up; the lead waits for ever', async () => {
    await using desk = await startDesk({ binding: { pickupTimeout: 0.05 } });
    desk.host.scripts.set('operator_timeout', ({ say }) => say('Оператор пока занят'));
    await desk.toWaiting();
    await desk.host.when(() => desk.host.chat(LEAD).includes('bot: Оператор пока занят'));
    expect(await desk.host.plugin.dialog(LEAD)).toMatchObject({ mode: 'bot', forwarded: false });
    expect(desk.host.runs).toMatchObject([{ cause: 'operator_timeout' }]);
  });

  it('the operator goes offline with the dialog open', async () => {
    await using desk = await startDesk({ binding: { replyTimeout: 0.05 } });
    const { host, emulator, userId, anna } = desk;
    host.scripts.set('return', ({ say }) => say('Я снова с вами'));
    await desk.toWaiting();
    emulator.dialogs.read(userId, anna);
    emulator.operators.setStatus(anna, 'offline');
    await host.leadSays(LEAD, 'Вы тут?');
    await host.when(() => host.chat(LEAD).includes('bot: Я снова с вами'));
    expect(await host.plugin.dialog(LEAD)).toMatchObject({ mode: 'bot', operator: null });
  });

  it('transfer to a group with nobody in it', async () => {
    await using desk = await startDesk();
    const { host, emulator, anna, boris } = desk;
    host.scripts.set('no_operators', ({ say }) => say('Оставьте телефон'));
    const online = await host.plugin.guest.functions.get('hasOnlineOperators')?.(
      { lead: LEAD, signal: AbortSignal.timeout(10_000) },
      null,
    );
    expect(online).toBe(true);
    // Both leave after the script has asked: the transfer looks again.
    emulator.operators.setStatus(anna, 'away');
    emulator.operators.setStatus(boris, 'offline');
    await desk.toWaiting();
    expect(host.chat(LEAD)).toEqual(['bot: Оставьте телефон']);
    expect(await host.plugin.dialog(LEAD)).toMatchObject({ mode: 'bot', transfer: 0 });
  });

  it('after the return the bot stays silent', async () => {
    await using desk = await startDesk();
    const { host, emulator, userId, anna } = desk;
    await desk.toOperator();
    emulator.dialogs.close(userId, anna);
    await desk.settle();
    expect(await host.botSays(LEAD, 'Чем ещё помочь?')).toMatchObject({ verdict: 'accepted' });
    await desk.settle();
    expect(desk.dialog().messages.at(-1)?.text).toBe('🤖 Бот\nЧем ещё помочь?');
  });

  it('echo loops', async () => {
    await using desk = await startDesk();
    desk.emulator.faults.add({ kind: 'echo' });
    await desk.toOperator();
    await desk.host.leadSays(LEAD, 'Эхо?');
    await desk.host.leadSays(LEAD, { attachments: [{ type: 'file', url: 'https://example.com/f' }] });
    await desk.settle();
    expect(desk.host.chat(LEAD)).toEqual([TRANSFERRED, CONNECTED]);
    expect(desk.dialog().messages.filter(({ from }) => from === 'user')).toHaveLength(3);
  });

  it('files: the link dies, the payload has none', async () => {
    await using desk = await startDesk();
    const { host, emulator, userId, anna } = desk;
    emulator.faults.add({ kind: 'status', status: 400, code: 9, methods: ['sendFile'] });
    await host.leadSays(LEAD, {
      text: 'Чек',
      attachments: [{ type: 'image', url: 'https://example.com/1.jpg', name: '1.jpg' }],
    });
    await host.leadSays(LEAD, 'после файла');
    await desk.toOperator();
    emulator.dialogs.sendFile(userId, anna, { url: 'file:///etc/passwd', name: 'договор.pdf' });
    await desk.settle();
    expect(
      desk
        .dialog()
        .messages.slice(0, 2)
        .map(({ text }) => text),
    ).toEqual(['👤 Пользователь\nЧек\n1.jpg\nhttps://example.com/1.jpg', '👤 Пользователь\nпосле файла']);
    expect(host.chat(LEAD).at(-1)).toContain('Оператор отправил файл «договор.pdf»');
  });

  it("text over the target's limit", async () => {
    await using desk = await startDesk({ binding: { maxTextLength: 100 }, emulator: { maxTextLength: 100 } });
    const text = '😀'.repeat(1_000);
    await desk.host.leadSays(LEAD, text);
    await desk.settle();
    const sent = desk.dialog().messages.map((message) => message.text ?? '');
    expect(sent.every((part) => part.startsWith('👤 Пользователь\n') && part.isWellFormed())).toBe(true);
    expect(sent.map((part) => part.slice('👤 Пользователь\n'.length)).join('')).toBe(text);
  });

  it('two bindings mixed up', async () => {
    const points: EmulatedTouchPoint[] = [];
    await using desk = await startDesk({
      binding: { bots: ['support'] },
      emulator: { operators: [{ firstName: 'Анна', lastName: 'Котова', status: 'online' }] },
      more: (emulator, publicUrl) => {
        const point = emulator.addTouchPoint({ operators: [{ firstName: 'Вера', status: 'online' }] });
        points.push(point);
        return [{ ...bindingOf(point, publicUrl), id: 'sales', bots: ['sales'] }];
      },
    });
    const [point] = points;
    if (point === undefined) throw new Error('no touch point');
    const buyer: LeadRef = { ...LEAD, botId: 'sales' };
    await desk.toWaiting();
    await desk.toWaiting(buyer);
    point.dialogs.reply(userIdOf(buyer), point.operators.list()[0]?.id ?? '', 'Отдел продаж');
    desk.emulator.dialogs.reply(desk.userId, desk.anna, 'Поддержка');
    await desk.host.when(() => desk.host.shown.filter(({ from }) => from === 'operator').length === 2);
    expect(desk.host.chat(LEAD)).toContain('operator: Поддержка');
    expect(desk.host.chat(buyer)).toContain('operator: Отдел продаж');
    expect(desk.emulator.dialogs.list().map(({ userId }) => userId)).toEqual([desk.userId]);
    expect(point.dialogs.list().map(({ userId }) => userId)).toEqual([userIdOf(buyer)]);
    // A lead of the other binding, named in this one's webhook: acknowledged, and nothing happens.
    const before = desk.host.shown.length;
    desk.emulator.webhooks.send({
      type: 'TextMessage',
      user_id: userIdOf(buyer),
      employee: { employee_id: 'x', first_name: 'Чужой' },
      timestamp: Date.now(),
      text: 'не туда',
    });
    await desk.settle();
    expect(desk.host.shown).toHaveLength(before);
  });

  it('the transcript arrives in the wrong order at the hand-over', async () => {
    await using desk = await startDesk({ random });
    const { host, emulator, userId } = desk;
    emulator.faults.add({ kind: 'status', status: 503, methods: ['sendText'], times: 3 });
    await host.leadSays(LEAD, 'первое');
    await host.botSays(LEAD, 'второе');
    await host.askForOperator(LEAD);
    await host.leadSays(LEAD, 'третье');
    const dialog = await emulator.dialogs.when(userId, ({ messages }) => messages.length === 3);
    expect(dialog.messages.map(({ text }) => text?.split('\n')[1])).toEqual(['первое', 'второе', 'третье']);
    const methods = emulator.requests.list().filter(({ status }) => status === 200);
    const order = methods.map(({ method }) => method).filter((method) => /^(?:send|select)/.test(method));
    expect(order).toEqual(['sendText', 'sendText', 'selectDestination', 'sendText']);
  });
});
