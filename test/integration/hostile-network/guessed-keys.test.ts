import { describe, expect, test } from 'vitest';
import { MAX_WRONG_KEYS, WRONG_KEY_WINDOW_MS } from '../../../plugin/webhook/key-guard.ts';
import { createTestClock } from '../../support/test-clock.ts';
import { eventBody, startWebhookRuntime, type WebhookRuntime } from '../../support/webhook-runtime.ts';

async function post(
  { url, path }: WebhookRuntime,
  body: string,
  from?: string,
): Promise<{ status: number; retryAfter: string | null }> {
  const headers = from === undefined ? {} : { 'x-forwarded-for': from };
  const answer = await fetch(`${url}${path}`, { method: 'POST', body, headers });
  await answer.arrayBuffer();
  return { status: answer.status, retryAfter: answer.headers.get('retry-after') };
}

async function guess(stand: WebhookRuntime, times: number, from?: string): Promise<number[]> {
  const statuses: number[] = [];
  for (let time = 0; time < times; time += 1) {
    statuses.push((await post(stand, eventBody({ webhook_key: `guess ${time}` }), from)).status);
  }
  return statuses;
}

const times = (count: number, status: number): number[] => Array.from({ length: count }, () => status);

describe('who guesses webhook keys', () => {
  test('is held back after a few, told for how long, and seen in the metrics', async () => {
    const clock = createTestClock();
    const stand = await startWebhookRuntime({}, { clock });
    expect(await guess(stand, MAX_WRONG_KEYS + 5)).toEqual([...times(MAX_WRONG_KEYS, 401), ...times(5, 429)]);
    const { status, retryAfter } = await post(stand, eventBody({ webhook_key: 'guess' }));
    expect([status, Number(retryAfter)]).toEqual([429, WRONG_KEY_WINDOW_MS / 1_000]);
    // Not even a right guess is told apart now.
    expect(await stand.works()).toBe(429);
    const metrics = await stand.metrics();
    expect(metrics).toContain(`livetex_webhooks_total{binding="main",outcome="key_wrong"} ${MAX_WRONG_KEYS}`);
    expect(metrics).toContain('livetex_webhooks_total{binding="main",outcome="rate_limited"} 7');

    await clock.advance(WRONG_KEY_WINDOW_MS);
    expect(await stand.works()).toBe(200);
  });

  test('cannot keep out an address that has shown the right key', async () => {
    const stand = await startWebhookRuntime();
    expect(await stand.works()).toBe(200);
    await guess(stand, MAX_WRONG_KEYS + 5);
    expect(await stand.works()).toBe(200);
  });

  test('is no one who sends broken bodies or events without a key', async () => {
    const stand = await startWebhookRuntime();
    for (let time = 0; time < MAX_WRONG_KEYS + 5; time += 1) {
      expect((await post(stand, '{')).status).toBe(400);
      expect((await post(stand, eventBody({ webhook_key: undefined }))).status).toBe(401);
    }
    expect(await stand.works()).toBe(200);
  });
});

describe('behind a reverse proxy', () => {
  test('a named one: each sender is held back by the address that the proxy saw', async () => {
    const stand = await startWebhookRuntime({ trustedProxies: ['127.0.0.0/8', '::1'] });
    expect(await guess(stand, MAX_WRONG_KEYS + 3, '203.0.113.7')).toEqual([
      ...times(MAX_WRONG_KEYS, 401),
      ...times(3, 429),
    ]);
    expect((await post(stand, eventBody(), '198.51.100.20')).status).toBe(200);
  });

  test('a named one: what the sender wrote itself into the header changes nothing', async () => {
    const stand = await startWebhookRuntime({ trustedProxies: ['127.0.0.1'] });
    for (let time = 0; time < MAX_WRONG_KEYS; time += 1) await guess(stand, 1, `10.0.0.${time}, 203.0.113.7`);
    expect((await post(stand, eventBody(), '198.51.100.1, 203.0.113.7')).status).toBe(429);
    // Nor can it make another address pay.
    await guess(stand, MAX_WRONG_KEYS, '198.51.100.20, 203.0.113.8');
    expect((await post(stand, eventBody(), '198.51.100.20')).status).toBe(200);
  });

  test('several in a row, ports and brackets', async () => {
    const stand = await startWebhookRuntime({ trustedProxies: ['127.0.0.1', '10.0.0.0/8', 'fd00::/8'] });
    await guess(stand, MAX_WRONG_KEYS, '[2001:db8::5]:4711, 10.1.2.3:80, fd00::1');
    expect((await post(stand, eventBody(), '2001:db8::6')).status).toBe(429);
    expect((await post(stand, eventBody(), '2001:db8:1::6')).status).toBe(200);
  });

  test('one that is not named hides everybody: nobody is held back, since that could be LiveTex', async () => {
    const stand = await startWebhookRuntime();
    expect(await guess(stand, MAX_WRONG_KEYS + 5, '203.0.113.7')).toEqual(times(MAX_WRONG_KEYS + 5, 401));
    expect((await post(stand, eventBody(), '198.51.100.20')).status).toBe(200);
  });

  test('a header that is no list of addresses leaves the connection itself', async () => {
    const stand = await startWebhookRuntime({ trustedProxies: ['127.0.0.1'] });
    await guess(stand, MAX_WRONG_KEYS, 'unknown, <script>, 999.1.1.1');
    expect((await post(stand, eventBody(), 'x')).status).toBe(429);
    expect((await post(stand, eventBody(), '198.51.100.20')).status).toBe(200);
  });
});
