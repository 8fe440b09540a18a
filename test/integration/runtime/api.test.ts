import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { ApiOptions } from '../../../runtime-shim/api/contract.ts';
import type { RuntimeActivity } from '../../../runtime-shim/runtime/contract.ts';
import { freePort, json, startHttpServer, startRawServer, type TestHandler } from '../../support/http-server.ts';
import { type StartedRuntime, startRuntime } from '../../support/start-runtime.ts';

/** A bot whose only script is this text; `URL` in it is the server's address. */
async function botWith(code: string, api: ApiOptions, files: Record<string, string> = {}): Promise<StartedRuntime> {
  const commands = [{ type: 'run_javascript', file: 'a.js' }];
  return startRuntime({ scripts: [{ code: 'start', commands }], files: { 'a.js': code, ...files } }, { api });
}

/** Runs a script against a server, and gives what the bot said. */
async function told(code: string, handler: TestHandler, api: ApiOptions = {}) {
  const server = await startHttpServer(handler);
  const { url } = server;
  const full = code.replaceAll('URL', url);
  const runtime = await botWith(`${full}\nbot.sendMessage(JSON.stringify(result));`, { allow: [`${url}/`], ...api });
  await runtime.say('привет');
  const [, said] = await runtime.chat();
  const result = said === undefined ? undefined : (JSON.parse(said.replace(/^bot: /, '')) as unknown);
  return { server, runtime, result };
}

/** What unpacks to far more than is taken: 64 MiB of zeros. */
const BOMB = gzipSync(Buffer.alloc(64 * 1024 * 1024));

function requestsOf({ activities }: StartedRuntime): Array<Extract<RuntimeActivity, { kind: 'request' }>> {
  return activities.filter((activity) => activity.kind === 'request');
}

function errorOf({ activities }: StartedRuntime): { code: string; message: string } | undefined {
  return activities.flatMap((one) => (one.kind === 'script' && one.error !== undefined ? [one.error] : []))[0];
}

test('a script asks a server and goes on with the answer in its next line', async () => {
  const { server, runtime, result } = await told(
    `api.setHeaders({ Authorization: 'Bearer of-the-crm', 'X-Bot': 'support' });
     var order = api.postJson('URL/orders?key=of-the-crm', { phone: '+7' });
     var result = [order.state, api.getLastResponseCode(), api.getLastError()];`,
    () => json({ state: 'в пути' }, 201),
  );
  expect(result).toEqual(['в пути', 201, null]);
  const [request] = server.requests;
  expect(request).toMatchObject({ method: 'POST', url: '/orders?key=of-the-crm', body: '{"phone":"+7"}' });
  expect(request?.headers).toMatchObject({
    authorization: 'Bearer of-the-crm',
    'x-bot': 'support',
    'content-type': 'application/json',
    host: new URL(server.url).host,
  });
  const [seen] = requestsOf(runtime);
  expect(seen).toMatchObject({ method: 'POST', path: '/orders', status: 201, stub: false, file: 'a.js' });
  expect(JSON.stringify(seen)).not.toContain('of-the-crm');
});

test('connections are kept for the next request', async () => {
  const { server } = await told(`for (var n = 0; n < 5; n += 1) api.getJson('URL/'); var result = 1;`, () => json({}));
  expect([server.requests.length, server.connections()]).toEqual([5, 1]);
});

test.each([
  ['an error of the server', () => json({ error: 'нет' }, 404), [{ error: 'нет' }, 404, null]],
  ['a page', () => ({ status: 502, body: '<html>' }), ['<html>', 502, null]],
  ['nothing', () => ({ status: 204 }), ['', 204, null]],
  [
    'an answer in windows-1251',
    () => ({ headers: { 'content-type': 'text/plain; charset=windows-1251' }, body: new Uint8Array([0xe4, 0xe0]) }),
    ['да', 200, null],
  ],
  [
    'a packed answer',
    () => ({ headers: { 'content-encoding': 'gzip' }, body: gzipSync('{"a":1}') }),
    [{ a: 1 }, 200, null],
  ],
  [
    'a broken packed answer',
    () => ({ headers: { 'content-encoding': 'gzip' }, body: 'not gzip' }),
    [null, 200, 'the packed answer cannot be unpacked'],
  ],
  [
    'a bomb: far more than it seems',
    () => ({ headers: { 'content-encoding': 'gzip' }, body: BOMB }),
    [null, 200, 'the answer is larger than 1048576 bytes (api.maxBytes)'],
  ],
  [
    'too much',
    () => ({ body: 'x'.repeat(1_048_577) }),
    [null, 200, 'the answer is larger than 1048576 bytes (api.maxBytes)'],
  ],
] as const)('%s is told to the script', async (_, handler, expected) => {
  const { result } = await told(
    `var body = api.getJson('URL/'); var result = [body, api.getLastResponseCode(), api.getLastError()];`,
    handler,
  );
  expect(result).toEqual(expected);
});

