import { expect, test } from 'vitest';
import type { WebhookEventType } from '../../../plugin/contract/livetex-webhook.ts';
import { MAX_WEBHOOK_BYTES, readWebhook } from '../../../plugin/webhook/read-webhook.ts';

const KEY = 'k3y-Ключ-Aa';
const KEYS = { key: KEY, previousKey: 'old-key' };
const employee = { employee_id: '9', first_name: 'Анна', last_name: 'Ли' };

const bytes = (body: unknown): Uint8Array =>
  new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body));
const read = (body: unknown, keys: Parameters<typeof readWebhook>[1] = KEYS) => readWebhook(bytes(body), keys);

/** Every documented event, whole. */
const EVENTS: Readonly<Record<WebhookEventType, Record<string, unknown>>> = {
  MessageDelivered: { message_id: 'm', user_id: 'b:c:1', employee, timestamp: 1 },
  TextMessage: { user_id: 'b:c:1', employee, timestamp: 1, text: 'Здравствуйте', from: 'Employee' },
  FileMessage: { user_id: 'b:c:1', employee, timestamp: 1, url: 'https://e.com/a', name: 'a', size: 3, comment: 'c' },
  SelectDestination: {
    user_id: 'b:c:1',
    destinations: [{ destination_type: 'Department', destination_id: '1', name: 'Группа' }],
  },
  HoldMessage: { user_id: 'b:c:1', timestamp: 1, text: 'Подождите' },
  Closed: { user_id: 'b:c:1', touch_point_id: 't', employee, timestamp: 1 },
  DestinationSelected: { user_id: 'b:c:1', destination_type: 'Department', destination_id: '1', timestamp: 1 },
  EmployeeAvailabilityChanged: { touchPointId: 't', employee, online: true, timestamp: 1 },
};

test.each(Object.entries(EVENTS))('%s is read, extra fields and all, without the key', (type, fields) => {
  const event = { ...fields, type, id: 'e-1', later_added: { a: [1] } };
  expect(read({ ...event, webhook_key: KEY })).toEqual({ outcome: 'event', event });
});

test.each([null, 'Анна', [1]])('a type without an employee keeps %j under that name', (employed) => {
  const event = { ...EVENTS.DestinationSelected, type: 'DestinationSelected', id: 'e-1', employee: employed };
  expect(read({ ...event, webhook_key: KEY })).toEqual({ outcome: 'event', event });
});

test('the key of before is accepted while the key is being changed', () => {
  const body = { ...EVENTS.Closed, type: 'Closed', id: 'e' };
  expect(read({ ...body, webhook_key: 'old-key' }).outcome).toBe('event');
  expect(read({ ...body, webhook_key: 'old-key' }, { key: KEY }).outcome).toBe('refused');
});

test.each([
  ['wrong', 'k3y-ключ-aa', 'key_wrong'],
  ['the beginning of the right one', 'k3y-', 'key_wrong'],
  ['longer than the right one', `${KEY}!`, 'key_wrong'],
  ['very long', 'x'.repeat(500_000), 'key_wrong'],
  ['absent', undefined, 'key_missing'],
  ['empty', '', 'key_missing'],
  ['a number', 5, 'key_missing'],
  ['an array with the right one', [KEY], 'key_missing'],
  ['null', null, 'key_missing'],
])('a key that is %s is refused with 401', (_name, webhookKey, reason) => {
  const reading = read({ ...EVENTS.Closed, type: 'Closed', id: 'e', webhook_key: webhookKey });
  expect(reading).toMatchObject({
    outcome: 'refused',
    status: 401,
    reason,
    problem: 'webhook_key is wrong or missing',
  });
  expect(JSON.stringify(reading)).not.toContain(KEY);
});

test('a binding without a key lets nobody in, and the log says why', () => {
  const body = { ...EVENTS.Closed, type: 'Closed', id: 'e' };
  for (const key of [undefined, '', 'undefined', KEY]) {
    const reading = readWebhook(bytes({ ...body, webhook_key: key }), undefined);
    expect(reading).toMatchObject({
      status: 401,
      reason: 'key_not_configured',
      problem: 'webhook_key is wrong or missing',
    });
    expect(reading).toHaveProperty('log', expect.stringContaining('webhook.key'));
  }
});

