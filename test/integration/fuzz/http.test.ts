import * as fc from 'fast-check';
import { request } from 'undici';
import { expect, test } from 'vitest';
import { damaged, FUZZ_TIMEOUT_MS, nastyJson, nastyText, runs } from './fuzz.ts';
import { eventBody, startWebhookRuntime, type WebhookRuntime } from '../../support/webhook-runtime.ts';

const EVENT = JSON.parse(eventBody()) as unknown;
const MESSAGE = {
  id: 'm',
  name: 'Анна',
  text: 'привет',
  attachments: [{ type: 'image', url: 'https://example.com/a.png', name: 'a.png', size: 3 }],
};

const bytesOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value) ?? '');
const anyBytes = fc.oneof(
  nastyJson.map(bytesOf),
  fc.uint8Array({ maxLength: 300 }),
  fc.json().map((text) => bytesOf(text)),
);

/** A header's value as HTTP allows it (RFC 9110, section 5.5), so that it reaches the server at all. */
const headerValue = fc.string({
  unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
  maxLength: 60,
});
const headers = fc.record(
  {
    'content-type': headerValue,
    'x-forwarded-for': headerValue,
    forwarded: headerValue,
    accept: fc.oneof(headerValue, fc.constant('text/event-stream;q=x')),
    authorization: headerValue,
    'last-event-id': headerValue,
    origin: headerValue,
    'sec-fetch-site': headerValue,
  },
  { requiredKeys: [] },
);

const segment = fc.oneof(
  nastyText.map((text) => encodeURIComponent(text.toWellFormed())),
  fc.constantFrom('%zz', '%c0%af', '..', ''),
);
const query = fc.oneof(
  fc.constant(''),
  nastyText.map((text) => `?after=${encodeURIComponent(text.toWellFormed())}`),
);

async function statusOf(
  { url }: WebhookRuntime,
  path: string,
  options: { method: string; body?: Uint8Array; headers?: Record<string, string> },
): Promise<number> {
  const { statusCode, body } = await request(`${url}${path}`, { ...options, body: options.body ?? null });
  // A stream has no end: what matters is that it began.
  body.on('error', () => undefined).destroy();
  return statusCode;
}

test(
  'whatever is posted as a webhook is taken or refused, never a failure of ours',
  async () => {
    const stand = await startWebhookRuntime();
    expect(await stand.works()).toBe(200);
    const seen = new Set<number>();
    const body = fc.oneof({ arbitrary: damaged(EVENT).map(bytesOf), weight: 3 }, anyBytes);
    await fc.assert(
      fc.asyncProperty(body, headers, async (bytes, given) => {
        const status = await statusOf(stand, stand.path, { method: 'POST', body: bytes, headers: given });
        seen.add(status);
        expect([200, 400, 401]).toContain(status);
      }),
      runs(400),
    );
    expect(await stand.works()).toBe(200);
    expect([...seen]).toEqual(expect.arrayContaining([200, 400, 401]));
    await stand.runtime.idle();
  },
  FUZZ_TIMEOUT_MS,
);

test(
  'whatever is sent to the lead API is taken or refused, never a failure of ours',
  async () => {
    const stand = await startWebhookRuntime();
    const seen = new Set<number>();
    const path = fc.oneof(
      { arbitrary: fc.constant('/api/channels/telegram/leads/1/messages'), weight: 3 },
      fc
        .tuple(segment, segment, query)
        .map(([channel, lead, end]) => `/api/channels/${channel}/leads/${lead}/messages${end}`),
      fc.tuple(segment, segment).map(([channel, lead]) => `/api/channels/${channel}/leads/${lead}`),
    );
    const body = fc.oneof({ arbitrary: damaged(MESSAGE).map(bytesOf), weight: 3 }, anyBytes);
    const method = fc.constantFrom('GET', 'POST', 'POST', 'PUT', 'DELETE');
    await fc.assert(
      fc.asyncProperty(path, method, body, headers, async (target, how, bytes, given) => {
        const { origin: _, 'sec-fetch-site': __, ...rest } = given;
        const withBody = how === 'GET' ? {} : { body: bytes };
        const status = await statusOf(stand, target, { method: how, headers: rest, ...withBody });
        seen.add(status);
        expect([200, 202, 400, 404, 405]).toContain(status);
      }),
      runs(300),
    );
    expect([...seen]).toEqual(expect.arrayContaining([200, 202, 400, 405]));
    await stand.runtime.idle();
    expect(await stand.works()).toBe(200);
  },
  FUZZ_TIMEOUT_MS,
);
