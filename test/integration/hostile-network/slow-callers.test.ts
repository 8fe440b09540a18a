import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { MAX_WAITING } from '../../../runtime-shim/http/one-by-one.ts';
import { rawConnection, statusesIn } from './raw-connection.ts';
import { eventBody, startWebhookRuntime } from '../../support/webhook-runtime.ts';

/** Short enough that a test waits for them, long enough for a right request on a busy machine. */
const LIMITS = { headersTimeoutMs: 400, requestTimeoutMs: 900, keepAliveTimeoutMs: 300, checkIntervalMs: 50 };

test('headers that come byte by byte are cut off, however lively the caller', async () => {
  const { url, path, works } = await startWebhookRuntime({ limits: LIMITS });
  const slow = await rawConnection(url);
  slow.send(`POST ${path} HTTP/1.1\r\nhost: x\r\n`);
  const drip = setInterval(() => slow.send('x'), 20);
  const text = await slow.closed;
  clearInterval(drip);
  expect(statusesIn(text)).toEqual([408]);
  expect(await works()).toBe(200);
});

test('a body that comes byte by byte is cut off', async () => {
  const { url, path, works } = await startWebhookRuntime({ limits: LIMITS });
  const slow = await rawConnection(url);
  slow.send(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n`);
  const drip = setInterval(() => slow.send(' '), 20);
  const text = await slow.closed;
  clearInterval(drip);
  expect(statusesIn(text)).toEqual([408]);
  expect(await works()).toBe(200);
});

test('a connection on which nothing ever comes is closed', async () => {
  const { url } = await startWebhookRuntime({ limits: LIMITS });
  const silent = await rawConnection(url);
  expect(statusesIn(await silent.closed)).toEqual([408]);
});

test('a caller that shuts down its side in the middle of a body gets no answer and leaves nothing behind', async () => {
  const { url, path, works, metrics } = await startWebhookRuntime({ limits: LIMITS });
  const half = await rawConnection(url);
  half.send(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{"id":"half`);
  half.socket.end();
  await half.closed;
  expect(await works()).toBe(200);
  expect(await metrics()).toContain('livetex_webhooks_total{binding="main",outcome="stored"} 1\n');
});

test('a caller that shuts down its side after a whole request still gets its answer', async () => {
  const { url, path } = await startWebhookRuntime({ limits: LIMITS });
  const half = await rawConnection(url);
  const body = eventBody();
  half.send(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  half.socket.end();
  expect(statusesIn(await half.closed)).toEqual([200]);
});

test('a kept connection is closed when it stays idle', async () => {
  const { url } = await startWebhookRuntime({ limits: LIMITS });
  const kept = await rawConnection(url);
  kept.send('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n');
  expect(statusesIn(await kept.closed)).toEqual([200]);
});

test('a caller that asks and never reads its answers is served no further', async () => {
  const { url, works } = await startWebhookRuntime({ limits: LIMITS });
  const deaf = await rawConnection(url);
  deaf.socket.pause();
  const before = process.memoryUsage().rss;
  // More answers than the kernel's buffers hold: the next request is begun when the answer before it is on its way.
  for (let round = 0; round < 90; round += 1) deaf.send('GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n');
  for (let check = 0; check < 5; check += 1) expect(await works()).toBe(200);
  expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1_048_576);
});

test('a caller that sends requests by the thousand without waiting is cut off', async () => {
  const { url, works } = await startWebhookRuntime({ limits: LIMITS });
  const flood = await rawConnection(url);
  flood.send('GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n'.repeat(4_000));
  expect(statusesIn(await flood.closed).length).toBeLessThan(MAX_WAITING + 2);
  expect(await works()).toBe(200);
});

test('thousands of idle connections keep nobody out and are closed in the end', async () => {
  const { url, works } = await startWebhookRuntime({
    limits: { ...LIMITS, headersTimeoutMs: 4_000, requestTimeoutMs: 4_000 },
  });
  const wanted = Math.min(5_000, Math.floor((openFilesLimit() - 500) / 2));
  const before = process.memoryUsage().rss;
  const idle = [];
  // In batches: the kernel's queue of connections not yet accepted is short.
  for (let opened = 0; opened < wanted; opened += 250) {
    const batch = Array.from({ length: Math.min(250, wanted - opened) }, () => rawConnection(url));
    idle.push(...(await Promise.all(batch)));
  }
  const from = performance.now();
  expect(await works()).toBe(200);
  expect(performance.now() - from).toBeLessThan(5_000);
  const perConnection = (process.memoryUsage().rss - before) / wanted;
  // Both ends are in this process: the caller's half is in it too.
  expect(perConnection).toBeLessThan(100 * 1_024);
  for (const connection of idle) await connection.closed;
  expect(await works()).toBe(200);
});

test('a connection that was opened ahead of need does not hold up the end', async () => {
  const { runtime, url } = await startWebhookRuntime();
  const opened = await rawConnection(url);
  const from = performance.now();
  await runtime.close();
  expect(await opened.closed).toBe('');
  expect(performance.now() - from).toBeLessThan(5_000);
});

test('beyond the most connections a further one is closed at once, and taken again when there is room', async () => {
  const { url } = await startWebhookRuntime({
    limits: { ...LIMITS, headersTimeoutMs: 60_000, requestTimeoutMs: 60_000, maxConnections: 3 },
  });
  const first = [await rawConnection(url), await rawConnection(url), await rawConnection(url)];
  const further = await rawConnection(url);
  expect(await further.closed).toBe('');
  first[0]?.socket.destroy();
  await first[0]?.closed;
  for (;;) {
    // The server hears of the closed connection a moment later.
    const again = await rawConnection(url);
    again.send('GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
    if (statusesIn(await again.closed)[0] === 200) break;
  }
});

test('bodies together may take only so much memory: one more is told to come again', async () => {
  const { url, path, works } = await startWebhookRuntime({ limits: { maxBodiesBytes: 1_000_000 } });
  const held = [];
  for (let number = 0; number < 4; number += 1) {
    const connection = await rawConnection(url);
    connection.send(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 900000\r\n\r\n${' '.repeat(400_000)}`);
    held.push(connection);
  }
  const refused = await Promise.race(held.map((connection) => connection.seen(/^HTTP\/1\.1 503/)));
  expect(refused).toMatch(/retry-after: 1/i);
  for (const { socket, closed } of held) {
    socket.destroy();
    await closed;
  }
  await expect.poll(works).toBe(200);
});

test('a body sent in chunks of one byte is read as any other', async () => {
  const { url, path } = await startWebhookRuntime();
  const body = eventBody({ text: 'x'.repeat(20_000) });
  const chunks = [...Buffer.from(body)].map((byte) => `1\r\n${String.fromCharCode(byte)}\r\n`).join('');
  const connection = await rawConnection(url);
  connection.socket.write(
    Buffer.from(`POST ${path} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`, 'latin1'),
  );
  expect(statusesIn(await connection.seen(/\r\n\r\n/))).toEqual([200]);
});

/** How many files this process may have open (proc(5)); where the kernel does not tell, few. */
function openFilesLimit(): number {
  try {
    const text = readFileSync('/proc/self/limits', 'utf8');
    return Number(/^Max open files +(\d+)/m.exec(text)?.[1] ?? '1024');
  } catch {
    return 1_024;
  }
}
