import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { userIdOf } from '../../../plugin/contract/lead.ts';
import { createMemoryStorage, systemClock } from '../../../plugin/storage/index.ts';
import { startDesk } from '../../support/desk.ts';
import { LEAD } from '../../support/minimal-host.ts';

describe('a transfer, end to end over HTTP', () => {
  it('brings the mirrored messages first, then the selection with name and attributes, then the notice', async () => {
    await using desk = await startDesk();
    const { host, emulator } = desk;
    host.attributes.set(desk.userId, { номер_заявки: 705, имя_заявки: 'Test', срочно: true });
    await host.leadSays(LEAD, 'Здравствуйте');
    await host.botSays(LEAD, {
      text: 'Чем помочь?',
      buttons: [[{ text: 'Позвать оператора', callback_data: '1' }]],
    });
    await host.leadSays(LEAD, '1');
    await desk.settle();
    expect(desk.dialog().state).toBe('stored');

    await host.askForOperator(LEAD);
    await desk.settle();
    const dialog = desk.dialog();
    expect(dialog).toMatchObject({
      state: 'queued',
      name: 'Лид 42',
      attributes: { номер_заявки: '705', имя_заявки: 'Test', срочно: 'да' },
      selections: 1,
    });
    expect(dialog.messages.map((message) => message.text)).toEqual([
      '👤 Пользователь\nЗдравствуйте',
      '🤖 Бот\nЧем помочь?\n1 Позвать оператора',
      '👤 Пользователь\n1',
    ]);
    const methods = emulator.requests.list().map(({ method }) => method);
    expect(methods.indexOf('selectDestination')).toBeGreaterThan(methods.lastIndexOf('sendText'));
    expect(host.chat(LEAD)).toEqual(['bot: Чем помочь?', 'notice: Диалог переведён на оператора']);
    expect(host.forwarded.get(userIdOf(LEAD))).toBe(true);
    expect(await host.plugin.dialog(LEAD)).toEqual({
      mode: 'waiting',
      transfer: 1,
      operator: null,
      forwarded: true,
      binding: 'main',
      pending: {
        group: 'Группа для Messaging API',
        messageLeft: false,
        reason: null,
        since: expect.any(Number),
        textsRead: 0,
      },
    });
  });

  it('lets operator and lead talk both ways, files included, and returns to the bot', async () => {
    await using desk = await startDesk();
    const { host, emulator, userId, anna, boris } = desk;
    host.scripts.set('return', ({ say }) => say('Я снова с вами'));
    await desk.toOperator();
    emulator.dialogs.reply(userId, anna, 'Добрый день');
    emulator.dialogs.sendFile(userId, anna, { url: 'https://example.com/a.pdf', name: 'a.pdf', comment: 'Счёт' });
    emulator.dialogs.hold(userId, 'Пожалуйста, подождите');
    await desk.settle();
    await host.leadSays(LEAD, {
      attachments: [{ type: 'image', url: 'https://example.com/p.jpg', name: 'p.jpg', size: 9 }],
    });
    emulator.dialogs.transfer(userId, boris);
    await desk.settle();
    emulator.dialogs.read(userId, boris);
    emulator.dialogs.reply(userId, boris, 'Теперь я');
    await desk.settle();
    emulator.dialogs.close(userId, boris);
    await desk.settle();

    expect(host.chat(LEAD)).toEqual([
      'notice: Диалог переведён на оператора',
      'notice: Оператор Анна Котова подключился к диалогу',
      'operator: Добрый день',
      'operator: Счёт',
      'operator: Пожалуйста, подождите',
      'notice: Оператор Борис подключился к диалогу',
      'operator: Теперь я',
      'notice: Оператор вернул диалог боту',
      'bot: Я снова с вами',
    ]);
    expect(host.shown.find(({ text }) => text === 'Счёт')).toMatchObject({
      operator: 'Анна Котова',
      url: 'https://example.com/a.pdf',
    });
    expect(desk.dialog().messages.find(({ file, from }) => file && from === 'user')?.file).toEqual({
      url: 'https://example.com/p.jpg',
      name: 'p.jpg',
      size: 9,
      comment: '👤 Пользователь',
    });
    expect(host.forwarded.get(userId)).toBe(false);
    expect(await host.plugin.dialog(LEAD)).toMatchObject({ mode: 'bot', transfer: 1, operator: null });
  });

  it('goes on after a restart on the same folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'livetex-plugin-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await using desk = await startDesk({ storage: `sqlite:${folder}` });
    const { host, emulator, userId, anna } = desk;
    await desk.toOperator();
    await host.plugin.close();
    // While nobody listens LiveTex keeps the event, and repeats it.
    emulator.dialogs.reply(userId, anna, 'Вы здесь?');
    await host.reload(`sqlite:${folder}`);
    await host.when(() => host.chat(LEAD).includes('operator: Вы здесь?'));
    expect(await host.plugin.dialog(LEAD)).toMatchObject({ mode: 'operator', transfer: 1, operator: { id: anna } });
    expect(await host.botSays(LEAD, 'Я бот')).toMatchObject({ verdict: 'suppressed' });
    emulator.dialogs.close(userId, anna);
    await desk.settle();
    expect(await host.plugin.dialog(LEAD)).toMatchObject({ mode: 'bot', forwarded: false });
    expect(host.chat(LEAD).filter((line) => line.includes('подключился'))).toHaveLength(1);
  });

  it('a dialog that is with an operator when its channel is excluded still hears the operator, and ends', async () => {
    const storage = createMemoryStorage({ clock: systemClock });
    await using desk = await startDesk({ storage });
    const { host, emulator, userId, anna } = desk;
    await desk.toOperator();
    await host.plugin.close();
    await host.reload(storage, { excludedChannels: [LEAD.channel] });
    emulator.dialogs.reply(userId, anna, 'До свидания');
    emulator.dialogs.close(userId, anna);
    await host.when(() => host.forwarded.get(userId) === false);
    expect(host.chat(LEAD).slice(-2)).toEqual(['operator: До свидания', 'notice: Оператор вернул диалог боту']);
    // From now on nothing of this channel concerns LiveTex.
    emulator.webhooks.send({ type: 'HoldMessage', user_id: userId, timestamp: Date.now(), text: 'Подождите' });
    await emulator.webhooks.idle();
    const metric = (await host.plugin.metrics()).find(({ name }) => name === 'livetex_webhooks_total');
    expect(metric?.samples).toContainEqual({ labels: { binding: 'main', outcome: 'ignored' }, value: 1 });
    await host.plugin.close();
    await storage.close();
  });
});
