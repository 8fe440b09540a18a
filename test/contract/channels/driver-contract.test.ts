/** What every driver of a messenger must do. Each is run against its messenger's emulator, over HTTP. */
import * as fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import type {
  ChannelDriver,
  InboundItem,
  Part,
  SendContext,
  SendOutcome,
} from '../../../runtime-shim/channels/contract.ts';
import { codeOf, messageOf } from '../../../plugin/contract/coded-error.ts';
import { maxDriver } from '../../../runtime-shim/channels/max/max-driver.ts';
import { telegramDriver } from '../../../runtime-shim/channels/telegram/telegram-driver.ts';
import { vkDriver } from '../../../runtime-shim/channels/vk/vk-driver.ts';
import { startMaxEmulator, startTelegramEmulator, startVkEmulator } from '../../../runtime-shim/emulator/index.ts';
import { startHttpServer, type TestReply } from '../../support/http-server.ts';

type Trouble = 'flood' | 'cut before' | 'cut after' | 'unauthorised' | 'server error' | 'does not like it';

/** A messenger with one person in it. */
interface Stand {
  readonly driver: ChannelDriver;
  /** This body as a request of the messenger, which proves itself. */
  readonly signed: (body: Uint8Array) => readonly [Uint8Array, Readonly<Record<string, string>>];
  /** Keys of an update: bodies that are nearly one are made of them. */
  readonly keys: readonly string[];
  readonly secrets: readonly string[];
  readonly person: string;
  readonly write: (text: string) => void;
  readonly sendFile: (bytes: Uint8Array) => void;
  /** Resolves when a poll that has begun hears of what happens from now on. */
  readonly heard: () => Promise<void>;
  /** An address that the messenger finds right. */
  readonly address: () => Promise<string>;
  /** How long it asks to wait, ms. */
  readonly floodMs: number;
  readonly block: () => void;
  /** The next request fails so. */
  readonly trouble: (kind: Trouble) => void;
  /** What the person sees. */
  readonly shown: () => readonly string[];
  /** The same driver with a token that is not the messenger's. */
  readonly stranger: () => ChannelDriver;
}

const SECRET = 'a-secret-of-the-contract';

async function telegramStand(mode: 'poll' | 'webhook'): Promise<Stand> {
  const telegram = await startTelegramEmulator();
  onTestFinished(() => telegram.close());
  const options = { baseUrl: telegram.url, mode, secret: SECRET };
  const driver = telegramDriver({ ...options, token: telegram.token });
  onTestFinished(() => driver.close());
  const anna = telegram.person();
  const error = (code: number, description: string, retryAfter?: number) =>
    ({ kind: 'error', code, description, ...(retryAfter === undefined ? {} : { retryAfter }) }) as const;
  const troubles = {
    flood: error(429, 'Too Many Requests: retry after 3', 3),
    'cut before': { kind: 'cut', when: 'before' },
    'cut after': { kind: 'cut', when: 'after' },
    unauthorised: error(401, 'Unauthorized'),
    'server error': error(502, 'Bad Gateway'),
    'does not like it': error(400, 'Bad Request: it is strange'),
  } as const;
  return {
    driver,
    signed: (body) => [body, { 'x-telegram-bot-api-secret-token': SECRET }],
    keys: ['update_id', 'message', 'callback_query'],
    heard: () => Promise.resolve(),
    address: () => Promise.resolve('https://bot.example.com/webhook/channel/x'),
    floodMs: 3_000,
    secrets: [SECRET, telegram.token.split(':')[1] ?? ''],
    person: String(anna.id),
    write: (text) => anna.write(text),
    sendFile: (bytes) => anna.send({ kind: 'document', name: 'a.bin', bytes }),
    block: () => anna.block(),
    trouble: (kind) => telegram.fault({ ...troubles[kind], times: 1 }),
    shown: () => anna.shown().map(({ text }) => text),
    stranger: () => {
      const other = telegramDriver({ ...options, token: `${telegram.token.split(':')[0]}:another-one` });
      onTestFinished(() => other.close());
      return other;
    },
  };
}

