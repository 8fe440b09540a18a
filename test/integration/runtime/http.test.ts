import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { type StartedRuntime, startRuntime } from '../../support/start-runtime.ts';
import { type TinyPlugin, tinyPlugin } from './tiny-plugin.ts';

/** Each row of "HTTP of `serve` and `simulate`" over real HTTP. */
const SCRIPTS = [
  {
    code: 'start',
    commands: [
      { type: 'add_lead_tags', tags: ['новый'] },
      { type: 'send_text', text: 'Здравствуйте!' },
    ],
    menu: [{ code: '1', caption: 'Оператор', script: 'start' }],
  },
];
const MESSAGES = '/api/channels/telegram/leads/anna%2F1/messages';

interface Served {
  readonly runtime: StartedRuntime;
  readonly tiny: TinyPlugin;
  readonly call: (path: string, init?: RequestInit) => Promise<{ status: number; body: unknown; headers: Headers }>;
}

async function serve(http: { apiToken?: string } = {}): Promise<Served> {
  const tiny = tinyPlugin();
  const runtime = await startRuntime({ scripts: SCRIPTS }, { plugins: [tiny.factory], http: { port: 0, ...http } });
  return {
    runtime,
    tiny,
    call: async (path, init) => {
      const response = await fetch(`${runtime.url}${path}`, init);
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.startsWith('application/json');
      return { status: response.status, body: isJson === true ? JSON.parse(text) : text, headers: response.headers };
    },
  };
}

const post = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

test('a message is accepted, answered with its id, and read back', async () => {
  const { call, runtime } = await serve();
  const sent = await call(MESSAGES, post({ id: 'm1', name: 'Анна', text: 'привет' }));
  expect(sent).toMatchObject({ status: 202, body: { id: 'm1' } });
  expect(await call(MESSAGES, post({ id: 'm1', text: 'другой' }))).toMatchObject({ status: 202, body: { id: 'm1' } });
  await runtime.idle();
  const all = await call(MESSAGES);
  expect(all).toMatchObject({
    status: 200,
    body: {
      messages: [
        { seq: 1, from: 'lead', text: 'привет' },
        {
          seq: 2,
          from: 'bot',
          text: 'Здравствуйте!',
          buttons: [[{ text: 'Оператор', callback_data: '1' }]],
          at: expect.any(Number),
        },
      ],
    },
  });
  expect(await call(`${MESSAGES}?after=1`)).toMatchObject({ body: { messages: [{ seq: 2 }] } });
  expect(await call('/api/channels/telegram/leads/anna%2F1')).toMatchObject({
    status: 200,
    body: {
      lead: {
        botId: 'test',
        channel: 'telegram',
        externalId: 'anna/1',
        id: expect.any(String),
        name: 'Анна',
        tags: ['новый'],
      },
      attributes: {},
      systemAttributes: {},
      dialog: { mode: 'bot', transfer: 0, operator: null, forwarded: false },
    },
  });
});

