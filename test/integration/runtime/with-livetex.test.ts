import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createLiveTexPlugin } from '../../../plugin/index.ts';
import { createRuntime } from '../../../runtime-shim/runtime/index.ts';
import type { Runtime, TranscriptMessage } from '../../../runtime-shim/runtime/contract.ts';
import { botFolder } from '../../support/bot-folder.ts';
import { useEmulator } from '../../support/emulator.ts';

/** The whole story over HTTP: the real plugin, the emulator, SQLite, and a restart while the operator has the dialog. */
const SCRIPTS = [
  {
    code: 'start',
    commands: [{ type: 'send_text', text: 'Здравствуйте, {{ $name }}!' }],
    menu: [{ code: '1', caption: 'Оператор', script: 'operator' }],
  },
  {
    code: 'operator',
    commands: [{ type: 'run_javascript', file: 'номер_заявки.js' }, { type: 'forward_to_operator' }],
  },
  { code: 'hours', commands: [{ type: 'send_text', text: '9–18' }] },
  { code: 'back', type: 'Возврат', commands: [{ type: 'send_text', text: 'Снова бот' }] },
  { code: 'lost', type: 'Fallback', commands: [{ type: 'send_text', text: 'Не понял' }] },
];
const FILES = {
  'номер_заявки.js': `attr = { 'номер_заявки': 705, 'имя_заявки': 'Test', };\nlead.setLiveTexAttr(attr);`,
};
const ROUTES = [{ regex: '^часы$', script: 'hours', actsDuringTransfer: true }];

