/** `apiVersion: "auto"`: which version a binding asks, and when it asks for a higher one again. */
import { expect, test } from 'vitest';
import { json, startHttpServer } from '../../support/http-server.ts';
import { createTestClient, errorOf } from '../../support/livetex-client.ts';
import { createTestClock } from '../../support/test-clock.ts';

const ANSWER = json({ success: true, destinations: [], message_id: 'm', url: '' });
const FORBIDDEN = json({ success: false, error_code: 8, error_message: 'Forbidden method for your account' }, 403);
const UNSUPPORTED = json({ success: false, error_code: 6, error_message: 'Unsupported HTTP request ..' }, 404);
const DAY_MS = 24 * 3_600_000;

/** A LiveTex whose account has some versions, and what it was asked, as `1.2 getDestinations`. */
async function start(versions: readonly string[], refusal = FORBIDDEN) {
  const account = { versions, never: '' };
  const server = await startHttpServer(({ url }) => {
    const [, version = '', method = ''] = url.split(/[/?]/);
    return account.versions.includes(version) && method !== account.never ? ANSWER : refusal;
  });
  const clock = createTestClock();
  const made = createTestClient(server.url, { clock, apiVersion: 'auto' });
  const asked = (): string[] => server.requests.splice(0).map(({ url }) => url.split(/[/?]/).slice(1, 3).join(' '));
  return { ...made, account, server, clock, asked };
}

test.each([
  ['403, code 8', FORBIDDEN],
  ['404, code 6', UNSUPPORTED],
])('falls to the highest version of the account by %s, once, whoever asks at the same time', async (_, refusal) => {
  const { binding, asked } = await start(['1.0', '1.1'], refusal);
  await Promise.all(Array.from({ length: 20 }, () => binding.sendText({ user_id: 'u', text: 'a' })));
  expect(asked()).toEqual(['1.2 sendText', ...Array.from({ length: 20 }, () => '1.1 sendText')]);
  await binding.getDestinations();
  expect(asked()).toEqual(['1.1 getDestinations']);
});

test('asks for a higher one again after a day, and with another token', async () => {
  const { binding, client, server, account, clock, asked } = await start(['1.0']);
  await binding.getDestinations();
  expect(asked()).toEqual(['1.2 getDestinations', '1.1 getDestinations', '1.0 getDestinations']);
  account.versions = ['1.0', '1.1', '1.2'];
  await clock.advance(DAY_MS - 1);
  await binding.getDestinations();
  expect(asked()).toEqual(['1.0 getDestinations']);
  const access = { id: 'main', baseUrl: server.url, apiVersion: 'auto', requestTimeoutMs: 60_000 } as const;
  await client.binding({ ...access, token: 'another' }).getDestinations();
  expect(asked()).toEqual(['1.2 getDestinations']);
  await clock.advance(1);
  await binding.getDestinations();
  expect(asked()).toEqual(['1.2 getDestinations']);
});

test('a version that the account loses is left at once; a method that it never had changes no version', async () => {
  const { binding, account, asked } = await start(['1.0', '1.1', '1.2']);
  await binding.getDestinations();
  account.never = 'sendFile';
  const file = { user_id: 'u', url: 'https://example.com/f' };
  expect((await errorOf(binding.sendFile(file))).code).toBe('livetex_method_forbidden');
  asked();
  await binding.getDestinations();
  expect(asked()).toEqual(['1.2 getDestinations']);
  account.versions = ['1.0'];
  await binding.sendText({ user_id: 'u', text: 'a' });
  expect(asked()).toEqual(['1.2 sendText', '1.1 sendText', '1.0 sendText']);
  await binding.sendText({ user_id: 'u', text: 'b' });
  expect(asked()).toEqual(['1.0 sendText']);
});

test('a failure that says nothing of versions is the caller’s, and the next one asks the highest', async () => {
  const { binding, account, asked } = await start([], json({ success: false, error_code: 7 }, 500));
  expect((await errorOf(binding.getDestinations())).code).toBe('livetex_failed');
  account.versions = ['1.2'];
  await binding.getDestinations();
  expect(asked()).toEqual(['1.2 getDestinations', '1.2 getDestinations']);
});

test('a webhook asks for the events that are used, where its version can choose', async () => {
  const { binding, account, server, clock } = await start(['1.0']);
  const events = (): unknown[] =>
    server.requests.splice(0).map(({ body }) => (JSON.parse(body) as Record<string, unknown>)['webhook_event_types']);
  await binding.setWebhook({ url: 'https://bot.example.com', webhook_key: 'k' });
  expect(events().at(-1)).toBeUndefined();
  account.versions = ['1.1'];
  await clock.advance(DAY_MS);
  await binding.setWebhook({ url: 'https://bot.example.com', webhook_key: 'k' });
  expect(events().at(-1)).toEqual(expect.arrayContaining(['TextMessage', 'Closed', 'EmployeeAvailabilityChanged']));
  await binding.setWebhook({ url: '', webhook_key: 'k' });
  expect(events().at(-1)).toBeUndefined();
});
