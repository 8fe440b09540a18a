import { expect, test } from 'vitest';
import type { Availability } from '../../../plugin/client/contract.ts';
import type { Clock } from '../../../plugin/contract/host.ts';
import { json, startHttpServer, type TestHandler, type TestReply } from '../../support/http-server.ts';
import { createTestClient } from '../../support/livetex-client.ts';
import { createTestClock } from '../../support/test-clock.ts';

const FIRST = { destination_type: 'Department', destination_id: '1', name: 'Первая', has_online: true };
const SECOND = { destination_type: 'Department', destination_id: '2', name: 'Вторая', has_online: true };

const groups = (...destinations: object[]): TestReply => json({ success: true, destinations });
const ONLINE = groups(FIRST);
const NONE = groups({ ...FIRST, has_online: false });
const DOWN: TestReply = { status: 503, body: 'down' };
const REFUSED = json({ success: false, error_code: 2, error_message: 'Authentication key is not valid' }, 401);

/** A server whose answer the test sets, and a client on a clock that the test moves. */
async function start(first: TestReply | 'silence') {
  const state = { reply: first };
  const held: Array<(reply: TestReply) => void> = [];
  const handler: TestHandler = (_request, response) => {
    if (state.reply !== 'silence') return state.reply;
    held.push((reply) => response.writeHead(reply.status ?? 200).end(reply.body));
    return undefined;
  };
  const server = await startHttpServer(handler);
  const clock = createTestClock();
  const { binding, client, reports } = createTestClient(server.url, { clock, requestTimeoutMs: 10_000 });
  return { state, held, server, clock, binding, client, reports };
}

test('all groups are told in the order of LiveTex; one with an operator is enough', async () => {
  const { state, binding, clock } = await start(groups({ ...FIRST, has_online: false }, SECOND));
  expect(await binding.availability()).toEqual({
    state: 'online',
    groups: [{ ...FIRST, has_online: false }, SECOND],
    at: clock.now(),
  });
  state.reply = groups({ ...SECOND, has_online: false }, { ...FIRST, has_online: false });
  expect((await binding.availability({ fresh: true })).state).toBe('none');
});

test('without has_online the group is not online; 1.2 may say is_available instead', async () => {
  const { has_online: _, ...silent } = FIRST;
  const { state, binding } = await start(groups(silent));
  expect((await binding.availability()).state).toBe('none');
  state.reply = groups({ ...silent, is_available: true });
  expect((await binding.availability({ fresh: true })).state).toBe('online');
  // All slots taken, but operators are online.
  state.reply = groups({ ...FIRST, is_available: false });
  expect((await binding.availability({ fresh: true })).state).toBe('online');
});

test('no group at all: nobody is online, and the maintainer learns why', async () => {
  const { binding, clock } = await start(groups());
  const seen = await binding.availability();
  expect(seen).toMatchObject({ state: 'none', at: clock.now(), error: { code: 'livetex_no_group' } });
});

test.each([{ fresh: false }, { fresh: true }])('10,000 callers at once cause one request (%j)', async (how) => {
  const { server, binding } = await start(ONLINE);
  const seen = await Promise.all(Array.from({ length: 10_000 }, () => binding.availability(how)));
  expect(new Set(seen.map(({ state }) => state))).toEqual(new Set(['online']));
  expect(server.requests).toHaveLength(1);
});

test('an answer serves for 5 s, then LiveTex is asked again', async () => {
  const { server, clock, binding } = await start(ONLINE);
  await binding.availability();
  await clock.advance(4_999);
  await binding.availability();
  expect(server.requests).toHaveLength(1);
  await clock.advance(1);
  await binding.availability();
  expect(server.requests).toHaveLength(2);
});

