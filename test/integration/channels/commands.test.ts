/** `channel set|show|check` beside a server for MAX and VK, as processes; and what is told of a token, a code or a poller that is another one. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createMemoryStorage, systemClock } from '../../../plugin/storage/index.ts';
import { telegramDriver } from '../../../runtime-shim/channels/telegram/telegram-driver.ts';
import { startMaxEmulator, startTelegramEmulator, startVkEmulator } from '../../../runtime-shim/emulator/index.ts';
import type { Logger } from '../../../plugin/contract/host.ts';
import { runCommand, startCommand, temporaryFolder } from '../../support/command.ts';
import { lastingPort } from '../../support/lasting-port.ts';
import { startRuntime } from '../../support/start-runtime.ts';

const SECRET = 'a-secret-of-this-test';
const BOT = { id: 'test', scripts: [{ code: 'start', commands: [{ type: 'send_text', text: 'да' }] }] };
/** Bounds a hang only, ms. */
const TIMEOUT_MS = 240_000;

test(
  'MAX and VK are set, shown and checked beside the server; a wrong token, secret, confirmation or address is named',
  { timeout: TIMEOUT_MS },
  async () => {
    const [max, vk, port, cwd] = await Promise.all([
      startMaxEmulator(),
      startVkEmulator(),
      lastingPort(),
      temporaryFolder(),
    ]);
    onTestFinished(async () => void (await Promise.all([max.close(), vk.close()])));
    await mkdir(join(cwd, 'bot'));
    await writeFile(join(cwd, 'bot', 'bot.json'), JSON.stringify(BOT));
    const url = `http://127.0.0.1:${port}`;
    const { token, group, confirmation } = vk;
    const channels = {
      max: { kind: 'max', token: max.token, baseUrl: max.url },
      vk: { kind: 'vk', token, group, secret: SECRET, confirmation, baseUrl: vk.url },
    };
    const write = (changed: object): Promise<void> =>
      writeFile(
        join(cwd, 'livetex.json'),
        JSON.stringify({ bot: 'bot', http: { port, publicUrl: url }, channels: { ...channels, ...changed } }),
      );
    await write({});
    const ask = async (action: string, code: string): Promise<readonly [number | null, unknown]> => {
      const { code: exit, stdout } = await runCommand(['channel', action, code, '--config', 'livetex.json', '--json'], {
        cwd,
      });
      return [exit, JSON.parse(stdout)];
    };
    const wrong = (...names: string[]) => ({
      ok: false,
      checks: expect.arrayContaining(names.map((name) => expect.objectContaining({ name, ok: false }))) as unknown,
    });
    // VK asks the address at once, and nobody is there.
    expect(await ask('set', 'vk')).toEqual([1, expect.objectContaining(wrong('webhook'))]);

    const server = startCommand(['serve', '--config', 'livetex.json'], { cwd });
    await server.seen(/http:\/\/127\.0\.0\.1:\d+/);
    for (const code of ['max', 'vk']) {
      expect(await ask('set', code)).toEqual([
        0,
        expect.objectContaining({ ok: true, registered: `${url}/webhook/channel/${code}` }),
      ]);
    }
    for (const person of [max.person(), vk.person()]) {
      person.write('привет');
      expect((await person.until(1)).length).toBeGreaterThan(0);
    }

    await write({
      max: { ...channels.max, token: 'of-another-bot' },
      vk: { ...channels.vk, confirmation: 'abc123' },
    });
    expect(await ask('check', 'max')).toEqual([
      1,
      { ok: false, channel: 'max', error: { code: 'channel_unauthorised', message: expect.any(String) as unknown } },
    ]);
    expect(await ask('check', 'vk')).toEqual([1, expect.objectContaining(wrong('confirmation'))]);
    await write({ vk: { ...channels.vk, token: 'of-another-community' } });
    expect(await ask('show', 'vk')).toEqual([
      1,
      { ok: false, channel: 'vk', error: { code: 'channel_unauthorised', message: expect.any(String) as unknown } },
    ]);
    server.child.kill('SIGTERM');
    expect((await server.end).code).toBe(0);
  },
);

test(
  'a second poller, a token of another bot and a code that was changed while a lead is in it are told, and nothing is lost',
  { timeout: TIMEOUT_MS },
  async () => {
    const telegram = await startTelegramEmulator();
    const other = await startTelegramEmulator();
    onTestFinished(async () => void (await Promise.all([telegram.close(), other.close()])));
    const storage = createMemoryStorage({ clock: systemClock });
    onTestFinished(() => storage.close());
    const logged: Array<readonly [string, unknown]> = [];
    const keep = (message: string, facts?: unknown): void => void logged.push([message, facts]);
    const logger: Logger = { debug: () => undefined, info: () => undefined, warn: keep, error: keep };
    const runtimeOn = (code: string, { url: baseUrl, token }: typeof telegram) =>
      startRuntime(BOT, { storage, logger, channels: { [code]: { driver: telegramDriver({ token, baseUrl }) } } });

    const first = await runtimeOn('tg', telegram);
    const anna = telegram.person();
    anna.write('раз');
    await anna.until(1);
    // Whoever asks later wins at Telegram, and ours is turned away.
    const reasons = (): string => JSON.stringify(logged);
    const rival = new AbortController();
    const polling = (async () => {
      while (!rival.signal.aborted) {
        await fetch(`${telegram.url}/bot${telegram.token}/getUpdates?timeout=5`, { signal: rival.signal }).catch(
          () => {},
        );
      }
    })();
    await expect.poll(reasons).toContain('channel_conflict');
    rival.abort();
    await polling;
    anna.write('два');
    await expect.poll(async () => (await first.messages('tg', String(anna.id), 0)).length, { timeout: 60_000 }).toBe(3);
    await first.close();

    // The same bot under another code: its lead is a stranger there, and what waits is named with the code that it had.
    await storage.transaction((tx) =>
      tx.enqueue([{ queue: 'channel:tg', lane: `test:tg:${anna.id}`, kind: 'part', payload: {} }]),
    );
    const second = await runtimeOn('telegram', telegram);
    await expect
      .poll(() => logged.find(([message]) => message.includes('a code once given must stay'))?.[1])
      .toEqual({
        channel: 'tg',
        messages: 1,
        sameAccount: 'telegram',
      });
    await second.close();
    const third = await runtimeOn('telegram', other);
    const before = { before: telegram.token.split(':')[0], now: other.token.split(':')[0] };
    await expect
      .poll(() => logged.find(([message]) => message.includes('the token of another bot'))?.[1])
      .toEqual({
        channel: 'telegram',
        ...before,
      });
    const boris = other.person();
    boris.write('привет');
    await boris.until(1);
    await third.close();
  },
);
