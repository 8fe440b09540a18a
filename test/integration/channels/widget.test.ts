/** A chat on a site over HTTP, as its page asks: the real runtime, and a browser's headers. */
import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { once } from 'node:events';
import http from 'node:http';
import { request } from 'undici';
import { expect, test } from 'vitest';
import { VisitorTokens } from '../../../runtime-shim/channels/widget/visitor-tokens.ts';
import { widgetDriver } from '../../../runtime-shim/channels/widget/widget-driver.ts';
import { folderStore } from '../../../runtime-shim/uploads/folder-store.ts';
import { lastingPort } from '../../support/lasting-port.ts';
import { startRuntime, type StartedRuntime } from '../../support/start-runtime.ts';
import { temporaryStorageFolder } from '../../support/storage-folder.ts';

const SHOP = 'https://shop.example';
const EVIL = 'https://evil.example';
const IDENTITY = 'a-secret-of-the-shop';
const BOT = {
  scripts: [
    {
      code: 'start',
      commands: [{ type: 'send_text', text: 'Здравствуйте!' }],
      menu: [{ code: 'цены-и-условия', caption: 'Цены', script: 'prices' }],
    },
    { code: 'prices', commands: [{ type: 'send_text', text: 'Сто рублей' }] },
    { code: 'echo', type: 'fallback', commands: [{ type: 'send_text', text: 'Понял' }] },
  ],
};

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readonly<Record<string, unknown>> & { readonly token: string };
}