async function maxStand(mode: 'poll' | 'webhook'): Promise<Stand> {
  const max = await startMaxEmulator({ limits: false });
  onTestFinished(() => max.close());
  const options = { baseUrl: max.url, mode, secret: SECRET };
  const driver = maxDriver({ ...options, token: max.token });
  onTestFinished(() => driver.close());
  const anna = max.person();
  const error = (status: number, code: string, retryAfter?: number) =>
    ({ kind: 'error', status, code, message: 'why', ...(retryAfter === undefined ? {} : { retryAfter }) }) as const;
  const troubles = {
    flood: error(429, 'too.many.requests', 3),
    'cut before': { kind: 'cut', when: 'before' },
    'cut after': { kind: 'cut', when: 'after' },
    unauthorised: error(401, 'verify.token'),
    'server error': error(503, 'service.unavailable'),
    'does not like it': error(400, 'proto.payload'),
  } as const;
  return {
    driver,
    signed: (body) => [body, { 'x-max-bot-api-secret': SECRET }],
    keys: ['update_type', 'timestamp', 'message', 'callback'],
    heard: () => Promise.resolve(),
    address: () => Promise.resolve('https://bot.example.com/webhook/channel/x'),
    floodMs: 3_000,
    secrets: [SECRET, max.token],
    person: String(anna.id),
    write: (text) => anna.write(text),
    sendFile: (bytes) => anna.send({ kind: 'file', name: 'a.bin', bytes }),
    block: () => anna.block(),
    trouble: (kind) => max.fault({ ...troubles[kind], times: 1 }),
    shown: () => anna.shown().map(({ text }) => text),
    stranger: () => {
      const other = maxDriver({ ...options, token: 'another-one' });
      onTestFinished(() => other.close());
      return other;
    },
  };
}

async function vkStand(mode: 'poll' | 'webhook'): Promise<Stand> {
  const vk = await startVkEmulator({ longPoll: true });
  onTestFinished(() => vk.close());
  const { group, confirmation } = vk;
  const options = { baseUrl: vk.url, mode, secret: SECRET, group, confirmation };
  const driver = vkDriver({ ...options, token: vk.token });
  onTestFinished(() => driver.close());
  const anna = vk.person();
  const error = (code: number) => ({ kind: 'error', code, message: 'why' }) as const;
  const troubles = {
    flood: error(6),
    'cut before': { kind: 'cut', when: 'before' },
    'cut after': { kind: 'cut', when: 'after' },
    unauthorised: error(5),
    'server error': error(10),
    'does not like it': error(100),
  } as const;
  return {
    driver,
    // VK proves itself in the body: what is no object has no place for it.
    signed: (body) => {
      const told = jsonOf(body);
      const isObject = typeof told === 'object' && told !== null && !Array.isArray(told);
      const event = { type: 'x', ...(isObject ? told : { object: told }), group_id: group, secret: SECRET };
      return [Buffer.from(JSON.stringify(typeof event.type === 'string' ? event : { ...event, type: 'y' })), {}];
    },
    keys: ['type', 'object', 'event_id'],
    heard: async () => {
      while (vk.requests('groups.getLongPollServer').length === 0) await new Promise((done) => setImmediate(done));
    },
    address: async () => {
      const answer = ({ body }: { readonly body: string }): TestReply =>
        driver.receive(Buffer.from(body), {}, 1).answer;
      return `${(await startHttpServer(answer)).url}/webhook/channel/x`;
    },
    floodMs: 1_000,
    secrets: [SECRET, vk.token],
    person: String(anna.id),
    write: (text) => anna.write(text),
    sendFile: (bytes) => anna.send({ kind: 'doc', name: 'a.bin', bytes }),
    block: () => anna.block(),
    trouble: (kind) => vk.fault({ ...troubles[kind], times: 1 }),
    shown: () => anna.shown().map(({ text }) => text),
    stranger: () => {
      const other = vkDriver({ ...options, token: 'another-one' });
      onTestFinished(() => other.close());
      return other;
    },
  };
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString()) as unknown;
  } catch {
    return Buffer.from(body).toString();
  }
}

