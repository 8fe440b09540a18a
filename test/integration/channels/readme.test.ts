/** The walks of both READMEs to a bot in Telegram and to a chat on a site, command by command, with the local Telegram in its place. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startTelegramEmulator } from '../../../runtime-shim/emulator/index.ts';
import { ROOT, runCommand, startCommand, temporaryFolder } from '../../support/command.ts';

/** The section's commands and its configuration. */
async function walkOf(name: string, heading: string): Promise<{ commands: string[][]; config: string }> {
  const page = await readFile(join(ROOT, name), 'utf8');
  const [, section = ''] = page.split(`\n## ${heading}\n`);
  const [walk = ''] = section.split('\n## ');
  const commands = [...walk.matchAll(/npx metabot-livetex ([^`\n]+)/g)].map(([, line = '']) => line.split(' '));
  const [, config = ''] = /```json\n([\s\S]*?)```/.exec(walk) ?? [];
  return { commands, config };
}

test('both READMEs lead to a bot that answers in Telegram, and a wrong token or a webhook elsewhere is told', async () => {
  const telegram = await startTelegramEmulator({ username: 'my_bot' });
  onTestFinished(() => telegram.close());
  const russian = await walkOf('README.ru.md', 'Бот в Telegram за пять минут');
  const english = await walkOf('README.md', 'Five minutes to a real bot in Telegram');
  expect(russian.commands.map((words) => words.filter((word) => word !== '--lang' && word !== 'ru'))).toEqual(
    english.commands,
  );
  expect(russian.config).toBe(english.config);
  const [make = [], check = [], serve = []] = russian.commands;

  const cwd = await temporaryFolder();
  const env = { TELEGRAM_TOKEN: telegram.token };
  expect((await runCommand(make, { cwd, env })).code).toBe(0);
  const config = JSON.parse(english.config) as { channels: { telegram: object } };
  // All that is not as a stranger does it: where Telegram is, and a free port.
  const local = {
    ...config,
    http: { port: 0 },
    channels: { telegram: { ...config.channels.telegram, baseUrl: telegram.url } },
  };
  await writeFile(join(cwd, 'telegram.json'), JSON.stringify(local));
  const checked = await runCommand(check, { cwd, env });
  expect([checked.code, checked.stdout]).toEqual([0, expect.stringContaining('telegram: @my_bot, ')]);
  const server = startCommand(serve, { cwd, env });
  await server.seen(/http:\/\/127\.0\.0\.1:\d+/);
  const anna = telegram.person();
  anna.write('/start');
  const [first] = await anna.until(1);
  expect(first?.text).toContain('Здравствуйте');
  server.child.kill('SIGTERM');
  expect((await server.end).code).toBe(0);

  await fetch(`${telegram.url}/bot${telegram.token}/setWebhook?url=https://other.example/hook?key=secret`);
  const taken = await runCommand(['channel', 'check', 'telegram', '--config', 'telegram.json', '--json'], { cwd, env });
  expect(taken.code).toBe(1);
  expect(JSON.parse(taken.stdout)).toMatchObject({
    ok: false,
    registered: 'https://other.example/hook?key=secret',
    checks: expect.arrayContaining([expect.objectContaining({ name: 'webhook', ok: false })]),
  });
  const mended = await runCommand(['channel', 'set', 'telegram', '--config', 'telegram.json'], { cwd, env });
  expect([mended.code, mended.stderr]).toEqual([0, '']);
  const wrong = { TELEGRAM_TOKEN: telegram.token.replace(/..$/, 'xx') };
  const refused = await runCommand(['channel', 'show', 'telegram', '--config', 'telegram.json'], { cwd, env: wrong });
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('channel_unauthorised')]);
  const unknown = await runCommand(['channel', 'show', 'telegramm', '--config', 'telegram.json'], { cwd, env });
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('did you mean "telegram"')]);
});

test('both READMEs lead to a chat on a site that the bot answers in', async () => {
  const russian = await walkOf('README.ru.md', 'Чат на вашем сайте');
  const english = await walkOf('README.md', 'A chat on your site');
  expect(russian.commands.map((words) => words.filter((word) => word !== '--lang' && word !== 'ru'))).toEqual(
    english.commands,
  );
  expect(russian.config).toBe(english.config);
  const [make = [], serve = []] = russian.commands;
  const cwd = await temporaryFolder();
  expect((await runCommand(make, { cwd })).code).toBe(0);
  // All that is not as a stranger does it: a free port.
  const config = JSON.parse(english.config) as { channels: { site: { origins: string[] } } };
  await writeFile(join(cwd, 'site.json'), JSON.stringify({ ...config, http: { port: 0 } }));
  const server = startCommand(serve, { cwd });
  const [url = ''] = await server.seen(/http:\/\/127\.0\.0\.1:\d+/);
  const page = await (await fetch(`${url}/widget/site/`)).text();
  expect(page).toContain('src="../site.js"');
  const launcher = await fetch(`${url}/widget/site.js`);
  expect([launcher.status, (await launcher.text()).includes('chat.js?v=')]).toEqual([200, true]);
  const [origin = ''] = config.channels.site.origins;
  const ask = async (path: string, token: string, body?: unknown): Promise<Response> =>
    fetch(`${url}/widget/site/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { origin, authorization: `Bearer ${token}`, accept: 'text/event-stream' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const { token } = (await (await ask('session', '', {})).json()) as { token: string };
  expect((await ask('messages', token, { id: 'message-1', text: '/start' })).status).toBe(202);
  let seen = '';
  for await (const chunk of (await ask('messages', token)).body ?? []) {
    seen += Buffer.from(chunk).toString();
    if (seen.includes('Здравствуйте')) break;
  }
  server.child.kill('SIGTERM');
  expect((await server.end).code).toBe(0);
});
