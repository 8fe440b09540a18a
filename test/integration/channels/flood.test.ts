/** Updates by the thousand, as no messenger should send them: repeated, out of order, unknown, broken, huge. Nothing is lost, nothing is refused. */
import { expect, test } from 'vitest';
import { Agent, request } from 'undici';
import { maxDriver } from '../../../runtime-shim/channels/max/max-driver.ts';
import { telegramDriver } from '../../../runtime-shim/channels/telegram/telegram-driver.ts';
import { vkDriver } from '../../../runtime-shim/channels/vk/vk-driver.ts';
import { between, seededRandom, seedFrom } from '../../support/seeded-random.ts';
import { startHttpServer } from '../../support/http-server.ts';
import { startRuntime } from '../../support/start-runtime.ts';
import { temporaryStorageFolder } from '../../support/storage-folder.ts';

/** The whole of it: FLOOD_COUNT=100000 vitest run test/integration/channels/flood.test.ts */
const COUNT = Number(process.env['FLOOD_COUNT'] ?? 600);
const SEED = seedFrom('FLOOD_SEED');
const AT_ONCE = 24;
/** Bounds a hang only, ms. */
const TIMEOUT_MS = 3_600_000;
const SECRET = 'a-secret-of-the-flood';
const GROUP = 7;
/** A lead may write so much in an hour that this many of them are within it. */
const LEADS = Math.max(10, Math.ceil(COUNT / 200));
/** Caption of a photo that no messenger lets anybody write. */
const HUGE = 10 * 1024 * 1024;

interface Messenger {
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly message: (person: number, n: number, text: string) => object;
  readonly press: (person: number, n: number, data: string) => object;
  readonly unknown: (person: number, n: number) => unknown;
}

const at = 1_780_000_000;
const vk = (type: string, n: number, object: object): object => ({
  type,
  group_id: GROUP,
  secret: SECRET,
  event_id: `e${n}`,
  object,
});

const MESSENGERS: readonly Messenger[] = [
  {
    code: 'telegram',
    headers: { 'x-telegram-bot-api-secret-token': SECRET },
    message: (id, n, text) => ({
      update_id: n,
      message: { message_id: n, date: at, chat: { id, type: 'private' }, from: { id }, caption: text, photo: [] },
    }),
    press: (id, n, data) => ({
      update_id: n,
      callback_query: { id: `c${n}`, from: { id }, data, message: { message_id: n, chat: { id, type: 'private' } } },
    }),
    unknown: (id, n) => ({ update_id: n, giveaway: { chat: { id, type: 'private' }, prizes: [n] } }),
  },
  {
    code: 'max',
    headers: { 'x-max-bot-api-secret': SECRET },
    message: (id, n, text) => ({
      update_type: 'message_created',
      timestamp: at * 1_000 + n,
      message: {
        sender: { user_id: id, first_name: 'Анна' },
        recipient: { chat_id: id, chat_type: 'dialog', user_id: 1 },
        timestamp: at * 1_000 + n,
        body: { mid: `mid.${n}`, seq: n, text, attachments: null },
      },
    }),
    press: (id, n, payload) => ({
      update_type: 'message_callback',
      timestamp: at * 1_000 + n,
      callback: { timestamp: at * 1_000 + n, callback_id: `c${n}`, payload, user: { user_id: id, first_name: 'Анна' } },
      message: {
        recipient: { chat_id: id, chat_type: 'dialog', user_id: id },
        timestamp: at * 1_000,
        body: { mid: `b.${n}`, seq: n, text: 'меню' },
      },
    }),
    unknown: (id, n) => ({ update_type: 'message_liked', timestamp: n, user: { user_id: id } }),
  },
  {
    code: 'vk',
    headers: {},
    message: (id, n, text) =>
      vk('message_new', n, {
        message: { date: at, peer_id: id, from_id: id, id: n, conversation_message_id: n, text, attachments: [] },
        client_info: {},
      }),
    press: (id, n, data) =>
      vk('message_event', n, {
        user_id: id,
        peer_id: id,
        event_id: `c${n}`,
        payload: { d: data },
        conversation_message_id: n,
      }),
    unknown: (id, n) => vk('like_add', n, { liker_id: id }),
  },
];

/** A text with its number before an emoji that stands at some place where texts are cut, now and then with half of one. */
function textOf(n: number, random: () => number): string {
  const cut = [1_024, 4_000, 4_096, 9][between(random, 0, 3)] ?? 9;
  const filled = random() < 0.02 ? 'ы'.repeat(cut) : '';
  return `#${n} ${filled}🙂${random() < 0.1 ? '\ud83d' : ''}${random() < 0.05 ? '\u0000' : ''}`;
}