test('each binding has an answer of its own, and asking for a binding twice does not ask LiveTex twice', async () => {
  const { server, client, binding } = await start(ONLINE);
  const access = { baseUrl: server.url, apiVersion: '1.0', requestTimeoutMs: 10_000 } as const;
  await binding.availability();
  await client.binding({ id: 'b', token: 't', ...access }).availability();
  await client.binding({ id: 'b', token: 't', ...access }).availability();
  expect(server.requests).toHaveLength(2);
  await client.binding({ id: 'b', token: 'changed', ...access }).availability();
  expect(server.requests).toHaveLength(3);
});

test('a fresh check passes the cache, and its answer serves the others', async () => {
  const { state, server, binding } = await start(ONLINE);
  await binding.availability();
  state.reply = NONE;
  expect((await binding.availability()).state).toBe('online');
  expect((await binding.availability({ fresh: true })).state).toBe('none');
  expect((await binding.availability()).state).toBe('none');
  expect(server.requests).toHaveLength(2);
});

test('a fresh check does not take an answer that was asked for before it came', async () => {
  const { server, held, binding } = await start('silence');
  const early = binding.availability();
  await server.received(1);
  // Asked while the first request is under way: they share one request of their own.
  const late = Array.from({ length: 100 }, () => binding.availability({ fresh: true }));
  const joined = binding.availability();
  held[0]?.(ONLINE);
  expect((await early).state).toBe('online');
  expect((await joined).state).toBe('online');
  await server.received(2);
  held[1]?.(NONE);
  expect(new Set((await Promise.all(late)).map((seen) => seen.state))).toEqual(new Set(['none']));
  expect(server.requests).toHaveLength(2);
});

test('what became void is asked anew, by a request of its own; it still counts while LiveTex does not answer', async () => {
  const { state, held, server, binding } = await start(ONLINE);
  await binding.availability();
  binding.outdateAvailability?.();
  expect(binding.knownAvailability?.()).toBeUndefined();
  state.reply = 'silence';
  const early = binding.availability();
  await server.received(2);
  // Changed again while that request is under way: its answer may be the old one.
  binding.outdateAvailability?.();
  const late = binding.availability();
  held[0]?.(ONLINE);
  expect((await early).state).toBe('online');
  await server.received(3);
  held[1]?.(NONE);
  expect((await late).state).toBe('none');
  expect(binding.knownAvailability?.()?.availability.state).toBe('none');
  binding.outdateAvailability?.();
  state.reply = DOWN;
  expect(await binding.availability()).toMatchObject({ state: 'none', error: { code: 'livetex_failed' } });
});

test('while LiveTex does not answer, its last answer counts for 60 s, and the reason is told', async () => {
  const { state, clock, binding } = await start(ONLINE);
  const { at } = await binding.availability();
  state.reply = DOWN;
  await clock.advance(59_999);
  expect(await binding.availability()).toMatchObject({
    state: 'online',
    at,
    groups: [FIRST],
    error: { code: 'livetex_failed' },
  });
  await clock.advance(1);
  expect(await binding.availability()).toMatchObject({ state: 'unknown', at: null, error: { code: 'livetex_failed' } });
  state.reply = ONLINE;
  await clock.advance(2_000);
  const back = await binding.availability();
  expect(back.state).toBe('online');
  expect(back).not.toHaveProperty('error');
});

test('an outage costs one request in 2 s, not one a script; a fresh check asks all the same', async () => {
  const { server, clock, binding } = await start(DOWN);
  for (let script = 0; script < 50; script += 1) expect((await binding.availability()).state).toBe('unknown');
  expect(server.requests).toHaveLength(1);
  await binding.availability({ fresh: true });
  expect(server.requests).toHaveLength(2);
  await clock.advance(2_000);
  await binding.availability();
  expect(server.requests).toHaveLength(3);
});

test('when LiveTex asks to slow down it is left alone, but for 30 s at most', async () => {
  const { server, clock, binding } = await start({ status: 429, headers: { 'retry-after': '3600' } });
  expect(await binding.availability()).toMatchObject({ state: 'unknown', error: { code: 'livetex_rate_limited' } });
  await clock.advance(29_999);
  await binding.availability();
  expect(server.requests).toHaveLength(1);
  await clock.advance(1);
  await binding.availability();
  expect(server.requests).toHaveLength(2);
});