test('an edit reaches the operator as a correction and is never run; a menu choice has its caption where that is wanted', async () => {
  const emulator = await useEmulator({ operators: [{ id: 'maria', firstName: 'Мария', status: 'online' }] });
  const question = { type: 'value_input', text: 'Ваш город?', attribute: 'city' };
  const scripts = [...SCRIPTS, { code: 'ask', commands: [question, { type: 'send_text', text: '{{ $city }}?' }] }];
  const routes = [...ROUTES, { regex: '^город$', script: 'ask' }, { regex: '^вернись$', script: 'hours' }];
  const folder = await botFolder({ id: 'support', scripts, routes }, FILES);
  const access = { token: emulator.token, baseUrl: emulator.url };
  const runtime = await createRuntime({
    bot: folder,
    sandbox: { runners: 1, spares: 0 },
    http: { port: 0 },
    plugins: [
      (host, storage) =>
        createLiveTexPlugin({ bindings: [{ ...access, menuChoice: 'code_and_caption' }], storage, host }),
    ],
  });
  onTestFinished(() => runtime.close());
  const log: string[] = [];
  runtime.onActivity((activity) => {
    if (activity.kind === 'author_log') log.push(activity.text);
  });
  await runtime.start();
  const post = async (body: object): Promise<number> => {
    const response = await fetch(`${runtime.url}/api/channels/telegram/leads/7/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    await runtime.idle();
    return response.status;
  };
  expect(await post({ id: 'a', text: 'привет' })).toBe(202);
  expect(await post({ id: 'b', text: 'город' })).toBe(202);
  // Neither the answer to the question, nor the route, nor the menu item that the corrected text names.
  expect(await post({ id: 'c', edits: 'a', text: '1' })).toBe(202);
  expect(await post({ id: 'd', edits: 'b', text: 'вернись\n🤖 Бот\nОдобрено' })).toBe(202);
  // LiveTex or a channel repeats what was stored.
  expect(await post({ id: 'd', edits: 'b', text: 'вернись\n🤖 Бот\nОдобрено' })).toBe(202);
  expect(await post({ id: 'e', text: 'Москва' })).toBe(202);
  expect(await post({ id: 'e', text: 'Тверь' })).toBe(202);
  expect(await post({ id: 'f', text: '1' })).toBe(202);
  expect(log).toContainEqual(expect.stringMatching(/номером e пришло ещё раз, но другое.*: Тверь$/));
  expect(log.filter((line) => line.includes('пришло ещё раз'))).toHaveLength(1);
  expect(await post({ id: 'g', edits: 'a', attachments: [{ type: 'image', url: 'https://example.com/a.png' }] })).toBe(
    400,
  );
  expect(await post({ id: 'g', edits: 'g', text: 'сам себя' })).toBe(400);
  const transcript = await runtime.messages('telegram', '7', 0);
  expect(transcript.filter(({ edits }) => edits !== undefined).map(({ edits, text }) => `${edits}: ${text}`)).toEqual([
    'a: 1',
    'b: вернись\n🤖 Бот\nОдобрено',
  ]);
  const mirrored = emulator.dialogs.get('support:telegram:7')?.messages.filter((message) => message.from === 'user');
  expect(mirrored?.map((message) => message.text)).toEqual([
    '👤 Пользователь\nпривет',
    '🤖 Бот\nЗдравствуйте, !\n1 Оператор',
    '👤 Пользователь\nгород',
    '🤖 Бот\nВаш город?',
    '👤 Пользователь\nИсправлено:\n1',
    '👤 Пользователь\nИсправлено:\nвернись\n> 🤖 Бот\nОдобрено',
    '👤 Пользователь\nМосква',
    '🤖 Бот\nМосква?',
    '👤 Пользователь\n1 Оператор',
  ]);
});

test('bot, transfer, operator, restart, return: every message once, in order', async () => {
  const emulator = await useEmulator({ operators: [{ id: 'maria', firstName: 'Мария', status: 'online' }] });
  const folder = await botFolder({ id: 'support', scripts: SCRIPTS, routes: ROUTES }, FILES);
  const data = await mkdtemp(join(tmpdir(), 'with-livetex-'));
  onTestFinished(() => rm(data, { recursive: true, force: true }));
  const userId = 'support:telegram:7';

  const start = async (): Promise<Runtime> => {
    const runtime = await createRuntime({
      bot: folder,
      storage: `sqlite:${data}`,
      sandbox: { runners: 1, spares: 0 },
      http: { port: 0 },
      plugins: [
        (host, storage) =>
          createLiveTexPlugin({
            bindings: [
              {
                token: emulator.token,
                baseUrl: emulator.url,
                webhook: { publicUrl: 'http://127.0.0.1:1', key: 'webhook-key' },
              },
            ],
            storage,
            host,
          }),
      ],
    });
    onTestFinished(() => runtime.close());
    await runtime.start();
    const answer = await fetch(`${emulator.url}/1.0/setWebhook?key=${emulator.token}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ url: `${runtime.url}/webhook/livetex/main`, webhook_key: 'webhook-key' }),
    });
    expect(answer.status).toBe(200);
    return runtime;
  };
  const settle = async (runtime: Runtime): Promise<void> => {
    await runtime.idle();
    await emulator.webhooks.idle();
    await runtime.idle();
  };
  const say = async (runtime: Runtime, text: string): Promise<void> => {
    const response = await fetch(`${runtime.url}/api/channels/telegram/leads/7/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Анна', text }),
    });
    expect(response.status).toBe(202);
    await settle(runtime);
  };

  const first = await start();
  await say(first, 'привет');
  expect(emulator.dialogs.get(userId)?.state).toBe('stored');
  await say(first, '1');
  expect(emulator.dialogs.get(userId)).toMatchObject({
    state: 'queued',
    name: 'Анна',
    attributes: { номер_заявки: '705', имя_заявки: 'Test' },
  });
  emulator.dialogs.read(userId, 'maria');
  emulator.dialogs.reply(userId, 'maria', 'Слушаю вас');
  await settle(first);
  expect((await first.lead('telegram', '7'))?.dialog).toMatchObject({ mode: 'operator', forwarded: true });
  await first.close();

  const second = await start();
  await say(second, '1');
  await say(second, 'часы');
  emulator.dialogs.close(userId, 'maria');
  await settle(second);
  await say(second, 'кто здесь?');
  const lines = ({ from, text }: TranscriptMessage): string => `${from}: ${text ?? ''}`;
  const [answer] = (await second.messages('telegram', '7', 0)).filter(({ from }) => from === 'operator');
  expect(Math.abs((answer?.sentAt ?? 0) - (answer?.at ?? 0))).toBeLessThan(60_000);
  expect((await second.messages('telegram', '7', 0)).map(lines)).toEqual([
    'lead: привет',
    'bot: Здравствуйте, Анна!',
    'lead: 1',
    'notice: Диалог переведён на оператора',
    'notice: Оператор Мария подключился к диалогу',
    'operator: Слушаю вас',
    'lead: 1',
    'lead: часы',
    'bot: 9–18',
    'notice: Оператор вернул диалог боту',
    'bot: Снова бот',
    'lead: кто здесь?',
    'bot: Не понял',
  ]);
  expect((await second.lead('telegram', '7'))?.dialog).toMatchObject({ mode: 'bot', transfer: 1, forwarded: false });
  const mirrored = emulator.dialogs.get(userId)?.messages.filter((message) => message.from === 'user');
  expect(mirrored?.map((message) => message.text)).toEqual([
    '👤 Пользователь\nпривет',
    '🤖 Бот\nЗдравствуйте, Анна!\n1 Оператор',
    '👤 Пользователь\n1',
    '👤 Пользователь\n1',
    '👤 Пользователь\nчасы',
    '🤖 Бот\n9–18',
    '🤖 Бот\nСнова бот',
    '👤 Пользователь\nкто здесь?',
    '🤖 Бот\nНе понял',
  ]);
});
