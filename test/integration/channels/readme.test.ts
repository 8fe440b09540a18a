/** The walk of both READMEs to a bot in Telegram, command by command, with the local Telegram in its place. */
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