interface Post {
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

test(`${COUNT} updates (FLOOD_SEED=${SEED})`, { timeout: TIMEOUT_MS }, async () => {
  const random = seededRandom(SEED);
  const posts: Post[] = [];
  const wanted = new Set<string>();
  for (let n = 1; posts.length < COUNT; n += 1) {
    const messenger = MESSENGERS[n % MESSENGERS.length];
    if (messenger === undefined) throw new Error('no messenger');
    const { code, headers, message, press, unknown } = messenger;
    const person = 100 + between(random, 0, LEADS - 1);
    const kind = random();
    const add = (body: string | Buffer): void => void posts.push({ code, headers, body });
    if (kind < 0.7) {
      add(JSON.stringify(message(person, n, textOf(n, random))));
      wanted.add(`${code} #${n}`);
    } else if (kind < 0.9) {
      // 64 bytes, which is Telegram's most.
      const data = `#${n} `.padEnd(64 - 2 * 20, '.') + 'я'.repeat(20);
      add(JSON.stringify(press(person, n, data)));
      wanted.add(`${code} #${n}`);
    } else if (kind < 0.96) {
      add(JSON.stringify(unknown(person, n)));
    } else if (code !== 'vk') {
      // Of VK these would have no secret in them.
      add(kind < 0.98 ? '{"update_id": 1, ' : Buffer.from([0xff, 0xfe, 0x00]));
    }
    // Repeated at once, or much later.
    if (random() < 0.2) posts.push(posts[Math.max(0, posts.length - 1 - between(random, 0, 300))] as Post);
  }
  for (const [index, { code, headers, message }] of MESSENGERS.entries()) {
    const n = 10_000_000 + index;
    posts.push({ code, headers, body: JSON.stringify(message(99, n, `#${n} ${'🙂'.repeat(HUGE / 4)}`)) });
    wanted.add(`${code} #${n}`);
  }
  // Two neighbours in three change places.
  for (let index = 1; index < posts.length; index += 1) {
    if (random() > 0.6) continue;
    const [one, other] = [posts[index - 1] as Post, posts[index] as Post];
    [posts[index - 1], posts[index]] = [other, one];
  }

  const nobody = await startHttpServer(() => ({ status: 200, body: '{"ok":true,"result":true}' }));
  const common = { baseUrl: nobody.url, mode: 'webhook', secret: SECRET } as const;
  const runtime = await startRuntime(
    { scripts: [{ code: 'start', commands: [] }] },
    {
      storage: `sqlite:${temporaryStorageFolder()}`,
      http: { port: 0 },
      channels: {
        telegram: { driver: telegramDriver({ ...common, token: '1:token-of-the-flood' }) },
        max: { driver: maxDriver({ ...common, token: 'token-of-the-flood' }) },
        vk: { driver: vkDriver({ ...common, token: 'token-of-the-flood', group: GROUP, confirmation: 'abc' }) },
      },
    },
  );
  const dispatcher = new Agent({ connections: AT_ONCE });
  const statuses = new Map<string, number>();
  const left = posts.values();
  const postAll = async (): Promise<void> => {
    for (const { code, headers, body } of left) {
      let status = 503;
      // What a messenger does with it: the same again.
      while (status === 503) {
        const answer = await request(`${runtime.url}/webhook/channel/${code}`, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body,
          dispatcher,
        });
        await answer.body.dump();
        status = answer.statusCode;
        statuses.set(`${code} ${status}`, (statuses.get(`${code} ${status}`) ?? 0) + 1);
      }
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, () => postAll()));
  const posted = performance.now() - begun;
  await runtime.idle();
  await dispatcher.close();

  const found: string[] = [];
  const lost = new Set(wanted);
  for (const { code } of MESSENGERS) {
    for (let person = 99; person < 100 + LEADS; person += 1) {
      for (let after = 0; ;) {
        const lines = await runtime.messages(code, String(person), after);
        if (lines.length === 0) break;
        after = lines.at(-1)?.seq ?? 0;
        for (const { from, text = '' } of lines) {
          const name = `${code} ${/^#\d+/.exec(text)?.[0]}`;
          if (from === 'lead') found.push(name);
          lost.delete(name);
          expect(text.isWellFormed()).toBe(true);
        }
      }
    }
  }
  if (COUNT >= 10_000) {
    process.stdout.write(`${posts.length} updates in ${Math.round(posted)} ms: ${JSON.stringify([...statuses])}\n`);
  }
  expect([...lost]).toEqual([]);
  expect(found.length).toBe(wanted.size);
  expect([...statuses.keys()].filter((name) => !/ (200|503)$/.test(name))).toEqual([]);
});
