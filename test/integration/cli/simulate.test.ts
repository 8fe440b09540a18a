/** `simulate`: what `npm start` shows, and that it stays up. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { runCommand, startCommand, temporaryFolder } from '../../support/command.ts';

test('unattended, it tells the whole story of one dialog, then serves until it is stopped', async () => {
  const command = startCommand(['simulate', '--port', '0', '--no-open']);
  const [, url = ''] = await command.seen(/Open (\S+) and write to the bot/);
  expect((await fetch(`${url}healthz`)).status).toBe(200);
  expect(await (await fetch(url)).text()).toContain('<html');
  expect(await (await fetch(`${url}widget/site/`)).text()).toContain('src="../site.js"');
  const body = JSON.stringify({ text: 'Привет' });
  const headers = { 'content-type': 'application/json' };
  await fetch(`${url}api/channels/vk/leads/7/messages`, { method: 'POST', headers, body });
  await command.seen(/^support:vk:7\n.* lead {6}Привет$/m);
  command.child.kill('SIGTERM');
  const { code, stdout, stderr } = await command.end;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const story = [
    'Simulator: http://127.0.0.1:',
    'Chat on a site: http://127.0.0.1:',
    'lead      Здравствуйте!',
    'bot       Здравствуйте! Я бот поддержки.',
    '[Позвать оператора]',
    'lead      2',
    'script    operator, номер_заявки.js',
    'selectDestination {"Канал":"telegram","номер_заявки":"705","имя_заявки":"Test"}',
    'notice    Диалог переведён на оператора',
    'header {"Канал":"telegram","номер_заявки":"705","имя_заявки":"Test"}',
    'notice    Оператор Мария Соколова подключился к диалогу',
    'operator  Мария Соколова: Анна, здравствуйте!',
    'lead      Спасибо, уже разобралась!',
    'notice    Оператор вернул диалог боту',
    'bot       Снова с вами бот. Заявка 705 закрыта.',
  ];
  let from = 0;
  for (const line of story) {
    const at = stdout.indexOf(line, from);
    expect(at, `"${line}" in its place of:\n${stdout}`).toBeGreaterThanOrEqual(0);
    from = at;
  }
});

test('with --data a dialog is there again after a restart', async () => {
  const folder = await temporaryFolder();
  const start = async () => {
    const command = startCommand(['simulate', 'scripts-examples/05-menu', '--port', '0', '--data', folder, '--json']);
    const [line] = await command.seen(/^\{.*\}$/m);
    return { command, url: (JSON.parse(line) as { url: string }).url };
  };
  const first = await start();
  const address = 'api/channels/telegram/leads/42/messages';
  await fetch(`${first.url}${address}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id: 'a', text: 'Привет' }),
  });
  first.command.child.kill('SIGINT');
  const end = await first.command.end;
  expect(end.code).toBe(0);
  // One document and nothing else.
  expect(JSON.parse(end.stdout)).toMatchObject({ emulator: { token: expect.any(String) } });
  const second = await start();
  const { messages } = (await (await fetch(`${second.url}${address}?after=0`)).json()) as {
    messages: Array<{ text: string }>;
  };
  expect(messages[0]).toMatchObject({ from: 'lead', text: 'Привет' });
});

test('with --config the notices and time-outs are the author’s own, and secrets may be unset', async () => {
  const bot = { id: 'mine', scripts: [{ code: 'start', commands: [{ type: 'forward_to_operator' }] }] };
  const binding = {
    token: { env: 'LIVETEX_TOKEN_THAT_NOBODY_HAS' },
    webhook: { publicUrl: 'https://bots.example.com', key: { env: 'LIVETEX_KEY_THAT_NOBODY_HAS' } },
    bots: ['another'],
    notices: { transferred: 'Зовём человека' },
    pickupTimeout: 0.2,
  };
  const token = { env: 'NO_SUCH_TOKEN' };
  const folder = await temporaryFolder({
    'bot.json': JSON.stringify(bot),
    'livetex.json': JSON.stringify({
      bot: '.',
      storage: { env: 'NO_SUCH_STORAGE' },
      http: { publicUrl: { env: 'NO_SUCH_ADDRESS' } },
      // Posted to by VK on a server; here nobody is connected to.
      channels: { vk: { kind: 'vk', group: 1, token, secret: { env: 'NO_SUCH_SECRET' }, confirmation: 'a' } },
      livetex: [binding],
    }),
  });
  const command = startCommand(['simulate', '--config', 'livetex.json', '--port', '0', '--no-open'], { cwd: folder });
  const [, url = ''] = await command.seen(/Open (\S+) and write to the bot/);
  const body = JSON.stringify({ text: 'Привет' });
  const headers = { 'content-type': 'application/json' };
  await fetch(`${url}api/channels/vk/leads/7/messages`, { method: 'POST', headers, body });
  await command.seen(/notice {4}Зовём человека/);
  await command.seen(/waiting → bot \(operator_timeout\)/);
  command.child.kill('SIGTERM');
  expect((await command.end).code).toBe(0);
});

test('a mistake in the file of --config is named with its place', async () => {
  const folder = await temporaryFolder({
    'livetex.json': '{ "bot": "nowhere", "livetex": [{ "token": "a", "notice": {} }] }',
  });
  const { code, stderr } = await runCommand(['simulate', '--config', 'livetex.json', '--port', '0'], { cwd: folder });
  expect(code).not.toBe(0);
  expect(stderr).toContain('notice');
  expect(stderr).toContain('bot: there is no folder');
});

test('a port in use is named, with the way out', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => {
    other.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  const { code, stderr } = await runCommand(['simulate', '--port', String(port)]);
  expect(code).toBe(1);
  expect(stderr).toContain(`port ${port} is already in use: choose another one with --port`);
});

test('a folder that is no bot', async () => {
  const folder = await temporaryFolder();
  const { code, stderr } = await runCommand(['simulate', folder, '--port', '0']);
  expect(code).toBe(2);
  expect(stderr).toContain('bot.json');
  expect(stderr).toContain('there is no such file');
});
