/** `serve` and `webhook` as a maintainer runs them, against an emulator in this process. */
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCommand } from '../../support/command.ts';
import { findSecret } from '../../support/secret-search.ts';
import { KEY, say, setUpServer, TOKEN } from '../../support/served.ts';

test('from a lead over HTTP to LiveTex and back into history, a drained end, and a second start on the same data', async () => {
  const { folder, emulator, env, start } = await setUpServer();
  const { command, url } = await start();
  await command.seen(/webhook registered/);
  expect(emulator.webhooks.settings).toMatchObject({ url: 'http://127.0.0.1:1/webhook/livetex/main', key: KEY });
  await say(url, 'Есть кто?');
  const dialog = await emulator.dialogs.when('support:telegram:42', ({ selections }) => selections > 0);
  expect(dialog.messages.map(({ text }) => text)).toEqual(['👤 Пользователь\nЕсть кто?', '🤖 Бот\nЗдравствуйте!']);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);

  const beside = await runCommand(['dialog', 'show', 'telegram', '42', '--config', 'livetex.json'], { cwd: folder });
  expect(beside).toMatchObject({ code: 0, stderr: '' });
  expect(beside.stdout).toContain('Иван: support:telegram:42');
  expect(beside.stdout).toContain('Есть кто?');

  command.child.kill('SIGTERM');
  const end = await command.end;
  expect({ code: end.code, signal: end.signal }).toEqual({ code: 0, signal: null });
  for (const line of end.stderr.trim().split('\n'))
    expect(JSON.parse(line)).toMatchObject({ level: expect.any(String) });
  expect(findSecret(`${end.stdout}${end.stderr}`, TOKEN)).toEqual([]);
  expect(findSecret(`${end.stdout}${end.stderr}`, KEY)).toEqual([]);
  expect(end.stderr).not.toContain('Есть кто?');

  const after = await runCommand(['dialog', 'show', 'telegram', '42', '--config', 'livetex.json', '--json'], {
    cwd: folder,
  });
  expect(after.code).toBe(0);
  expect(JSON.parse(after.stdout)).toMatchObject({
    view: { dialog: { mode: 'waiting', transfer: 1 } },
    messages: [{ text: 'Есть кто?' }, { text: 'Здравствуйте!' }, { text: 'Диалог переведён на оператора' }],
  });

  const again = await start();
  await say(again.url, 'Я ещё тут');
  await emulator.dialogs.when('support:telegram:42', ({ messages }) => messages.length === 3);
  const second = await runCommand(['serve', '--config', 'livetex.json'], { cwd: folder, env });
  expect(second.code).toBe(1);
  expect(second.stderr).toContain('is in use by another process');
  const unknown = await runCommand(['dialog', 'show', 'telegram', '43', '--config', 'livetex.json'], { cwd: folder });
  expect(unknown).toMatchObject({ code: 1, stdout: '' });
  expect(unknown.stderr).toContain('there is no lead "43" in the channel "telegram"');
});

const WITH_MENU = {
  id: 'support',
  scripts: [{ code: 'start', commands: [], menu: [{ code: 'А', caption: 'Снова', script: 'start' }] }],
};

test('a binding for a bot that the server does not run is refused, and a way back to the bot that a menu shows', async () => {
  const { folder, env } = await setUpServer(
    {
      livetex: [{ token: { env: 'LIVETEX_TOKEN' }, bots: ['support', 'suport'], exit: { phrases: ['бот', 'а'] } }],
    },
    WITH_MENU,
  );
  const served = await runCommand(['serve', '--config', 'livetex.json'], { cwd: folder, env });
  expect(served).toMatchObject({ code: 2, stdout: '' });
  expect(served.stderr).toContain('livetex[0].bots[1]: there is no bot "suport" here, only "support"');
  expect(served.stderr).toContain('livetex[0].exit.phrases[1]: is a code of a menu of the bot "support"');
});

