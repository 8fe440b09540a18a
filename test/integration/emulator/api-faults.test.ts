import { expect, test } from 'vitest';
import { useEmulator } from '../../support/emulator.ts';
import { createTestClock } from '../../support/test-clock.ts';
import { livetex } from './livetex-call.ts';

const SEND = { body: { user_id: 'u1', text: 'Привет' } };

test('status: answered so often, with the code asked for, and the request has no effect', async () => {
  const emulator = await useEmulator();
  emulator.faults.add({ kind: 'status', status: 503, code: 7, times: 2, methods: ['sendText'] });
  expect((await livetex(emulator, 'getDestinations')).status).toBe(200);
  for (const left of [1, 0]) {
    const answer = await livetex(emulator, 'sendText', SEND);
    expect(answer).toMatchObject({ status: 503, body: { success: false, error_code: 7 } });
    expect(emulator.faults.states().map((state) => state.left)).toEqual(left === 0 ? [] : [left]);
  }
  expect((await livetex(emulator, 'sendText', SEND)).status).toBe(200);
  expect(emulator.dialogs.get('u1')?.messages).toHaveLength(1);
  expect(emulator.requests.list('sendText').map(({ status, fault }) => [status, fault])).toEqual([
    [503, 'status'],
    [503, 'status'],
    [200, undefined],
  ]);
});

test('status: 429 with Retry-After, a body of any kind, and statuses that have none', async () => {
  const emulator = await useEmulator();
  emulator.faults.add({ kind: 'status', status: 429, retryAfter: '7', times: 1 });
  expect((await livetex(emulator, 'sendText', SEND)).headers['retry-after']).toBe('7');
  emulator.faults.add({ kind: 'status', status: 200, body: '{"success":tr', contentType: 'text/plain', times: 1 });
  const broken = await livetex(emulator, 'sendText', SEND);
  expect(broken).toMatchObject({ status: 200, text: '{"success":tr', headers: { 'content-type': 'text/plain' } });
  emulator.faults.add({ kind: 'status', status: 204, times: 1 });
  expect(await livetex(emulator, 'sendText', SEND)).toMatchObject({ status: 204, text: '' });
  expect(emulator.dialogs.list()).toEqual([]);
  emulator.faults.add({ kind: 'status', status: 200, body: 'nothing of use', effect: true, times: 1 });
  await livetex(emulator, 'sendText', SEND);
  expect(emulator.dialogs.get('u1')?.messages).toHaveLength(1);
});

test('html: 200 that is no JSON', async () => {
  const emulator = await useEmulator();
  emulator.faults.add({ kind: 'html', times: 1 });
  const answer = await livetex(emulator, 'sendText', SEND);
  expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'text/html' } });
  expect(answer.text).toContain('<html>');
  expect(emulator.dialogs.list()).toEqual([]);
});

test('reset before: the connection is cut and nothing was done', async () => {
  const emulator = await useEmulator();
  emulator.faults.add({ kind: 'reset', when: 'before', times: 1 });
  expect(await outcome(livetex(emulator, 'sendText', SEND))).toBe('cut');
  expect(emulator.dialogs.list()).toEqual([]);
  expect(emulator.requests.list()).toMatchObject([{ method: 'sendText', status: 0, fault: 'reset' }]);
});

test('reset after: the message is stored and its answer is lost, so that a retry doubles it', async () => {
  const emulator = await useEmulator();
  emulator.faults.add({ kind: 'reset', when: 'after', times: 1 });
  // A refused request has no effect whose answer could be lost.
  expect((await livetex(emulator, 'sendText', { body: { user_id: 'u1' } })).status).toBe(400);
  expect(await outcome(livetex(emulator, 'sendText', SEND))).toBe('cut');
  expect(emulator.dialogs.get('u1')?.messages).toHaveLength(1);
  expect(emulator.requests.list().at(-1)).toMatchObject({ body: SEND.body, status: 0, fault: 'reset' });
  await livetex(emulator, 'sendText', SEND);
  expect(emulator.dialogs.get('u1')?.messages).toHaveLength(2);
});

test('token: every request is answered as with a wrong key until the fault ends', async () => {
  const emulator = await useEmulator();
  const end = emulator.faults.add({ kind: 'token' });
  const answer = await livetex(emulator, 'sendText', SEND);
  expect(answer).toMatchObject({ status: 401, body: { error_code: 2 } });
  expect(emulator.faults.states()).toMatchObject([{ fault: { kind: 'token' }, used: 1, left: null }]);
  end();
  expect((await livetex(emulator, 'sendText', SEND)).status).toBe(200);
});

test('latency: a request waits, others do not, several add up; it takes effect although the asker has left', async () => {
  const clock = createTestClock();
  const emulator = await useEmulator({ clock });
  emulator.faults.add({ kind: 'latency', ms: 1000, methods: ['sendText'] });
  emulator.faults.add({ kind: 'latency', ms: 500, methods: ['sendText'] });
  expect((await livetex(emulator, 'getDestinations')).status).toBe(200);
  const slow = livetex(emulator, 'sendText', SEND);
  await arrived(clock);
  await clock.advance(1499);
  expect(emulator.requests.count('sendText')).toBe(0);
  await clock.advance(1);
  expect((await slow).status).toBe(200);

  const leaver = new AbortController();
  const left = outcome(livetex(emulator, 'sendText', SEND, leaver.signal));
  await arrived(clock);
  leaver.abort();
  expect(await left).toBe('cut');
  await clock.advance(1500);
  expect(emulator.dialogs.get('u1')?.messages).toHaveLength(2);
});

test('what is no fault is refused with every problem', async () => {
  const emulator = await useEmulator();
  const wrong = { kind: 'status', status: 99, times: 0 } as const;
  expect(() => emulator.faults.add(wrong)).toThrow(/does not accept this fault: status: .*; times: /);
  expect(() => emulator.faults.add({ kind: 'fire' } as never)).toThrow(/this fault: kind: /);
  expect(emulator.faults.list()).toEqual([]);
});

/** Resolves when a request waits on the clock. */
async function arrived(clock: { pending(): number }): Promise<void> {
  while (clock.pending() === 0)
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
}

/** Whether an answer came; how a cut connection shows is the caller's library's affair. */
async function outcome(call: Promise<unknown>): Promise<'answered' | 'cut'> {
  return await call.then(
    () => 'answered',
    () => 'cut',
  );
}
