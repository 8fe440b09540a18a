import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { LiveTexPlugin } from '../../../plugin/index.ts';
import { createMemoryStorage, systemClock } from '../../../plugin/storage/index.ts';
import { loadConfig } from '../../../runtime-shim/cli/config/load-config.ts';
import { createRuntimeOf } from '../../../runtime-shim/cli/create-runtime-of.ts';
import { jsonLogger, type LogFilter } from '../../../runtime-shim/cli/json-logger.ts';
import { createReload } from '../../../runtime-shim/cli/reload-config.ts';
import type { Runtime } from '../../../runtime-shim/runtime/contract.ts';
import { runCommand, startCommand, temporaryFolder } from '../../support/command.ts';
import { useEmulator } from '../../support/emulator.ts';

/** Real processes and sockets on a busy machine. */
const PATIENCE = { timeout: 120_000 };

const KEY = 'a-webhook-key-of-some-length';

function botSaying(text: string): string {
  const commands = [{ type: 'send_text', text }, { type: 'forward_to_operator' }];
  return JSON.stringify({ id: 'support', scripts: [{ code: 'start', commands }] });
}

async function say(url: string, channel: string, text: string): Promise<void> {
  const response = await fetch(`${url}/api/channels/${channel}/leads/1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text }),
  });
  expect(response.status).toBe(202);
}

async function modeOf(url: string, channel: string): Promise<string> {
  const response = await fetch(`${url}/api/channels/${channel}/leads/1`);
  return ((await response.json()) as { dialog: { mode: string } }).dialog.mode;
}

test('SIGHUP: another token, a new and a removed binding and a changed bot are in force at once; a wrong file changes nothing', async () => {
  const operators = [{ id: 'anna', firstName: 'Анна', status: 'online' as const }];
  const first = await useEmulator({ token: 'token-number-one', operators });
  const second = await useEmulator({ token: 'token-number-two', operators });
  const webhook = { publicUrl: 'http://127.0.0.1:1', key: KEY };
  const main = { token: first.token, baseUrl: first.url, webhook };
  const viber = { id: 'viber', token: second.token, baseUrl: second.url, excludedChannels: [], webhook };
  const config = { bot: 'bot', http: { port: 0 }, livetex: [{ ...main, token: 'a-token-that-is-wrong' }] };
  const folder = await temporaryFolder({ 'livetex.json': JSON.stringify(config) });
  const write = (change: object): Promise<void> =>
    writeFile(join(folder, 'livetex.json'), JSON.stringify({ ...config, ...change }));
  await mkdir(join(folder, 'bot'));
  await writeFile(join(folder, 'bot', 'bot.json'), botSaying('Здравствуйте!'));
  const command = startCommand(['serve', '--config', 'livetex.json'], { cwd: folder });
  const { child, end } = command;
  const seen = (pattern: RegExp) => command.seen(pattern);
  const [, url = ''] = await seen(/Listening on (\S+)/);
  await say(url, 'telegram', 'Есть кто?');
  await seen(/livetex_token_refused/);

  const excludedChannels = ['viber'];
  await write({ livetex: [{ ...main, excludedChannels }, viber], storage: 'sqlite:./elsewhere' });
  await writeFile(join(folder, 'bot', 'bot.json'), botSaying('Добрый день!'));
  child.kill('SIGHUP');
  await seen(/read again","bindings":2/);
  await seen(/need a restart","keys":\["storage"\]/);
  await first.dialogs.when('support:telegram:1', ({ messages }) => messages.length === 2);
  await say(url, 'viber', 'А здесь?');
  await second.dialogs.when('support:viber:1', ({ selections }) => selections > 0);
  expect(second.dialogs.get('support:viber:1')?.messages.map(({ text }) => text)).toContain('🤖 Бот\nДобрый день!');
  expect(second.webhooks.settings).toMatchObject({ url: 'http://127.0.0.1:1/webhook/livetex/viber' });
  await expect.poll(() => modeOf(url, 'viber'), PATIENCE).toBe('waiting');

  await write({ livetex: [{ tokn: 'x' }] });
  child.kill('SIGHUP');
  await seen(/not read again.*livetex\[0\]\.tokn: unknown key/);
  expect(await modeOf(url, 'viber')).toBe('waiting');

  await write({ livetex: [{ ...main, excludedChannels }] });
  child.kill('SIGHUP');
  await seen(/read again","bindings":1/);
  await seen(/told to the author.*«viber» удалено: диалог вернулся к боту/);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  child.kill('SIGTERM');
  expect((await end).code).toBe(0);
}, 240_000);

test('what fails while it is read again is logged, and nothing rejects: neither the bots nor a storage that is away', async () => {
  const settings = { bot: 'bot', logLevel: 'info', livetex: [{ token: 'a-token-of-some-length' }] };
  const folder = await temporaryFolder({ 'livetex.json': JSON.stringify(settings) });
  await mkdir(join(folder, 'bot'));
  await writeFile(join(folder, 'bot', 'bot.json'), botSaying('Здравствуйте!'));
  const config = await loadConfig('livetex.json', folder, {});
  const storage = createMemoryStorage({ clock: systemClock });
  const plugins: LiveTexPlugin[] = [];
  const runtime = await createRuntimeOf(config, { storage, onPlugin: (plugin) => void plugins.push(plugin) });
  onTestFinished(() => runtime.close());
  const lines: string[] = [];
  const filter: LogFilter = { level: config.logLevel, secrets: [] };
  const logger = jsonLogger({ write: (line) => void lines.push(line), now: () => 0, filter });
  const common = { file: 'livetex.json', cwd: folder, env: {}, config, plugins, filter, logger, onBindings: () => {} };
  const failing = Object.create(runtime, {
    reload: { value: () => Promise.reject(new Error('EMFILE: too many open files')) },
    bots: { value: runtime.bots },
  }) as Runtime;

  await createReload({ ...common, runtime: failing })();
  expect(lines.splice(0)).toEqual([
    expect.stringMatching(/"level":"error".*the bot folders were not.*"bindings":1,"error":"EMFILE/) as string,
  ]);

  const { bot, ...others } = settings;
  const livetex = [...settings.livetex, { id: 'shop', token: 'another-token', bots: ['shop'] }];
  const twoBots = { ...others, bots: [bot, 'shop'], livetex: livetex.map((one) => ({ bots: ['support'], ...one })) };
  await mkdir(join(folder, 'shop'));
  await writeFile(join(folder, 'shop', 'bot.json'), botSaying('Чем помочь?').replace('support', 'shop'));
  await writeFile(join(folder, 'livetex.json'), JSON.stringify(twoBots));
  await createReload({ ...common, runtime })();
  expect(lines.splice(0)).toEqual([
    expect.stringMatching(/there is no bot \\"shop\\" here.*"needRestart":\["bots","bot"\]/) as string,
  ]);

  await writeFile(join(folder, 'livetex.json'), JSON.stringify({ ...settings, logLevel: 'debug' }));
  await storage.close();
  await createReload({ ...common, runtime })();
  expect(lines).toEqual([expect.stringMatching(/"level":"error".*was not read again; what was in force goes on/)]);
  expect(filter.level).toBe('info');
});

test('serve --check tells what a start would refuse, and opens nothing', async () => {
  const livetex = [{ token: 'a-token-of-some-length', bots: ['support'] }];
  const folder = await temporaryFolder({
    'livetex.json': JSON.stringify({ bot: 'bot', livetex }),
    'wrong.json': JSON.stringify({ bot: 'bot', livetex: [{ ...livetex[0], bots: ['suport'] }], secretKey: 'guess' }),
  });
  await mkdir(join(folder, 'bot'));
  await writeFile(join(folder, 'bot', 'bot.json'), botSaying('Здравствуйте!'));
  const right = await runCommand(['serve', '--check', '--config', 'livetex.json', '--json'], { cwd: folder });
  expect(right).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(right.stdout)).toEqual({ ok: true, bots: ['support'], bindings: ['main'] });
  const wrong = await runCommand(['serve', '--check', '--config', 'wrong.json'], { cwd: folder });
  expect(wrong).toMatchObject({ code: 2, stdout: '' });
  expect(wrong.stderr).toContain('secretKey: must be 32 random bytes');
  // No data folder was made.
  const data = await runCommand(['outbox', 'list', '--config', 'livetex.json'], { cwd: folder });
  expect(data.stderr).toContain('there is no data in');
}, 120_000);