test('without the key nothing is told about the body but whether it is a JSON object', () => {
  for (const body of [
    {},
    { type: 7 },
    { type: 'Closed' },
    { type: 'Unknown', id: '1' },
    { ...EVENTS.Closed, id: 'e' },
  ]) {
    expect(read(body)).toMatchObject({ status: 401, problem: 'webhook_key is wrong or missing' });
  }
});

test.each([
  ['empty', '', 'not_json'],
  ['a word', 'hello', 'not_json'],
  ['half an event', '{"type":"Closed"', 'not_json'],
  ['a form', 'type=Closed&id=1', 'not_json'],
  ['an array', '[]', 'not_an_object'],
  ['a text', '"Closed"', 'not_an_object'],
  ['null', 'null', 'not_an_object'],
  ['deep brackets', '['.repeat(900_000), 'too_deep'],
  ['deep objects', `${'{"a":'.repeat(100)}1${'}'.repeat(100)}`, 'too_deep'],
])('a body that is %s is refused with 400', (_name, body, reason) => {
  expect(read(body)).toMatchObject({ outcome: 'refused', status: 400, reason });
});

test('brackets within a text are no nesting', () => {
  const text = `${'[{'.repeat(50)}\\"${'[{'.repeat(50)}`;
  expect(read({ ...EVENTS.TextMessage, text, type: 'TextMessage', id: 'e', webhook_key: KEY })).toMatchObject({
    event: { text },
  });
});

test('bytes that are not UTF-8 are refused with 400', () => {
  const body = Buffer.concat([bytes('{"type":"'), Buffer.from([0xff, 0xfe]), bytes('"}')]);
  expect(readWebhook(body, KEYS)).toMatchObject({ status: 400, reason: 'not_utf8' });
});

test('a body over 1 MiB is refused with 413 before anybody looks into it', () => {
  expect(readWebhook(new Uint8Array(2 * 1024 * 1024), KEYS)).toMatchObject({ status: 413, reason: 'too_large' });
  const event = { ...EVENTS.HoldMessage, type: 'HoldMessage', id: 'e', webhook_key: KEY, text: '' };
  const room = MAX_WEBHOOK_BYTES - bytes(event).byteLength;
  expect(read({ ...event, text: 'x'.repeat(room) }).outcome).toBe('event');
  expect(read({ ...event, text: 'x'.repeat(room + 1) })).toMatchObject({ status: 413 });
});

test('a type that is not documented is acknowledged by type and id, whatever its other fields', () => {
  for (const type of ['DialogRated', 'constructor', 'toString', '__proto__', 'textmessage']) {
    expect(read({ type, id: 'e-2', webhook_key: KEY, user_id: 7 })).toEqual({
      outcome: 'unknown_type',
      type,
      id: 'e-2',
    });
  }
});

test.each([
  [{ type: 'Closed' }, /^not an event: id: /],
  [{ type: 'Closed', id: '' }, /^not an event: id: /],
  [{ type: 'Closed', id: 7 }, /^not an event: id: /],
  [{ type: 'Closed', id: 'x'.repeat(201) }, /^not an event: id: /],
  [{ id: 'e' }, /^not an event: type: /],
  [{ type: ['Closed'], id: 'e' }, /^not an event: type: /],
  [{ type: 'TextMessage', id: 'e', user_id: 'u', timestamp: 1 }, /^not a TextMessage: text: /],
  [{ type: 'TextMessage', id: 'e', user_id: {}, text: {} }, /user_id: .*text: /],
  [{ type: 'FileMessage', id: 'e', user_id: 'u', timestamp: 1 }, /^not a FileMessage: url: /],
  [{ type: 'SelectDestination', id: 'e', user_id: 'u', destinations: [{}] }, /destinations\.0\.destination_id: /],
  [{ type: 'Closed', id: 'e', user_id: '' }, /^not a Closed: user_id: /],
])('%j is refused with 400 and the paths', (body, problem) => {
  const reading = read({ ...body, webhook_key: KEY });
  expect(reading).toMatchObject({ outcome: 'refused', status: 400 });
  expect(reading).toHaveProperty('problem', expect.stringMatching(problem));
});

