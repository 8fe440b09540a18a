import { request } from 'undici';
import { expect, test } from 'vitest';
import { useEmulator } from '../../support/emulator.ts';
import { livetex } from './livetex-call.ts';

interface Ask {
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

async function ask(url: string, path: string, { headers = {}, body }: Ask = {}) {
  const answer = await request(`${url}/_emulator/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: body ?? null,
  });
  return { status: answer.statusCode, body: (await answer.body.json()) as Record<string, unknown> };
}

test('the state and each list can be looked at', async () => {
  const emulator = await useEmulator({ token: 't' });
  await livetex(emulator, 'sendText', { body: { user_id: 'u1', text: 'Привет' } });
  emulator.faults.add({ kind: 'token' });
  expect((await ask(emulator.url, 'state')).body).toMatchObject({
    url: emulator.url,
    token: 't',
    operators: emulator.operators.list(),
    groups: emulator.groups.list(),
    webhook: { url: '', key: '' },
    pendingWebhooks: 1,
    requests: 1,
    faults: [{ fault: { kind: 'token' } }],
  });
  expect((await ask(emulator.url, 'dialogs')).body).toEqual({ dialogs: emulator.dialogs.list() });
  expect((await ask(emulator.url, 'requests')).body).toEqual({ requests: emulator.requests.list() });
  expect((await ask(emulator.url, 'operators')).body).toEqual({ operators: emulator.operators.list() });
  expect((await ask(emulator.url, 'groups')).body).toEqual({ groups: emulator.groups.list() });
  expect((await ask(emulator.url, 'deliveries')).body).toEqual({ deliveries: [] });
  expect((await ask(emulator.url, 'faults')).body).toEqual({ faults: emulator.faults.states() });
});

test.each([
  ['a page of another origin', { origin: 'https://evil.example' }],
  ['a page of another port', { origin: 'http://127.0.0.1:1' }],
  ['a sandboxed page', { origin: 'null' }],
  ['a cross-site request without an origin', { 'sec-fetch-site': 'cross-site' }],
  ['a request of another port without an origin', { 'sec-fetch-site': 'same-site' }],
  ['a foreign name for this machine', { host: 'evil.example:8024' }],
  ['a name that only looks like loopback', { host: '127.0.0.1.evil.example' }],
])('%s is kept out of the control API', async (_name, headers: Record<string, string>) => {
  const emulator = await useEmulator();
  const body = JSON.stringify({ call: 'faults.add', args: [{ kind: 'token' }] });
  expect(await ask(emulator.url, 'call', { headers, body })).toMatchObject({ status: 403 });
  expect(await ask(emulator.url, 'state', { headers })).toMatchObject({ status: 403 });
  expect(emulator.faults.list()).toEqual([]);
});

test('the emulator’s own pages and tools may in', async () => {
  const emulator = await useEmulator();
  const port = new URL(emulator.url).port;
  for (const headers of [
    {},
    { origin: emulator.url, 'sec-fetch-site': 'same-origin' },
    { host: `localhost:${port}`, origin: `http://localhost:${port}` },
    { host: `[::1]:${port}`, 'sec-fetch-site': 'none' },
  ] as Array<Record<string, string>>)
    expect(await ask(emulator.url, 'state', { headers })).toMatchObject({ status: 200 });
});

test.each([
  [
    'a form’s content type',
    { headers: { 'content-type': 'text/plain' }, body: '{"call":"faults.clear","args":[]}' },
    415,
  ],
  ['no JSON', { body: '{' }, 400],
  ['no call', { body: '{"args":[]}' }, 400],
  ['an unknown call', { body: '{"call":"toString","args":[]}' }, 404],
  ['too few arguments', { body: '{"call":"dialogs.read","args":["u1"]}' }, 400],
  ['too many arguments', { body: '{"call":"dialogs.list","args":[1]}' }, 400],
  ['an unknown path', {}, 404],
] as ReadonlyArray<readonly [string, Ask, number]>)('%s is refused with an error', async (_name, call, status) => {
  const emulator = await useEmulator();
  const answer = await ask(emulator.url, 'call', call);
  expect(answer).toMatchObject({ status, body: { error: { code: expect.any(String), message: expect.any(String) } } });
});

test('a list that is none is not found, whatever its name', async () => {
  const emulator = await useEmulator();
  for (const name of ['nothing', 'constructor', '__proto__']) {
    expect(await ask(emulator.url, name)).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } });
  }
});

test('a mistaken call is told what is wrong with it; the content type may name its charset', async () => {
  const emulator = await useEmulator();
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  expect(await ask(emulator.url, 'call', { headers, body: '{"call":"faults.clear"}' })).toEqual({
    status: 400,
    body: {
      error: {
        code: 'emulator_option_invalid',
        message: 'not a call: args: is missing (a list)',
      },
    },
  });
});

test('control calls are no requests of the API', async () => {
  const emulator = await useEmulator();
  await ask(emulator.url, 'state');
  expect(emulator.requests.count()).toBe(0);
});
