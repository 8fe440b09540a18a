/** Each check on its bad side: what is wrong and what to do, in both languages. The good side is seen beside a server (`doctor.test.ts`). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LAST_EVENTS, liveTexQueue } from '../../../plugin/core/jobs.ts';
import type { MenuCodes } from '../../../plugin/contract/exit-phrases.ts';
import type { LiveTexHost } from '../../../plugin/contract/host.ts';
import type { Binding } from '../../../plugin/core/plugin-context.ts';
import { checkBinding } from '../../../plugin/operations/check-binding.ts';
import type { Backup } from '../../../plugin/storage/contract.ts';
import { createMemoryStorage } from '../../../plugin/storage/index.ts';
import { startHttpServer } from '../../support/http-server.ts';
import { createTestClock } from '../../support/test-clock.ts';

const DAY_MS = 24 * 3_600_000;
const TLS = join(import.meta.dirname, '..', '..', 'fixtures', 'tls');

const sound: Partial<Binding['client']> = {
  getDestinations: () =>
    Promise.resolve([{ destination_type: 'group', destination_id: '1', name: 'Продажи', has_online: true }]),
  getWebhookSettings: () => Promise.resolve({ url: '' }),
};

interface World {
  readonly client?: Partial<Binding['client']>;
  readonly config?: object;
  readonly menuCodes?: MenuCodes;
}

const createPlace = () => {
  const clock = createTestClock();
  return { clock, storage: createMemoryStorage({ clock }) };
};
type Place = ReturnType<typeof createPlace>;

async function failedOf({ client, config, menuCodes }: World, prepare?: (place: Place) => Promise<void>) {
  const made = createPlace();
  await prepare?.(made);
  const binding = {
    id: 'main',
    client: { ...sound, ...client },
    config: { baseUrl: 'http://127.0.0.1:9', apiVersion: 'auto', reserveGroups: [], ...config },
  } as unknown as Binding;
  const host = { menuCodes: () => menuCodes } as unknown as LiveTexHost;
  const checks = await checkBinding(menuCodes === undefined ? made : { ...made, host }, binding);
  for (const { ok, problem = '', advice = '', ru } of checks) {
    if (ok) continue;
    expect(problem).not.toBe('');
    expect(advice).not.toBe('');
    expect(ru?.advice).toMatch(/[а-я]/);
  }
  return (name: string) => checks.find((check) => check.name === name && !check.ok);
}

const webhook = (publicUrl: string): object => ({ webhook: { publicUrl, key: 'k'.repeat(32) }, id: 'main' });

test('a phrase of exit that a menu shows by now, since the bot’s folder has changed', async () => {
  const exit = { phrases: ['бот', '1'] };
  const failed = await failedOf({ config: { exit }, menuCodes: new Map([['shop', ['1', '2']]]) });
  expect(failed('exit')?.problem).toContain('exit.phrases[1] is a code of a menu of the bot "shop"');
  expect((await failedOf({ config: { exit } }))('exit')).toBeUndefined();
});

test('a refused token is what is to be mended, whichever check it fails', async () => {
  const refused = () => Promise.reject(Object.assign(new Error('refused'), { code: 'livetex_token_refused' }));
  const failed = await failedOf({
    client: { getDestinations: refused, getWebhookSettings: refused },
    config: webhook('https://bot.invalid'),
  });
  expect(failed('webhook')?.advice).toBe(failed('token')?.advice);
  expect(failed('token')?.advice).toContain('access key');
});

test('groups: there is none, or not the ones that are named', async () => {
  const none = await failedOf({ client: { getDestinations: () => Promise.resolve([]) } });
  expect(none('groups')).toMatchObject({ problem: 'the touch point has no group of operators' });
  expect(none('operators')).toMatchObject({ problem: 'no operator is online' });
  const other = await failedOf({ config: { group: 'Склад' } });
  expect(other('groups')).toMatchObject({
    problem: 'there is no group «Склад»: LiveTex has «Продажи»',
    ru: { problem: 'нет группы «Склад»: в LiveTex есть «Продажи»' },
  });
});

test('version: the account’s product does not have it', async () => {
  const refused = Object.assign(new Error('not in this product'), { code: 'livetex_method_forbidden' });
  const failed = await failedOf({
    config: { apiVersion: '1.2' },
    client: { getCurrentDestination: () => Promise.reject(refused) },
  });
  expect(failed('version')).toMatchObject({ advice: 'set "apiVersion" to "auto"' });
});

test('without a webhook answers cannot arrive; another address is told with ours', async () => {
  const none = await failedOf({});
  expect(none('webhook')).toMatchObject({
    ru: { problem: 'у привязки нет "webhook", поэтому ответы операторов не приходят' },
  });
  expect(none('address')).toMatchObject({ advice: 'add "webhook" with "publicUrl" and "key" to the binding' });
});

test('key: what answers at our address is not us', async () => {
  const server = await startHttpServer((_, response) => void response.writeHead(404).end('{}'));
  const failed = await failedOf({ config: webhook(server.url) });
  expect(failed('key')).toMatchObject({
    problem: expect.stringMatching(/answers 404 to a wrong key instead of 401$/) as string,
    advice: 'let the proxy pass /webhook/ on as it is, to a server that has this binding',
  });
});

test('address and certificate: one that nobody trusts and that ends', async () => {
  const [key, cert] = ['key', 'cert'].map((name) => readFileSync(join(TLS, `self-signed.${name}.pem`), 'utf8'));
  const server = await startHttpServer((_, response) => void response.end(), { key: key ?? '', cert: cert ?? '' });
  const url = server.url.replace('127.0.0.1', 'localhost');
  const failed = await failedOf({ config: webhook(url) }, async ({ clock }) => {
    // Beyond the end of whatever certificate.
    await clock.advance(200 * 365 * DAY_MS);
  });
  expect(failed('address')).toMatchObject({ problem: expect.stringContaining('cannot be reached: self') as string });
  expect(failed('certificate')).toMatchObject({
    ru: { problem: expect.stringMatching(/^сертификат localhost кончается /) as string },
  });
});

test('clock: too far from LiveTex’s', async () => {
  const server = await startHttpServer((_, response) => {
    response.writeHead(200, { date: new Date(0).toUTCString() }).end();
  });
  const failed = await failedOf({ config: { baseUrl: server.url } });
  expect(failed('clock')).toMatchObject({
    problem: expect.stringMatching(/^this machine's clock is \d+ s ahead of LiveTex's$/) as string,
  });
});

test('lastEvent and queue: silence for weeks, a pause, what was given up, what waits too long', async () => {
  const queue = liveTexQueue('main');
  const failed = await failedOf({}, async ({ clock, storage }) => {
    await storage.transaction((tx) => tx.putRecord(LAST_EVENTS, 'main', clock.now()));
    await storage.transaction((tx) => tx.enqueue([{ queue, lane: 'l', kind: 'k', payload: {} }]));
    await clock.advance(30 * DAY_MS);
  });
  expect(failed('lastEvent')).toMatchObject({
    problem: expect.stringMatching(/^LiveTex has posted nothing since /) as string,
  });
  expect(failed('queue')).toMatchObject({
    problem: expect.stringMatching(/^the oldest message of livetex:main waits since /) as string,
  });
  const held = await failedOf({}, ({ clock, storage }) =>
    storage.transaction((tx) => tx.setPause(queue, { until: clock.now() + DAY_MS, reason: 'livetex_token_refused' })),
  );
  expect(held('queue')).toMatchObject({
    problem: expect.stringMatching(/held back until .*: livetex_token_refused$/) as string,
  });
  const dead = await failedOf({}, async ({ storage }) => {
    await storage.transaction((tx) => tx.enqueue([{ queue, lane: 'l', kind: 'k', payload: {} }]));
    const [job] = await storage.claim({ queue, limit: 1, leaseMs: 60_000 });
    if (job !== undefined) await storage.transaction((tx) => tx.deadLetter(job, 'livetex_refused'));
  });
  expect(dead('queue')).toMatchObject({ ru: { problem: 'от 1 сообщения очереди livetex:main отказались' } });
});

test('disk: storage that cannot be written', async () => {
  const failed = await failedOf({}, ({ storage }) => storage.close());
  expect(failed('disk')).toMatchObject({ problem: 'storage is closed' });
});

test('backup: somebody made them and does so no longer, or what tells of it cannot be read', async () => {
  const backedUp = (last: () => Promise<Backup | null>) =>
    failedOf({}, (place) => {
      place.storage.lastBackup = last;
      return Promise.resolve();
    });
  const { clock } = createPlace();
  const made = (daysAgo: number) => () => Promise.resolve({ at: clock.now() - daysAgo * DAY_MS, bytes: 1 });
  expect((await backedUp(made(8)))('backup')).toBeUndefined();
  expect((await backedUp(made(9)))('backup')).toMatchObject({
    found: new Date(clock.now() - 9 * DAY_MS).toISOString(),
    problem: expect.stringContaining('the last backup was made at') as string,
  });
  expect((await backedUp(() => Promise.resolve(null)))('backup')).toBeUndefined();
  expect((await backedUp(() => Promise.reject(new Error('EACCES'))))('backup')).toMatchObject({ problem: 'EACCES' });
});