test('a timestamp that JSON makes infinite counts as none, one in the far future is not ours to judge', () => {
  const body = '{"type":"Closed","id":"e","user_id":"u","webhook_key":"old-key","timestamp":';
  expect(read(`${body}1e999}`)).toMatchObject({ outcome: 'event', event: { timestamp: 0 } });
  expect(read(`${body}253402300799999}`)).toMatchObject({
    outcome: 'event',
    event: { timestamp: 253_402_300_799_999 },
  });
});

test('an empty field written as null counts as absent', () => {
  const reading = read({ ...EVENTS.Closed, type: 'Closed', id: 'e', webhook_key: KEY, employee: null });
  expect(reading).toMatchObject({ outcome: 'event', event: { id: 'e' } });
  expect(reading).not.toHaveProperty('event.employee');
});

test('what storage cannot keep is taken out: lone surrogates, NUL, __proto__', () => {
  const body = `{"type":"TextMessage","id":"e","webhook_key":"old-key","user_id":"u","timestamp":1,
    "text":"a\\ud83dб\\u0000в\\ud83d\\ude42","extra":{"k\\u0000":["\\udc00"]},"__proto__":{"polluted":true}}`;
  const reading = read(body);
  expect(reading).toMatchObject({ event: { text: 'a\ufffdбв🙂', extra: { k: ['\ufffd'] } } });
  expect(reading).not.toHaveProperty('event.polluted');
  expect(JSON.stringify(reading)).not.toContain('polluted');
});

test('a body with a hundred thousand mistakes has a short answer', () => {
  const reading = read({
    type: 'SelectDestination',
    id: 'e',
    webhook_key: KEY,
    user_id: 'u',
    destinations: Array(100_000).fill(1),
  });
  expect(reading).toHaveProperty('problem', expect.stringMatching(/and 99990 more$/));
  expect(JSON.stringify(reading).length).toBeLessThan(5_000);
});

test.each([
  [
    'a name that is null',
    { employee: { employee_id: 'e1', first_name: null } },
    { employee: { employee_id: 'e1', first_name: '' } },
  ],
  [
    'an employee without a name, whose id is a number',
    { employee: { employee_id: 7 } },
    { employee: { employee_id: '7', first_name: '' } },
  ],
  ['an employee that is a text', { employee: 'Иван' }, { text: 'Здравствуйте' }],
  ['no time', { timestamp: undefined }, { timestamp: 0 }],
  ['a time that is a text', { timestamp: '1767225600000' }, { timestamp: 1_767_225_600_000 }],
  ['a user id that is a number', { user_id: 12 }, { user_id: '12' }],
  ['a sender that is none', { from: 5 }, { from: '5' }],
  ['a text that is a number', { text: 2026 }, { text: '2026' }],
])('an operator’s text is never refused for what only decorates it: %s', (_what, changes, expected) => {
  const event = { id: 'e', type: 'TextMessage', user_id: 'u', timestamp: 1, text: 'Здравствуйте', ...changes };
  expect(read({ ...event, webhook_key: KEY })).toMatchObject({ outcome: 'event', event: expected });
});

test.each([
  [{ type: 'MessageDelivered', user_id: 'u', timestamp: 1, employee: { employee_id: 'e1', first_name: 'И' } }],
  [{ type: 'FileMessage', user_id: 'u', url: 'https://example.com/a', name: null, size: '12', comment: 5 }],
  [{ type: 'Closed', user_id: 'u', employee: null, touch_point_id: 4 }],
])('%j is an event', (event) => {
  expect(read({ id: 'e', ...event, webhook_key: KEY })).toMatchObject({ outcome: 'event' });
});