test('a message without an id gets one', async () => {
  const { call } = await serve();
  expect((await call(MESSAGES, post({ text: 'a' }))).body).toEqual({ id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
});

test('a lead nobody knows: no messages, and 404 for the lead itself', async () => {
  const { call } = await serve();
  expect(await call(MESSAGES)).toMatchObject({ status: 200, body: { messages: [] } });
  expect(await call('/api/channels/telegram/leads/nobody')).toMatchObject({
    status: 404,
    body: { error: { code: 'not_found', message: 'there is no such lead' } },
  });
});

const WRONG_BODIES: ReadonlyArray<readonly [string, unknown, readonly string[]]> = [
  ['not JSON', '{', ['the body is not JSON']],
  ['a list', '[]', ['the body must be a JSON object']],
  ['nothing', '', ['the body is not JSON']],
  ['nested', '['.repeat(1_000), ['the body is nested too deeply']],
  ['empty', '{}', ['a message needs a text or an attachment']],
  ['a lone surrogate', '{"text":"\\ud800"}', ['text: must not hold a lone surrogate']],
  [
    'everything wrong',
    { id: '', name: 5, text: 'x'.repeat(1_000_000), attachments: [{ type: 'x', url: 'javascript:1' }], extra: 1 },
    [
      'id: must not be empty',
      'name: must be a string, got a number',
      'text: at most 100000 characters',
      'attachments.0.type: must be one of "image", "video", "audio", "file"',
      'attachments.0.url: must be an absolute http: or https: URL',
      'extra: unknown; a message has id, name, text, attachments, edits',
    ],
  ],
  ['another lead in the body', { externalId: '2', text: 'a' }, ['externalId: belongs into the address only']],
];

test('400 with every problem, and the rest goes on working', async () => {
  const { call } = await serve();
  for (const [name, body, problems] of WRONG_BODIES) {
    expect({ name, ...(await call(MESSAGES, post(body))) }).toMatchObject({
      name,
      status: 400,
      body: { error: { code: 'message_invalid', message: expect.any(String), problems } },
    });
  }
  expect((await call(MESSAGES, post({ text: 'a' }))).status).toBe(202);
});

test('wrong addresses: 404, and 400 for a channel or an encoding that cannot be', async () => {
  const { call } = await serve();
  for (const path of [
    '/api',
    '/api/',
    '/api/channels/telegram',
    '/nothing',
    '/webhook/livetex',
    '/webhook/other/main',
    '/metrics/x',
  ]) {
    expect(await call(path)).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } });
  }
  expect((await call('/api/channels/a%3Ab/leads/1/messages', post({ text: 'a' }))).status).toBe(400);
  expect((await call('/api/channels/a%3Ab/leads/1')).status).toBe(400);
  expect((await call('/api/channels/a/leads/%00/messages', post({ text: 'a' }))).status).toBe(400);
  expect((await call('/api/channels/a/leads/%E0%A4%A')).status).toBe(400);
  expect((await call(`${MESSAGES}?after=-1`)).status).toBe(400);
  expect((await call(`${MESSAGES}?after=x`)).status).toBe(400);
});

