/** What is told when a messenger is set up wrongly: what is wrong, and where. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Logger } from '../../../plugin/contract/host.ts';
import { telegramDriver } from '../../../runtime-shim/channels/telegram/telegram-driver.ts';
import { vkDriver } from '../../../runtime-shim/channels/vk/vk-driver.ts';
import { RateLimit } from '../../../runtime-shim/channels/widget/rate-limit.ts';
import { startTelegramEmulator, type TelegramEmulator } from '../../../runtime-shim/emulator/index.ts';
import { startHttpServer } from '../../support/http-server.ts';
import { startRuntime } from '../../support/start-runtime.ts';

const BOT = { scripts: [{ code: 'start', commands: [{ type: 'send_text', text: 'да' }] }] };
const TLS = join(import.meta.dirname, '../../fixtures/tls');
/** Bounds a hang only, ms. */
const PATIENCE = { timeout: 240_000 };
const signal = AbortSignal.timeout(PATIENCE.timeout);

async function localTelegram(): Promise<TelegramEmulator> {
  const telegram = await startTelegramEmulator();
  onTestFinished(() => telegram.close());
  return telegram;
}

function keeping(): { readonly logger: Logger; readonly told: (text: string) => unknown[] } {
  const logged: Array<readonly [string, unknown]> = [];
  const keep = (message: string, facts?: unknown): void => void logged.push([message, facts]);
  const logger = { debug: () => undefined, info: () => undefined, warn: keep, error: keep };
  return { logger, told: (text) => logged.filter(([message]) => message.includes(text)).map(([, facts]) => facts) };
}

test('a secret that does not match is told by the log, by a figure and by the messenger', PATIENCE, async () => {
  const telegram = await localTelegram();
  const { logger, told } = keeping();
  const settings = { token: telegram.token, baseUrl: telegram.url, mode: 'webhook' } as const;
  const driver = telegramDriver({ ...settings, secret: 'the-secret-of-the-server' });
  const runtime = await startRuntime(BOT, { http: { port: 0 }, channels: { shop: { driver } }, logger });
  const url = `${runtime.url}/webhook/channel/shop`;
  // `channel set` was run with the secret of before.
  await telegramDriver({ ...settings, secret: 'the-secret-of-before' }).register(url, signal);
  telegram.person().write('привет');
  await expect.poll(() => telegram.deliveries().length, PATIENCE).toBeGreaterThan(0);
  for (let n = 0; n < 3; n += 1) await fetch(url, { method: 'POST', body: '{}' });
  const refused = told('it does not hold "secret"');
  expect(refused[0]).toEqual({ channel: 'shop', status: 401 });
  // Of four posts or more: once, and once more where the first look at Telegram came in between.
  expect(refused.length).toBeLessThan(3);
  const figures = await (await fetch(`${runtime.url}/metrics`)).text();
  expect(figures).toMatch(/metabot_channel_messages_total\{channel="shop",direction="in",what="refused"\} \d/);
  const { checks } = await driver.inspect(url, signal);
  expect(checks.find(({ name }) => name === 'lastError')).toMatchObject({
    ok: false,
    problem: expect.stringMatching(/last event was not taken: .*401/) as string,
    advice: expect.stringContaining('"secret" must be the one that channel set gave it') as string,
  });
  expect(JSON.stringify(checks)).not.toContain('the-secret-of');
});

test(
  'a webhook that is set elsewhere is told with its address, without what may be a key in it',
  PATIENCE,
  async () => {
    const telegram = await localTelegram();
    const hook = encodeURIComponent('https://other.example/hook?key=hidden');
    await fetch(`${telegram.url}/bot${telegram.token}/setWebhook?url=${hook}`);
    const { logger, told } = keeping();
    const driver = telegramDriver({ token: telegram.token, baseUrl: telegram.url });
    const runtime = await startRuntime(BOT, { http: { port: 0 }, channels: { shop: { driver } }, logger });
    await expect.poll(() => told('could not be polled').length, PATIENCE).toBeGreaterThan(0);
    expect(told('could not be polled')[0]).toEqual({
      channel: 'shop',
      error: expect.stringMatching(
        /^channel_conflict: telegram gives its updates to somebody else: .*webhook/,
      ) as string,
    });
    const wrong = 'webhook: it is polled, but Telegram posts to https://other.example/hook, so a poll gets nothing';
    const state = async (): Promise<string> => (await fetch(`${runtime.url}/readyz`)).text();
    await expect.poll(state, PATIENCE).toContain(wrong);
    const { checks } = await driver.inspect(null, signal);
    expect(checks.filter(({ ok }) => !ok)).toMatchObject([
      { name: 'webhook', advice: 'metabot-livetex channel set puts it right' },
    ]);
    expect(`${await state()}${JSON.stringify(checks)}`).not.toContain('hidden');
  },
);

test('a certificate that nobody trusts is named, whichever messenger has it', PATIENCE, async () => {
  const pem = (name: string): Promise<string> => readFile(join(TLS, name), 'utf8');
  const [key, cert] = await Promise.all([pem('self-signed.key.pem'), pem('self-signed.cert.pem')]);
  const server = await startHttpServer(() => ({ body: '{}' }), { key, cert });
  const baseUrl = server.url.replace('127.0.0.1', 'localhost');
  const drivers = [
    telegramDriver({ token: '1:a', baseUrl }),
    vkDriver({ token: 'a', group: 1, mode: 'poll', baseUrl }),
  ];
  for (const driver of drivers) {
    onTestFinished(() => driver.close());
    await expect(driver.inspect(null, signal)).rejects.toMatchObject({
      code: 'channel_unreachable',
      message: expect.stringMatching(
        new RegExp(`^${driver.kind} cannot be reached: \\w+.*: the TLS certificate or handshake failed \\(\\w+\\)$`),
      ) as string,
    });
  }
  expect(server.requests).toEqual([]);
});

test('of ten thousand sessions from one address 120 are given an hour, and each other address has its own', () => {
  const limit = new RateLimit(120, 3_600_000);
  const take = (at: number): number[] => Array.from({ length: 10_000 }, (_, n) => limit.take('203.0.113.7', at + n));
  const first = take(0);
  expect(first.filter((wait) => wait === 0)).toHaveLength(120);
  expect([first.at(-1), limit.take('203.0.113.8', 9_999)]).toEqual([3_600_000 - 9_999, 0]);
  expect(take(3_600_000).filter((wait) => wait === 0)).toHaveLength(120);
});