test('a body that never ends is cut at its size', async () => {
  const { result } = await told(
    `var body = api.getJson('URL/'); var result = [body, api.getLastResponseCode(), api.getLastError()];`,
    (_, response) => {
      const pump = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.writeHead(200).on('drain', pump);
      pump();
    },
    { maxBytes: 100_000 },
  );
  expect(result).toEqual([null, 200, 'the answer is larger than 100000 bytes (api.maxBytes)']);
});

test('a server that does not answer costs the time that is set, and the script goes on', async () => {
  const { result, runtime } = await told(
    `var body = api.getJson('URL/'); var result = [body, api.getLastResponseCode(), api.getLastError()];`,
    () => undefined,
    { timeoutMs: 80 },
  );
  expect(result).toEqual([null, 0, 'there was no answer within 80 ms']);
  expect(requestsOf(runtime)).toMatchObject([{ status: null, error: 'there was no answer within 80 ms' }]);
});

test('the time of a request ends before that of its script', async () => {
  const server = await startHttpServer(() => undefined);
  const code = `api.getJson('${server.url}/'); bot.sendMessage(api.getLastError());`;
  const commands = [{ type: 'run_javascript', file: 'a.js' }];
  const runtime = await startRuntime(
    { scripts: [{ code: 'start', commands }], files: { 'a.js': code } },
    { api: { allow: [`${server.url}/`], timeoutMs: 60_000 }, sandbox: { wallMs: 1_000 } },
  );
  await runtime.say('привет');
  expect((await runtime.chat())[1]).toMatch(/^bot: there was no answer within \d+ ms$/);
});

test('what is no HTTP, and what nobody listens to, is said in a sentence', async () => {
  const raw = await startRawServer((socket) => socket.end('SSH-2.0\r\n'));
  const closed = `http://127.0.0.1:${await freePort()}`;
  const runtime = await botWith(
    `bot.sendMessage(String(api.getJson('${raw.url}/')) + api.getLastError());
     bot.sendMessage(String(api.getJson('${closed}/')) + api.getLastResponseCode() + api.getLastError());`,
    { allow: [raw.url, closed] },
  );
  await runtime.say('привет');
  const [, first, second] = await runtime.chat();
  expect(first).toContain('nullwhat answers does not speak HTTP');
  expect(second).toBe('bot: null0the connection was refused (ECONNREFUSED)');
});

test('a redirect is followed to what is allowed, and a key goes to its own server only', async () => {
  const other = await startHttpServer(() => json({ here: true }));
  const allowed = await startHttpServer(({ url }) =>
    url === '/a'
      ? { status: 302, headers: { location: '/b' } }
      : { status: url === '/b' ? 307 : 308, headers: { location: `${other.url}/` } },
  );
  const runtime = await botWith(
    `api.setHeaders({ Authorization: 'Bearer x' });
     bot.sendMessage(JSON.stringify([api.postJson('${allowed.url}/a', { a: 1 }), api.postJson('${allowed.url}/c', { a: 1 })]));`,
    { allow: [allowed.url, other.url] },
  );
  await runtime.say('привет');
  expect((await runtime.chat())[1]).toBe('bot: [{"here":true},{"here":true}]');
  expect(other.requests.map(({ method, body, headers }) => [method, body, headers.authorization])).toEqual([
    ['GET', '', undefined],
    ['POST', '{"a":1}', undefined],
  ]);
  expect(allowed.requests.map(({ method, headers }) => [method, headers.authorization])).toEqual([
    ['POST', 'Bearer x'],
    ['GET', 'Bearer x'],
    ['POST', 'Bearer x'],
  ]);
});

test('a circle of redirects ends', async () => {
  const { server, result } = await told(
    `api.getJson('URL/'); var result = [api.getLastResponseCode(), api.getLastError()];`,
    () => ({ status: 302, headers: { location: '/' } }),
  );
  expect(result).toEqual([302, 'the server redirected more than 5 times']);
  expect(server.requests).toHaveLength(6);
});