test('405 with Allow', async () => {
  const { call } = await serve();
  const rows = [
    [MESSAGES, 'PUT', 'GET, POST'],
    ['/api/channels/a/leads/1', 'POST', 'GET'],
    ['/webhook/livetex/main', 'GET', 'POST'],
    ['/healthz', 'POST', 'GET, HEAD'],
  ] as const;
  for (const [path, method, allow] of rows) {
    const answer = await call(path, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
  }
});

test('a webhook’s bytes and headers reach the plugin, and its answer the sender', async () => {
  const { call, tiny } = await serve();
  const answer = await call('/webhook/livetex/main', post('{"type":"x", "id":"1"}', { 'x-test': 'yes' }));
  expect(answer).toMatchObject({ status: 200, body: { ok: true } });
  expect(tiny.webhooks).toMatchObject([
    { bindingId: 'main', body: '{"type":"x", "id":"1"}', headers: { 'x-test': 'yes' } },
  ]);
  expect((await call('/webhook/livetex/other', post('{}'))).status).toBe(404);
});

test('413 over 1 MiB for a webhook, announced or not, and over 2 MiB for a message', async () => {
  const { call, tiny, runtime } = await serve();
  const large = 'x'.repeat(1024 * 1024 + 1);
  expect(await call('/webhook/livetex/main', post(large))).toMatchObject({
    status: 413,
    body: { error: { code: 'too_large' } },
  });
  expect(await call(MESSAGES, post(large + large))).toMatchObject({ status: 413 });
  const request = httpRequest(`${runtime.url}/webhook/livetex/main`, { method: 'POST' });
  for (let part = 0; part < 17; part += 1) request.write('x'.repeat(64 * 1024));
  const [response] = (await once(request, 'response')) as [{ statusCode: number }];
  expect(response.statusCode).toBe(413);
  request.destroy();
  expect(tiny.webhooks).toEqual([]);
  expect((await call('/webhook/livetex/main', post('{}'))).status).toBe(200);
});

test('with a token the API asks for it, and only the API', async () => {
  const { call } = await serve({ apiToken: 'a-secret-token' });
  const denied = await call(MESSAGES);
  expect(denied).toMatchObject({ status: 401, body: { error: { code: 'unauthorised' } } });
  expect(denied.headers.get('www-authenticate')).toBe('Bearer');
  expect((await call(MESSAGES, { headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
  expect((await call(MESSAGES, { headers: { authorization: 'Bearer a-secret-token' } })).status).toBe(200);
  expect((await call('/healthz')).status).toBe(200);
  expect((await call('/webhook/livetex/main', post('{}'))).status).toBe(200);
});

test('without a token a page of another site is turned away: by Origin, and by Host when it rebinds its name', async () => {
  const { call, runtime } = await serve();
  expect(await call(MESSAGES, post({ text: 'a' }, { origin: 'https://evil.example' }))).toMatchObject({ status: 403 });
  const request = httpRequest(`${runtime.url}${MESSAGES}`, { headers: { host: 'evil.example' } }).end();
  const [response] = (await once(request, 'response')) as [{ statusCode: number; resume(): void }];
  response.resume();
  expect(response.statusCode).toBe(403);
});

test('an address that others can reach needs a token', async () => {
  await expect(startRuntime({ scripts: SCRIPTS }, { http: { host: '0.0.0.0', port: 0 } })).rejects.toMatchObject({
    code: 'http_unprotected',
    message: 'http.host "0.0.0.0" can be reached from other machines: set http.apiToken, or bind to 127.0.0.1',
  });
});

test('alive, ready with reasons, and metrics', async () => {
  const { call, runtime, tiny } = await serve();
  await call(MESSAGES, post({ text: 'привет' }));
  await runtime.idle();
  expect(await call('/healthz')).toMatchObject({ status: 200, body: { alive: true } });
  expect(await call('/readyz')).toMatchObject({ status: 200, body: { ready: true, reasons: [] } });
  expect((await fetch(`${runtime.url}/readyz`, { method: 'HEAD' })).status).toBe(200);
  tiny.reasons = ['LiveTex refuses the token of binding "main"'];
  expect(await call('/readyz')).toMatchObject({
    status: 503,
    body: { ready: false, reasons: ['LiveTex refuses the token of binding "main"'] },
  });
  const metrics = await call('/metrics');
  expect(metrics.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(metrics.body).toMatch(/^tiny_events_total 2$/m);
  expect(metrics.body).toMatch(/^metabot_lead_jobs 0$/m);
  expect(metrics.body).toMatch(/^metabot_sandbox_runners 1$/m);
  expect(metrics.body).not.toContain('anna');
});

test('a route that somebody adds is asked last, and its failure is no stack', async () => {
  const runtime = await startRuntime(
    { scripts: SCRIPTS },
    {
      http: {
        port: 0,
        routes: [
          (_request, response, url) => {
            if (url.pathname === '/broken') throw new Error('at /secret/path.ts');
            if (url.pathname !== '/page') return false;
            response.end(`page ${url.searchParams.get('a') ?? ''}`);
            return true;
          },
        ],
      },
    },
  );
  expect(await (await fetch(`${runtime.url}/page?a=1`)).text()).toBe('page 1');
  expect((await fetch(`${runtime.url}/other`)).status).toBe(404);
  const broken = await fetch(`${runtime.url}/broken`);
  expect(await broken.text()).not.toContain('secret');
  expect((await fetch(`${runtime.url}/healthz`)).status).toBe(200);
});

test('garbage instead of HTTP, and headers without end, are cut off', async () => {
  const { runtime, call } = await serve();
  const port = Number(new URL(runtime.url ?? '').port);
  for (const bytes of ['\u0000\u0001\r\n\r\n', `GET / HTTP/1.1\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`]) {
    const socket = connect(port, '127.0.0.1');
    socket.end(bytes);
    socket.resume();
    await once(socket, 'close');
  }
  expect((await call('/healthz')).status).toBe(200);
});

test('closing answers what was asked and ends; a kept connection does not hold it up', async () => {
  const { runtime, call } = await serve();
  await call('/healthz');
  await call(MESSAGES, post({ text: 'a' }));
  await runtime.close();
  await expect(call('/healthz')).rejects.toThrow('fetch failed');
});
