import { expect, test } from 'vitest';
import { createLiveTexClient } from '../../../plugin/client/index.ts';
import { json, startHttpServer } from '../../support/http-server.ts';
import { createTestClient, errorOf, TEST_TOKEN } from '../../support/livetex-client.ts';
import { realClock } from '../../support/test-clock.ts';

const SENT = { success: true, message_id: 'm-1', timestamp: 1_502_783_446_318 };

test('a method with parameters is a POST of JSON with its length, the token in the query', async () => {
  const server = await startHttpServer(() => json(SENT));
  const { binding } = createTestClient(server.url, { apiVersion: '1.0' });

  expect(await binding.sendText({ user_id: 'bot:web:7', text: 'Привет 🙂' })).toEqual({ messageId: 'm-1' });

  const [request] = server.requests;
  expect(request).toMatchObject({
    method: 'POST',
    url: `/1.0/sendText?key=${encodeURIComponent(TEST_TOKEN)}`,
    body: '{"user_id":"bot:web:7","text":"Привет 🙂"}',
  });
  expect(request?.headers).toMatchObject({
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(request?.body ?? '')),
  });
  expect(request?.headers).not.toHaveProperty('transfer-encoding');
});

test('a method without parameters sends no body, and says so', async () => {
  const server = await startHttpServer(() => json({ success: true, destinations: [] }));
  const { binding } = createTestClient(server.url);

  expect(await binding.getDestinations()).toEqual([]);
  expect(server.requests[0]?.body).toBe('');
  expect(server.requests[0]?.headers).toMatchObject({ 'content-length': '0' });
  expect(server.requests[0]?.headers).not.toHaveProperty('content-type');
});

test('a path in the base URL stays, with or without a slash at its end', async () => {
  const server = await startHttpServer(() => json(SENT));
  const { client, binding } = createTestClient(`${server.url}/proxy/livetex/`);
  await binding.sendText({ user_id: 'u', text: 'a' });
  const other = client.binding({
    id: 'other',
    token: 't',
    baseUrl: `${server.url}/proxy`,
    apiVersion: '1.1',
    requestTimeoutMs: 60_000,
  });
  await other.sendText({ user_id: 'u', text: 'b' });

  expect(server.requests.map((request) => request.url.split('?')[0])).toEqual([
    '/proxy/livetex/1.2/sendText',
    '/proxy/1.1/sendText',
  ]);
});

test('each method asks for what is documented and returns what is documented', async () => {
  const destination = { destination_type: 'Department', destination_id: '54321', name: 'Группа', has_online: true };
  const message = { type: 'TextMessage', id: '1', text: 'x', from: 'User' };
  const server = await startHttpServer(() =>
    json({
      ...SENT,
      url: 'https://bot.example.com/hook',
      destination,
      destinations: [destination],
      messages: [message],
    }),
  );
  const { binding } = createTestClient(server.url);

  expect(await binding.getDestinations()).toEqual([destination]);
  expect(
    await binding.selectDestination({
      user_id: 'u',
      destination_type: 'Department',
      destination_id: '54321',
      name: 'Иванов',
      attributes: { номер_заявки: '705' },
    }),
  ).toBeUndefined();
  expect(await binding.sendFile({ user_id: 'u', url: 'https://e.com/a.png', size: 3 })).toEqual({ messageId: 'm-1' });
  expect(await binding.setWebhook({ url: 'https://e.com', webhook_key: 'k', webhook_event_types: ['Closed'] })).toBe(
    undefined,
  );
  expect(await binding.getWebhookSettings()).toEqual({ url: 'https://bot.example.com/hook' });
  expect(await binding.getCurrentDestination('u')).toEqual(destination);
  expect(await binding.getHistory({ user_id: 'u', limit: 5, chunk: 'After' })).toEqual([message]);

  expect(server.requests.map((request) => [request.url.split('/')[2]?.split('?')[0], request.body])).toEqual([
    ['getDestinations', ''],
    [
      'selectDestination',
      '{"user_id":"u","destination_type":"Department","destination_id":"54321","name":"Иванов","attributes":{"номер_заявки":"705"}}',
    ],
    ['sendFile', '{"user_id":"u","url":"https://e.com/a.png","size":3}'],
    ['setWebhook', '{"url":"https://e.com","webhook_key":"k","webhook_event_types":["Closed"]}'],
    ['getWebhookSettings', ''],
    ['getCurrentDestination', '{"user_id":"u"}'],
    ['getHistory', '{"user_id":"u","limit":5,"chunk":"After"}'],
  ]);
});

test('an empty field written as null counts as absent', async () => {
  const server = await startHttpServer(() => json({ success: true, destination: null, url: null }));
  const { binding } = createTestClient(server.url);
  expect(await binding.getCurrentDestination('u')).toBeUndefined();
  expect(await binding.getWebhookSettings()).toEqual({ url: '' });
});