test('every problem of the configuration, then every problem of the bot: code 2', async () => {
  const { folder } = await setUpServer({ http: { host: '0.0.0.0' }, storage: 'nowhere' });
  const config = await runCommand(['serve', '--config', 'livetex.json'], { cwd: folder, env: { LIVETEX_KEY: KEY } });
  expect(config).toMatchObject({ code: 2, stdout: '' });
  expect(config.stderr).toContain('livetex[0].token: the environment variable LIVETEX_TOKEN is not set');
  expect(config.stderr).toContain('storage: must be');
  expect(config.stderr).toContain('http.apiToken: is needed');

  const wrong = {
    id: 'a b',
    scripts: [
      { code: 'start', typ: 'x', commands: [{ type: 'send_txt' }, { type: 'run_javascript', file: 'нет.js' }] },
      { code: 'start', menu: [{ code: '1', caption: 'x', script: 'nowhere' }] },
    ],
  };
  const broken = await setUpServer({}, wrong);
  const bot = await runCommand(['serve', '--config', 'livetex.json'], { cwd: broken.folder, env: broken.env });
  expect(bot).toMatchObject({ code: 2, stdout: '' });
  for (const part of ['id', 'typ', 'send_txt', 'нет.js', 'an earlier script has the code "start"', '"nowhere"']) {
    expect(bot.stderr).toContain(part);
  }
});

test('a port in use is named', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => {
    other.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  const { folder, env } = await setUpServer({ http: { port } });
  const { code, stderr } = await runCommand(['serve', '--config', 'livetex.json'], { cwd: folder, env });
  expect(code).toBe(1);
  expect(stderr).toContain(`port ${port} is already in use: choose another one with "http.port"`);
});

test('a data folder that is none', async () => {
  const { folder, env } = await setUpServer({ storage: 'sqlite:livetex.json' });
  const { code, stderr } = await runCommand(['serve', '--config', 'livetex.json'], { cwd: folder, env });
  expect(code).toBe(1);
  expect(stderr).toContain('the data folder');
});

test('webhook set and show; a refused token is told apart, without the token', async () => {
  const { folder, env, emulator } = await setUpServer();
  const webhook = async (action: string, ...more: string[]) =>
    await runCommand(['webhook', action, '--config', 'livetex.json', ...more], { cwd: folder, env });
  const before = await webhook('show');
  expect(before.code).toBe(1);
  expect(before.stdout).toContain('no webhook is registered');
  expect(await webhook('set')).toMatchObject({ code: 0, stderr: '' });
  const shown = await webhook('show', '--json');
  expect(JSON.parse(shown.stdout)).toMatchObject({
    ok: true,
    bindings: [{ binding: 'main', registered: 'http://127.0.0.1:1/webhook/livetex/main', ok: true }],
  });
  expect(await webhook('show', '--binding', 'man')).toMatchObject({ code: 2 });

  emulator.faults.add({ kind: 'token' });
  const refused = await webhook('set');
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('LiveTex refuses the token of binding "main"');
  expect(findSecret(refused.stderr, TOKEN)).toEqual([]);
  emulator.faults.clear();
  emulator.faults.add({ kind: 'html' });
  expect((await webhook('show')).stderr).toContain('is not understood');
});

test('webhook set leaves bindings alone that ask for no webhook, and says so when one is named', async () => {
  const { folder, env, emulator } = await setUpServer();
  const webhook = { publicUrl: 'http://127.0.0.1:1', key: KEY };
  const binding = { token: TOKEN, baseUrl: emulator.url };
  const livetex = [
    { ...binding, id: 'quiet', token: 'another-touch-point', excludedChannels: ['telegram'] },
    { ...binding, webhook },
  ];
  await writeFile(join(folder, 'livetex.json'), JSON.stringify({ bot: 'bot', livetex }));
  const set = async (...more: string[]) =>
    await runCommand(['webhook', 'set', '--config', 'livetex.json', ...more], { cwd: folder, env });
  expect(await set()).toMatchObject({
    code: 0,
    stdout: 'main: LiveTex posts to http://127.0.0.1:1/webhook/livetex/main\n',
    stderr: '',
  });
  const named = await set('--binding', 'quiet');
  expect(named.code).toBe(2);
  expect(named.stderr).toContain('the binding "quiet" has no "webhook"');
});