const DRIVERS: ReadonlyArray<readonly [string, () => Promise<Stand>]> = [
  ['telegram, polled', () => telegramStand('poll')],
  ['telegram, webhook', () => telegramStand('webhook')],
  ['max, polled', () => maxStand('poll')],
  ['max, webhook', () => maxStand('webhook')],
  ['vk, polled', () => vkStand('poll')],
  ['vk, webhook', () => vkStand('webhook')],
];

type Polled = Awaited<ReturnType<NonNullable<ChannelDriver['poll']>>>;

// Bounds a hang only: it runs from the file's beginning.
const signal = AbortSignal.timeout(600_000);
const context: SendContext = { signal, openLink: () => Promise.reject(new Error('there is no file')) };

/** What somebody sends who does so right after the first poll has begun. */
async function firstPolled(driver: ChannelDriver, heard: () => Promise<void>, send: () => void): Promise<Polled> {
  if (driver.poll === undefined) throw new Error('it does not poll');
  const polling = driver.poll(null, 1, signal);
  await Promise.race([heard(), polling]);
  send();
  const begun = await polling;
  // One that tells where it begins before it waits is asked once more.
  return begun.items.length > 0 ? begun : driver.poll(begun.cursor, 1, signal);
}

describe.each(DRIVERS)('%s', (_name, stand) => {
  test('its limits can be kept, and its account is known without asking', async () => {
    const { driver } = await stand();
    const { textUnits, captionUnits, buttons, linkBytes, uploadBytes } = driver.traits;
    expect(textUnits).toBeGreaterThan(1);
    expect(captionUnits).toBeLessThanOrEqual(textUnits);
    for (const limit of [...Object.values(linkBytes), ...Object.values(uploadBytes)])
      expect(limit).toBeGreaterThanOrEqual(0);
    // A place in the dialog must fit where data does not.
    expect(buttons?.dataBytes ?? Infinity).toBeGreaterThanOrEqual('~999999999999999:999'.length);
    expect(driver.account).not.toBe('');
  });

  test('it takes any bytes of its messenger, refuses any of a stranger, and never throws', async () => {
    const { driver, signed, keys } = await stand();
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json().map((text) => Buffer.from(text)),
    );
    const any = fc.oneof(fc.integer(), fc.string(), fc.jsonValue(), fc.constantFrom(...keys));
    const near = fc.record(Object.fromEntries(keys.map((key) => [key, any])), { requiredKeys: [] });
    const bodies = fc.oneof(
      bytes,
      near.map((update) => Buffer.from(JSON.stringify(update))),
    );
    fc.assert(
      fc.property(bodies, (body) => {
        const [proved, headers] = signed(body);
        const taken = driver.receive(proved, headers, 1);
        expect(taken.answer.status).toBe(200);
        expect(taken.items.length).toBeGreaterThan(0);
        expect(driver.receive(proved, headers, 1)).toEqual(taken);
        const refused = driver.receive(body, {}, 1);
        expect([refused.answer.status >= 400, refused.items]).toEqual([true, []]);
      }),
    );
  });

  test('it tells what became of a message, and its words hold no secret', async () => {
    const { driver, person, secrets, trouble, block, shown, stranger, floodMs } = await stand();
    const outcomes: SendOutcome[] = [];
    const send = async (to: string, by = driver): Promise<SendOutcome['is']> => {
      const outcome = await by.send(to, { id: `${outcomes.length}/0`, text: `${outcomes.length}` }, context);
      outcomes.push(outcome);
      return outcome.is;
    };
    expect(await send(person)).toBe('done');
    trouble('flood');
    expect(await send(person)).toBe('later');
    expect(outcomes.at(-1)).toMatchObject({ scope: 'channel', forMs: floodMs });
    for (const kind of ['cut before', 'cut after', 'server error'] as const) {
      trouble(kind);
      expect([kind, await send(person)]).toEqual([kind, 'unknown']);
    }
    trouble('does not like it');
    expect(await send(person)).toBe('not_shown');
    trouble('unauthorised');
    expect(await send(person)).toBe('not_authorised');
    expect(await send(person, stranger())).toBe('not_authorised');
    expect(await send('404')).toBe('refused');
    block();
    expect(await send(person)).toBe('refused');
    expect(shown()).toEqual(['0', '3']);
    for (const secret of secrets) expect(JSON.stringify(outcomes)).not.toContain(secret);
    const failure: unknown = await stranger()
      .inspect(null, signal)
      .catch((error: unknown) => error);
    expect(codeOf(failure)).toBe('channel_unauthorised');
    for (const secret of [...secrets, 'another-one']) expect(messageOf(failure)).not.toContain(secret);
  });

  test('where it can be asked, it tells what arrived from what did not, also of two that are alike', async () => {
    const { driver, person, trouble } = await stand();
    if (driver.settle === undefined) return;
    const part = (id: string): Part => ({ id, text: 'Понял' });
    const sent = await driver.send(person, part('1.0/0'), context);
    const mark = sent.is === 'done' ? (sent.mark ?? null) : null;
    trouble('cut before');
    expect((await driver.send(person, part('2.0/0'), context)).is).toBe('unknown');
    const missing = await driver.settle(person, part('2.0/0'), mark, signal);
    expect(['missing', 'harmless']).toContain(missing.is);
    trouble('cut after');
    expect((await driver.send(person, part('2.0/0'), context)).is).toBe('unknown');
    const arrived = await driver.settle(person, part('2.0/0'), mark, signal);
    expect(['arrived', 'harmless']).toContain(arrived.is);
  });

  test('a file that a person sent is opened anew each time; what is gone is told', async () => {
    const { driver, sendFile, heard } = await stand();
    if (driver.openFile === undefined || driver.poll === undefined) return;
    const { items } = await firstPolled(driver, heard, () => sendFile(new Uint8Array([1, 2, 3])));
    const [file] = items.flatMap((item) => (item.kind === 'message' ? (item.files ?? []) : []));
    for (let times = 0; times < 2; times += 1) {
      const { stream } = await driver.openFile(file?.file ?? '', signal);
      const chunks: Uint8Array[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      expect(Buffer.concat(chunks).toJSON().data).toEqual([1, 2, 3]);
    }
    const failure: unknown = await driver.openFile('nothing', signal).catch((error: unknown) => error);
    expect(codeOf(failure)).toBe('channel_file_gone');
  });

  test('what was polled comes again until its cursor is used, and once it is used never', async () => {
    const { driver, write, heard } = await stand();
    if (driver.poll === undefined) return;
    // A messenger may give a newcomer nothing but the newest.
    const { cursor } = await firstPolled(driver, heard, () => write('ноль'));
    write('раз');
    write('два');
    const numbers = (items: readonly InboundItem[]): string[] => items.map(({ id }) => id);
    const first = await driver.poll(cursor, 1, signal);
    const again = await driver.poll(cursor, 1, signal);
    expect(numbers(again.items)).toEqual(numbers(first.items));
    expect(first.items).toHaveLength(2);
    write('три');
    const next = await driver.poll(first.cursor, 1, signal);
    expect(next.items).toMatchObject([{ kind: 'message', text: 'три' }]);
  });

  test('where it posts to is set, shown and taken away', async () => {
    const { driver, address } = await stand();
    const url = await address();
    await driver.register(url, signal);
    expect((await driver.inspect(url, signal)).checks.every(({ ok }) => ok)).toBe(true);
    expect((await driver.inspect(null, signal)).checks.find(({ ok }) => !ok)).toMatchObject({ name: 'webhook' });
    await driver.register(null, signal);
    expect(await driver.inspect(null, signal)).toMatchObject({ registered: null });
  });
});