test('an accepted message stays accepted, whatever its id looks like: sending it again would double it', async () => {
  const ids = [42, null, {}];
  const server = await startHttpServer(() => json({ success: true, message_id: ids.shift() }));
  const { binding } = createTestClient(server.url);
  expect(await binding.sendText({ user_id: 'u', text: 'a' })).toEqual({ messageId: '42' });
  expect(await binding.sendText({ user_id: 'u', text: 'b' })).toEqual({ messageId: '' });
  expect(await binding.sendText({ user_id: 'u', text: 'c' })).toEqual({ messageId: '' });
});

test('connections are kept alive and shared by two bindings of one base URL', async () => {
  const server = await startHttpServer(() => json(SENT));
  const { client, binding } = createTestClient(server.url);
  const second = client.binding({
    id: 'second',
    token: 'other-token',
    baseUrl: server.url,
    apiVersion: '1.0',
    requestTimeoutMs: 60_000,
  });
  for (let turn = 0; turn < 20; turn += 1) {
    await binding.sendText({ user_id: 'u', text: 'a' });
    await second.sendText({ user_id: 'u', text: 'a' });
  }
  expect(server.requests).toHaveLength(40);
  // Two, not one: undici lets a connection rest for a turn of the event loop after an answer, and takes another meanwhile.
  expect(server.connections()).toBeLessThanOrEqual(2);
});

test('of many requests at once 256 are under way at one time, on a bounded number of connections, and all are answered', async () => {
  const most = 256;
  let held: Array<() => void> = [];
  let heldMost = 0;
  const server = await startHttpServer((_, response) => {
    held.push(() => response.writeHead(200).end(JSON.stringify(SENT)));
    heldMost = Math.max(heldMost, held.length);
    if (held.length !== most) return;
    // One more would come meanwhile.
    setTimeout(() => {
      const answers = held;
      held = [];
      for (const answer of answers) answer();
    }, 20);
  });
  const { binding } = createTestClient(server.url);
  const count = 8 * most;
  await Promise.all(Array.from({ length: count }, () => binding.sendText({ user_id: 'u', text: 'a' })));
  expect(server.requests).toHaveLength(count);
  expect(heldMost).toBe(most);
  // A connection rests for a turn after an answer, in which another may be taken.
  expect(server.connections()).toBeLessThanOrEqual(2 * most);
});

test('what cannot succeed is not sent', async () => {
  const server = await startHttpServer(() => json(SENT));
  const { binding } = createTestClient(server.url, { apiVersion: '1.0' });

  const noMethod = await errorOf(binding.getHistory({ user_id: 'u' }));
  expect(noMethod.code).toBe('livetex_method_forbidden');
  expect(noMethod.message).toContain('apiVersion 1.0 has no getHistory, 1.1 has');

  const empty = await errorOf(binding.sendText({ user_id: 'u', text: '' }));
  expect(empty.code).toBe('livetex_refused');
  expect(empty.message).toMatch(/^LiveTex refused sendText \(not sent\): text: /);

  const types = await errorOf(binding.setWebhook({ url: 'u', webhook_key: 'k', webhook_event_types: ['Closed'] }));
  expect(types.message).toContain('webhook_event_types: apiVersion 1.0 has no such field, 1.1 has');

  expect(server.requests).toEqual([]);
});

test('every request is reported once, with both bodies', async () => {
  const server = await startHttpServer((request) =>
    request.body.includes('bad')
      ? json({ success: false, error_code: 9, error_message: 'Invalid data' }, 400)
      : json(SENT),
  );
  const { binding, reports } = createTestClient(server.url);
  await binding.sendText({ user_id: 'u', text: 'good' });
  await errorOf(binding.sendText({ user_id: 'u', text: 'bad' }));

  expect(reports).toMatchObject([
    { binding: 'main', method: 'sendText', status: 200, request: { user_id: 'u', text: 'good' }, response: SENT },
    { status: 400, request: { text: 'bad' }, error: { code: 'livetex_refused' } },
  ]);
  expect(reports[0]).not.toHaveProperty('error');
});

test('an onRequest that throws does not turn a sent message into a failed one', async () => {
  const server = await startHttpServer(() => json(SENT));
  const broken = createLiveTexClient({
    clock: realClock,
    onRequest() {
      throw new Error('metrics are broken');
    },
  });
  const binding = broken.binding({
    id: 'main',
    token: 't',
    baseUrl: server.url,
    apiVersion: '1.0',
    requestTimeoutMs: 60_000,
  });
  expect(await binding.sendText({ user_id: 'u', text: 'a' })).toEqual({ messageId: 'm-1' });
  await broken.close();
});
