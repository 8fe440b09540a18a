import { createConnection } from 'node:net';
import { expect, test } from 'vitest';
import { useEmulator } from '../../support/emulator.ts';
import { type Call, livetex } from './livetex-call.ts';

const BODY = { user_id: 'u1', text: 'Привет' };

/** Status, code and message as LiveTex documents them; the method is sendText unless said otherwise. */
const REFUSALS: ReadonlyArray<{
  readonly name: string;
  readonly method?: string;
  readonly call: Call;
  readonly status: number;
  readonly code: number;
  readonly message: string;
}> = [
  { name: 'no key', call: { key: null }, status: 400, code: 1, message: 'Authentication key is not specified' },
  { name: 'an empty key', call: { key: '' }, status: 400, code: 1, message: 'Authentication key is not specified' },
  { name: 'a wrong key', call: { key: 'other' }, status: 401, code: 2, message: 'Authentication key is not valid' },
  { name: 'no body', call: {}, status: 400, code: 3, message: 'Empty body' },
  { name: 'not JSON', call: { body: '{"user_id":' }, status: 400, code: 4, message: 'Wrong JSON format: not JSON' },
  { name: 'an array', call: { body: '[]' }, status: 400, code: 4, message: 'Wrong JSON format: not an object' },
  { name: 'null', call: { body: 'null' }, status: 400, code: 4, message: 'Wrong JSON format: not an object' },
  {
    name: 'bytes that are not UTF-8',
    call: { body: Buffer.from([0x22, 0xff, 0x22]) },
    status: 400,
    code: 4,
    message: 'Wrong JSON format: not UTF-8',
  },
  {
    name: 'another content type',
    call: { body: BODY, headers: { 'content-type': 'text/plain' } },
    status: 400,
    code: 4,
    message: 'Wrong JSON format: Content-Type must be application/json',
  },
  {
    name: 'an unknown method',
    method: 'sendSmoke',
    call: { body: BODY },
    status: 404,
    code: 6,
    message: 'Unsupported HTTP request POST /1.0/sendSmoke',
  },
  {
    name: "a method's name in an object's prototype",
    method: 'constructor',
    call: { body: BODY },
    status: 404,
    code: 6,
    message: 'Unsupported HTTP request POST /1.0/constructor',
  },
  {
    name: 'an unknown version',
    call: { version: '2.0', body: BODY },
    status: 404,
    code: 6,
    message: 'Unsupported HTTP request POST /2.0/sendText',
  },
  {
    name: 'more path than a method',
    method: 'sendText/now',
    call: { body: BODY },
    status: 404,
    code: 6,
    message: 'Unsupported HTTP request POST /1.0/sendText/now',
  },
  {
    name: 'another HTTP verb',
    method: 'getDestinations',
    call: { verb: 'GET' },
    status: 404,
    code: 6,
    message: 'Unsupported HTTP request GET /1.0/getDestinations',
  },
  {
    name: 'a method of a later version',
    method: 'getHistory',
    call: { body: { user_id: 'u1' } },
    status: 403,
    code: 8,
    message: 'Forbidden method for your account',
  },
  {
    name: 'a missing field',
    call: { body: { user_id: 'u1' } },
    status: 400,
    code: 9,
    message: 'Invalid data: text: is missing (a string)',
  },
  {
    name: 'an unknown field',
    call: { body: { ...BODY, texts: 1 } },
    status: 400,
    code: 9,
    message: 'Invalid data: unknown: "texts"',
  },
  {
    name: 'a text that is too long',
    call: { body: { ...BODY, text: '😀'.repeat(11) } },
    status: 400,
    code: 9,
    message: 'Invalid data: text: longer than 10 characters',
  },
  {
    name: 'a file that is not on the web',
    method: 'sendFile',
    call: { body: { user_id: 'u1', url: 'javascript:alert(1)' } },
    status: 400,
    code: 9,
    message: 'Invalid data: url: must be an http or https address',
  },
  {
    name: 'an unknown group',
    method: 'selectDestination',
    call: { body: { user_id: 'u1', destination_type: 'Department', destination_id: '1' } },
    status: 400,
    code: 9,
    message: 'Invalid data: destination_id: there is no group "1"',
  },
  {
    name: 'an attribute that is not a string',
    method: 'selectDestination',
    call: {
      body: { user_id: 'u1', destination_type: 'Department', destination_id: '54321', attributes: { номер: 705 } },
    },
    status: 400,
    code: 9,
    message: 'Invalid data: attributes.номер: must be a string, got a number',
  },
  {
    name: 'a webhook that is not a URL',
    method: 'setWebhook',
    call: { body: { url: 'example', webhook_key: 'k' } },
    status: 400,
    code: 5,
    message: 'URL [example] is not valid: not a URL',
  },
  {
    name: 'a webhook over plain HTTP to another machine',
    method: 'setWebhook',
    call: { body: { url: 'http://example.com/', webhook_key: 'k' } },
    status: 400,
    code: 5,
    message: 'URL [http://example.com/] is not valid: must be HTTPS (plain HTTP is taken for loopback addresses only)',
  },
  {
    name: 'webhook_event_types before 1.1',
    method: 'setWebhook',
    call: { version: '1.0', body: { url: 'https://example.com/', webhook_key: 'k', webhook_event_types: ['Closed'] } },
    status: 400,
    code: 9,
    message: 'Invalid data: webhook_event_types: exists from version 1.1 on',
  },
  {
    name: 'an unknown webhook event type',
    method: 'setWebhook',
    call: { version: '1.2', body: { url: 'https://example.com/', webhook_key: 'k', webhook_event_types: ['Open'] } },
    status: 400,
    code: 9,
    message: 'Invalid data: webhook_event_types: there is no type "Open"',
  },
  {
    name: 'history before an unknown message',
    method: 'getHistory',
    call: { version: '1.1', body: { user_id: 'u1', message_id: 'gone' } },
    status: 400,
    code: 9,
    message: 'Invalid data: message_id: there is no message "gone"',
  },
];