test('a name that resolves to this machine is refused, also below the list, and allowed where the list says private', async () => {
  const server = await startHttpServer(() => json({ ok: 1 }));
  const named = `http://localhost:${server.port}`;
  const refused = await botWith(`api.getJson('${named}/');`, { allow: [named] });
  await refused.say('привет');
  expect(errorOf(refused)).toMatchObject({
    code: 'api_not_allowed',
    message: `scripts may not ask ${named}/: add { "url": "${named}/", "private": true } to "allow" of "api" in the configuration`,
  });
  expect(server.requests).toHaveLength(0);
  const allowed = await botWith(`bot.sendMessage(JSON.stringify(api.getJson('${named}/')));`, {
    allow: [{ url: named, private: true }],
  });
  await allowed.say('привет');
  expect(await allowed.chat()).toEqual(['lead: привет', 'bot: {"ok":1}']);
});

test('an address that is not allowed is an error with the address and the setting, at the line of the call', async () => {
  const runtime = await botWith(`\n  api.getJson('https://crm.example.com/orders?key=secret');`, {});
  await runtime.say('привет');
  expect(errorOf(runtime)).toEqual({
    code: 'api_not_allowed',
    message:
      'scripts may not ask https://crm.example.com/orders: add "https://crm.example.com/" to "allow" of "api" in the configuration',
    ru: 'скриптам нельзя обращаться к https://crm.example.com/orders: добавьте "https://crm.example.com/" в "allow" раздела "api" в настройках',
    file: 'a.js',
    line: 2,
    column: 7,
  });
  expect(requestsOf(runtime)).toMatchObject([{ path: '/orders', status: null, error: 'api_not_allowed' }]);
});

test('a hundred leads that wait for a slow server keep no other lead waiting', async () => {
  const gate = Promise.withResolvers<void>();
  const server = await startHttpServer((_, response) => {
    void gate.promise.then(() => response.end('{}'));
  });
  const scripts = [
    { code: 'start', commands: [] },
    { code: 'slow', commands: [{ type: 'run_javascript', file: 'slow.js' }] },
    { code: 'quick', commands: [{ type: 'run_javascript', file: 'quick.js' }] },
  ];
  const files = {
    'slow.js': `api.getJson('${server.url}/'); bot.sendMessage('нашёл');`,
    'quick.js': `bot.sendMessage('сразу');`,
  };
  const routes = ['slow', 'quick'].map((script) => ({ regex: `^${script}$`, script }));
  const runtime = await startRuntime(
    { scripts, routes, files },
    { api: { allow: [server.url], timeoutMs: 60_000 }, sandbox: { runners: 2, wallMs: 60_000 } },
  );
  const leads = Array.from({ length: 101 }, (_, index) => `lead-${index}`);
  for (const externalId of leads) await runtime.receive({ channel: 'telegram', externalId, text: 'привет' });
  await runtime.idle();
  const [quick, ...slow] = leads;
  for (const externalId of slow) await runtime.receive({ channel: 'telegram', externalId, text: 'slow' });
  await server.received(1);
  const answered = Promise.withResolvers<void>();
  runtime.onActivity((activity) => {
    if (activity.kind === 'message' && activity.message.text === 'сразу') answered.resolve();
  });
  await runtime.receive({ channel: 'telegram', externalId: quick ?? '', text: 'quick' });
  // The server has answered nobody yet, so whatever the hundred hold, this lead does not need it.
  await answered.promise;
  gate.resolve();
  await runtime.idle();
  for (const externalId of slow) expect((await runtime.chat(externalId)).at(-1)).toBe('bot: нашёл');
  expect(server.requests).toHaveLength(100);
});

test('requests are counted in the metrics, by how they ended', async () => {
  const server = await startHttpServer(() => json({}));
  const commands = [{ type: 'run_javascript', file: 'a.js' }];
  const runtime = await startRuntime(
    {
      scripts: [{ code: 'start', commands }],
      files: { 'a.js': `api.getJson('${server.url}/'); api.getJson('http://10.0.0.1/')` },
    },
    { api: { allow: [server.url] }, http: { port: 0 } },
  );
  await runtime.say('привет');
  const metrics = await (await fetch(`${runtime.url}/metrics`)).text();
  expect(metrics).toContain('metabot_api_requests_total{outcome="2xx"} 1');
  expect(metrics).toContain('metabot_api_requests_total{outcome="refused"} 1');
  expect(metrics).toContain('metabot_sandbox_waiting 0');
});