test('a refused token makes the last answer void', async () => {
  const { state, binding } = await start(ONLINE);
  await binding.availability();
  state.reply = REFUSED;
  const refused = { state: 'unknown', at: null, error: { code: 'livetex_token_refused' } };
  expect(await binding.availability({ fresh: true })).toMatchObject(refused);
  expect(await binding.availability()).toMatchObject(refused);
});

test('a script waits 2.5 s at most, and not at all once LiveTex is known to be slow', async () => {
  const { server, held, clock, binding } = await start('silence');
  const slow = { state: 'unknown', error: { code: 'livetex_timeout', facts: { timeoutMs: 2_500 } } };
  const first = binding.availability();
  await server.received(1);
  await clock.advance(2_500);
  expect(await first).toMatchObject(slow);
  expect(await binding.availability()).toMatchObject(slow);
  // The answer is not lost when it comes.
  const fresh = binding.availability({ fresh: true });
  held[0]?.(ONLINE);
  await server.received(2);
  expect((await binding.availability()).state).toBe('online');
  held[1]?.(NONE);
  expect((await fresh).state).toBe('none');
  expect(server.requests).toHaveLength(2);
});

test('a transfer waits no longer than a request may take, also behind another one', async () => {
  const { server, clock, binding } = await start('silence');
  const early = binding.availability();
  await server.received(1);
  await clock.advance(6_000);
  const late: Promise<Availability> = binding.availability({ fresh: true });
  // The first request ends after 10 s, the second is then 4 s old when its caller has waited for 10 s in all.
  await clock.advance(4_000);
  await server.received(2);
  await clock.advance(6_000);
  expect(await late).toMatchObject({ state: 'unknown', error: { code: 'livetex_timeout' } });
  expect((await early).state).toBe('unknown');
  await clock.advance(4_000);
  expect(clock.pending()).toBe(0);
});

test('a clock that was set back does not make an old answer young', async () => {
  const { server } = await start(ONLINE);
  const behind = createTestClock(Date.UTC(2020, 0, 1));
  let now = behind.now() + 3_600_000;
  const clock: Clock = { now: () => now, after: (ms, act) => behind.after(ms, act) };
  const { binding: shifted } = createTestClient(server.url, { clock });
  await shifted.availability();
  now = behind.now();
  await shifted.availability();
  expect(server.requests).toHaveLength(2);
});

test('never rejects: nobody listening, a page, garbage', async () => {
  const { state, server, clock, binding } = await start({ body: '<html>' });
  expect(await binding.availability()).toMatchObject({ state: 'unknown', error: { code: 'livetex_answer_invalid' } });
  state.reply = groups({ name: 'no id' });
  await clock.advance(2_000);
  expect(await binding.availability()).toMatchObject({ state: 'unknown', error: { code: 'livetex_answer_invalid' } });
  await server.close();
  await clock.advance(2_000);
  expect(await binding.availability()).toMatchObject({ state: 'unknown', error: { code: 'livetex_unreachable' } });
});

test('what would be answered at once is known beforehand, for as long as it would', async () => {
  const { state, binding, clock } = await start(ONLINE);
  const known = () => binding.knownAvailability?.();
  expect(known()).toBeUndefined();
  await binding.availability();
  expect(known()).toMatchObject({ availability: { state: 'online' }, forMs: 5_000 });
  await clock.advance(4_999);
  expect(known()).toMatchObject({ availability: { state: 'online' }, forMs: 1 });
  await clock.advance(1);
  expect(known()).toBeUndefined();
  state.reply = DOWN;
  expect((await binding.availability()).state).toBe('online');
  // An older answer that still counts is asked for again soon.
  expect(known()).toBeUndefined();
});