test.each(REFUSALS)('$name is refused with $status and code $code', async ({ method, call, ...expected }) => {
  const emulator = await useEmulator({ maxTextLength: 10 });
  const answer = await livetex(emulator, method ?? 'sendText', call);
  expect(answer.status).toBe(expected.status);
  expect(answer.body).toEqual({ success: false, error_code: expected.code, error_message: expected.message });
  expect(emulator.dialogs.list()).toEqual([]);
  expect(emulator.requests.list()).toMatchObject([{ status: expected.status, answer: answer.body }]);
});

test('a body without Content-Length is refused, since LiveTex asks for it', async () => {
  const emulator = await useEmulator();
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = createConnection(Number(new URL(emulator.url).port), '127.0.0.1');
  socket.once('data', (bytes) => resolve(bytes.toString()));
  const chunk = JSON.stringify(BODY);
  socket.write(
    `POST /1.0/sendText?key=${emulator.token} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n` +
      `Transfer-Encoding: chunked\r\n\r\n${Buffer.byteLength(chunk).toString(16)}\r\n${chunk}\r\n0\r\n\r\n`,
  );
  expect(await promise).toMatch(/^HTTP\/1\.1 411 /);
  expect(await promise).toContain('send Content-Length, chunked bodies are not read');
  socket.destroy();
});

test('a body over 1 MiB is refused and the sender hears it', async () => {
  const emulator = await useEmulator();
  const answer = await livetex(emulator, 'sendText', { body: { ...BODY, text: 'а'.repeat(2 * 1024 * 1024) } });
  expect(answer).toMatchObject({ status: 413, body: { success: false } });
});

test.each(['evil.example', '127.0.0.1.evil.example:8024', '10.0.0.1'])(
  'a request that names %s is refused and does nothing, whatever its key',
  async (host) => {
    const emulator = await useEmulator();
    const answer = await livetex(emulator, 'sendText', { body: BODY, headers: { host } });
    expect(answer).toMatchObject({ status: 403, body: { success: false, error_code: 8 } });
    expect(emulator.dialogs.list()).toEqual([]);
    expect(emulator.requests.count()).toBe(0);
  },
);

test('a Host that a URL would read in another way is refused', async () => {
  const emulator = await useEmulator();
  const answer = await livetex(emulator, 'sendText', { body: BODY, headers: { host: '127.0.0.1@evil.example' } });
  expect(answer).toMatchObject({ status: 400, body: { error: { code: 'bad_request' } } });
});

test('the token is in no recorded request', async () => {
  const emulator = await useEmulator({ token: 'very-secret' });
  await livetex(emulator, 'sendText', { body: BODY });
  await livetex(emulator, 'nothing', { body: BODY });
  expect(JSON.stringify(emulator.requests.list())).not.toContain('very-secret');
});