function page(runtime: StartedRuntime, origin: string | undefined, code = 'site') {
  return async (method: 'GET' | 'POST', path: string, token?: string, body?: unknown): Promise<Answer> => {
    const answer = await request(`${runtime.url}/widget/${code}/${path}`, {
      method,
      headers: {
        ...(origin === undefined ? {} : { origin }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    return { status: answer.statusCode, headers: answer.headers, body: JSON.parse(text || '{}') as Answer['body'] };
  };
}

async function stand(): Promise<StartedRuntime> {
  const site = { driver: widgetDriver({ origins: [SHOP], identitySecret: IDENTITY }) };
  const other = { driver: widgetDriver({ origins: [EVIL] }) };
  return startRuntime(BOT, { http: { port: 0 }, channels: { site, other } });
}

interface Seen {
  readonly lines: Array<{ readonly seq: number; readonly id?: string; readonly text?: string }>;
  readonly states: unknown[];
  readonly until: (isThere: () => boolean) => Promise<void>;
  readonly end: () => void;
}

/** Reads a stream as a page does. */
async function stream(runtime: StartedRuntime, token: string, lastEventId?: number): Promise<Seen> {
  const left = new AbortController();
  const response = await fetch(`${runtime.url}/widget/site/messages`, {
    headers: {
      accept: 'text/event-stream',
      authorization: `Bearer ${token}`,
      origin: SHOP,
      ...(lastEventId === undefined ? {} : { 'last-event-id': String(lastEventId) }),
    },
    signal: left.signal,
  });
  const seen: Seen['lines'] = [];
  const states: unknown[] = [];
  let wake: () => void = () => undefined;
  void (async () => {
    let rest = '';
    for await (const chunk of response.body ?? []) {
      const events = (rest + Buffer.from(chunk).toString()).split('\n\n');
      rest = events.pop() ?? '';
      for (const event of events) {
        const data = JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? 'null') as Seen['lines'][number];
        if (event.startsWith('event: state')) states.push(data);
        else if (event.startsWith('id: ')) seen.push(data);
      }
      wake();
    }
  })().catch(() => undefined);
  const until = async (isThere: () => boolean): Promise<void> => {
    while (!isThere()) await new Promise<void>((resolve) => (wake = resolve));
  };
  return { lines: seen, states, until, end: () => left.abort() };
}

test('a visitor writes, presses, reads on in another stream and comes back: each message once, in order', async () => {
  const runtime = await stand();
  const ask = page(runtime, SHOP);
  const { body, headers } = await ask('POST', 'session', undefined, { name: '<b>Анна</b>' });
  expect(headers['access-control-allow-origin']).toBe(SHOP);
  const { token } = body;
  const say = (id: string, text: string): Promise<Answer> => ask('POST', 'messages', token, { id, text });
  const tab = await stream(runtime, token);
  // Sent twice, as on a weak network.
  const answers = await Promise.all([say('message-1', 'привет'), say('message-1', 'привет')]);
  expect(answers.map(({ status, body: { id } }) => [status, id])).toEqual([
    [202, 'message-1'],
    [202, 'message-1'],
  ]);
  await tab.until(() => tab.lines.length >= 2);
  expect(tab.lines[0]).toMatchObject({ seq: 1, from: 'lead', id: 'mmessage-1', text: 'привет' });
  const menu = { seq: 2, from: 'bot', text: 'Здравствуйте!', buttons: [[{ text: 'Цены', data: 'цены-и-условия' }]] };
  expect(tab.lines[1]).toMatchObject(menu);

  // Two tabs press the same button: one press. A button that is not there: nothing.
  const press = (id: string, index: number): Promise<Answer> =>
    ask('POST', 'messages', token, { id, press: { seq: 2, index } });
  const pressed = [await press('press-0001', 0), await press('press-0002', 0), await press('press-0003', 7)];
  expect(pressed.map(({ status }) => status)).toEqual([202, 202, 202]);
  await tab.until(() => tab.lines.length >= 4);
  tab.end();
  await say('message-2', '<script>alert(1)</script>');
  await runtime.idle();
  const again = await stream(runtime, token, 4);
  await again.until(() => again.lines.length >= 2 && again.states.length > 0);
  expect([...tab.lines, ...again.lines].map(({ seq, text }) => [seq, text])).toEqual([
    [1, 'привет'],
    [2, 'Здравствуйте!'],
    [3, 'цены-и-условия'],
    [4, 'Сто рублей'],
    [5, '<script>alert(1)</script>'],
    [6, 'Понял'],
  ]);
  expect(again.states).toEqual([{ mode: 'bot', operator: null, read: 0, files: null }]);
  again.end();

  // Read up to a line that is there, never back.
  const marks = [];
  for (const seq of [4, 2, 99]) marks.push((await ask('POST', 'read', token, { seq })).body['read']);
  expect(marks).toEqual([4, 4, 4]);
  const renewed = await ask('POST', 'session', token);
  const { body: all } = await ask('GET', 'messages?after=5', renewed.body.token);
  expect(all).toMatchObject({ messages: [{ seq: 6 }], state: { mode: 'bot', operator: null, read: 4 } });
  const [lead] = await runtime.leads({ limit: 9 });
  expect(lead).toMatchObject({ channel: 'site', externalId: expect.stringMatching(/^v:[\w-]{24}$/) as string });
  const view = await runtime.lead('site', lead?.externalId ?? '');
  expect(view?.lead.name).toBe('<b>Анна</b>');
});

test('foreign origins, tokens of others and users whom the site has not signed are refused', async () => {
  const runtime = await stand();
  const shop = page(runtime, SHOP);
  const evil = page(runtime, EVIL);
  const own = page(runtime, runtime.url);
  const refused = await evil('POST', 'session');
  expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([403, undefined]);
  const ahead = await request(`${runtime.url}/widget/site/messages`, {
    method: 'OPTIONS',
    headers: { origin: EVIL, 'access-control-request-method': 'POST' },
  });
  expect(ahead.headers['access-control-allow-origin']).toBeUndefined();
  const { token } = (await shop('POST', 'session')).body;
  const signature = createHmac('sha256', IDENTITY).update('42').digest('hex');
  const user = (await shop('POST', 'session', undefined, { user: '42', signature })).body.token;
  const act = { id: 'message-1', text: 'я' };
  const statuses = await Promise.all([
    // A token holds on its origin only, in its channel only, and unchanged only.
    shop('POST', 'messages', token, act),
    own('POST', 'messages', token, act),
    page(runtime, undefined)('GET', 'messages', token),
    evil('POST', 'messages', token, act),
    page(runtime, EVIL, 'other')('POST', 'messages', token, act),
    shop('POST', 'messages', `${token}a`, act),
    shop('POST', 'messages', undefined, act),
    shop(
      'POST',
      'messages',
      new VisitorTokens(Buffer.from('x'), 'site', IDENTITY).make({ lead: 'u:42', origin: SHOP }, Date.now()).token,
      act,
    ),
    // Nobody says to be the site's user without the site's signature.
    shop('POST', 'session', undefined, { user: '43', signature }),
    shop('POST', 'session', undefined, { user: '42' }),
    page(runtime, EVIL, 'other')('POST', 'session', undefined, { user: '42', signature }),
    shop('POST', 'messages', user, act),
    page(runtime, SHOP, 'none')('POST', 'session'),
    own('POST', 'session'),
  ]);
  expect(statuses.map(({ status }) => status)).toEqual([
    202, 401, 401, 403, 401, 401, 401, 401, 403, 403, 403, 202, 404, 200,
  ]);
  await runtime.idle();
  expect((await runtime.messages('site', 'u:42', 0)).map(({ text }) => text)).toContain('я');

  const tokens = new VisitorTokens(Buffer.from('key'), 'site', IDENTITY);
  const made = tokens.make({ lead: 'u:42', origin: SHOP }, 0);
  expect(tokens.read(made.token, made.until)).toEqual({ lead: 'u:42', origin: SHOP });
  expect(tokens.read(made.token, made.until + 1)).toBeUndefined();
  // The site changed its secret: whoever was signed with the one before is nobody.
  expect(new VisitorTokens(Buffer.from('key'), 'site', 'another').read(made.token, 0)).toBeUndefined();
  fc.assert(fc.property(fc.string(), (text) => tokens.read(text, 0) === undefined));
});

test('bad input is told, and one address gets neither ten thousand sessions nor endless messages', async () => {
  const runtime = await stand();
  const ask = page(runtime, SHOP);
  const { token } = (await ask('POST', 'session')).body;
  const bad = [
    '{',
    'null',
    { id: 'short', text: 'a' },
    { id: 'message-1', text: '' },
    { id: 'message-1', text: 'a'.repeat(10_001) },
    { id: 'message-1', text: 'a', files: ['https://evil.example/x'] },
    { id: 'message-1', press: { seq: -1, index: 0 } },
    { id: 'message-1', text: 'a\u0000' },
  ];
  const refusals = [];
  for (const body of bad) refusals.push(await ask('POST', 'messages', token, body));
  expect(refusals.map(({ status }) => status)).toEqual(Array(bad.length).fill(400));
  expect((await ask('POST', 'messages', token, `"${'a'.repeat(70_000)}"`)).status).toBe(413);
  expect((await ask('GET', 'messages?after=-1', token)).status).toBe(400);
  const counts = { 202: 0, 429: 0 };
  let last = refusals[0];
  for (let n = 0; n < 45; n += 1) {
    last = await ask('POST', 'messages', token, { id: `message-${n}`, text: `${n}` });
    counts[last.status as keyof typeof counts] += 1;
  }
  // The requests that were refused for their form counted as well.
  expect(counts).toEqual({ 202: 40 - bad.length - 1, 429: 5 + bad.length + 1 });
  expect(Number(last?.headers['retry-after'])).toBeGreaterThan(0);

  let given = 1;
  while ((await ask('POST', 'session')).status === 200) given += 1;
  expect(given).toBe(120);
  const refused = await Promise.all(Array.from({ length: 200 }, async () => (await ask('POST', 'session')).status));
  expect(new Set(refused)).toEqual(new Set([429]));
  expect((await ask('POST', 'session', token)).status).toBe(200);
  expect(await runtime.leads({ limit: 9 })).toHaveLength(1);
  const streams = await Promise.all(Array.from({ length: 12 }, () => stream(runtime, token)));
  await Promise.all(streams.map(({ until, states }) => until(() => states.length > 0)));
  const accept = { accept: 'text/event-stream', authorization: `Bearer ${token}`, origin: SHOP };
  const one = await request(`${runtime.url}/widget/site/messages`, { headers: accept });
  expect(one.statusCode).toBe(429);
  for (const { end } of streams) end();
});

test('a visitor sends a file of 20 MB: cut in the middle nothing of it is there, whole it is seen by its own visitor only', async () => {
  const port = await lastingPort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const channels = { site: { driver: widgetDriver({ origins: [SHOP] }) } };
  const uploads = { store: folderStore(temporaryStorageFolder()) };
  const limits = { requestTimeoutMs: 3_000 };
  const runtime = await startRuntime(BOT, { http: { port, publicUrl, limits }, channels, uploads });
  const ask = page(runtime, SHOP);
  const { token } = (await ask('POST', 'session')).body;
  const bytes = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(20 * 1024 * 1024, 7)]);
  const headers = {
    origin: SHOP,
    authorization: `Bearer ${token}`,
    'x-file-name': encodeURIComponent('договор <b>.pdf'),
  };
  const send = (more: Record<string, string> = {}): http.ClientRequest =>
    http.request(`${publicUrl}/widget/site/files`, {
      method: 'POST',
      headers: { ...headers, 'content-length': bytes.length, ...more },
    });

  const cut = send().on('error', () => undefined);
  cut.write(bytes.subarray(0, bytes.length / 2));
  await once(cut, 'drain');
  cut.destroy();
  expect((await ask('POST', 'messages', token, { id: 'message-1', files: ['none'] })).status).toBe(400);
  expect(await runtime.leads({ limit: 9 })).toEqual([]);

  const whole = send();
  whole.write(bytes.subarray(0, 1_000));
  // A message may not be sent as slowly as a file.
  const slow = http.request(`${publicUrl}/widget/site/messages`, { method: 'POST', headers });
  slow.write('{');
  await once(slow, 'error');
  whole.end(bytes.subarray(1_000));
  const [answer] = (await once(whole, 'response')) as [http.IncomingMessage];
  const file = JSON.parse(Buffer.concat(await answer.toArray()).toString()) as { id: string };
  expect([answer.statusCode, file]).toEqual([
    201,
    expect.objectContaining({ type: 'file', name: 'договор <b>.pdf', size: bytes.length }),
  ]);
  const act = { id: 'message-2', files: [file.id] };
  const stranger = (await ask('POST', 'session')).body.token;
  expect((await ask('POST', 'messages', stranger, act)).status).toBe(400);
  expect([
    (await ask('POST', 'messages', token, act)).status,
    (await ask('POST', 'messages', token, act)).status,
  ]).toEqual([202, 202]);
  await runtime.idle();
  const { messages, state } = (await ask('GET', 'messages', token)).body as unknown as {
    messages: Array<{ files?: Array<{ url: string; name: string }> }>;
    state: { files: { maxBytes: number } };
  };
  const seen = messages.flatMap(({ files = [] }) => files);
  expect([seen.map(({ name }) => name), state.files.maxBytes]).toEqual([['договор <b>.pdf'], 25 * 1024 * 1024]);
  expect(seen[0]?.url).toMatch(/^\/files\//);
  const got = Buffer.from(await (await fetch(`${publicUrl}${seen[0]?.url}`)).arrayBuffer());
  expect(got.equals(bytes)).toBe(true);
  const refused = send({ authorization: 'Bearer none' });
  refused.end(bytes);
  refused.on('error', () => undefined);
  const [told] = (await once(refused, 'response')) as [http.IncomingMessage];
  expect(told.resume().statusCode).toBe(401);
});
