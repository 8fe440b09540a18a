import { expect, test } from 'vitest';
import type { LiveTexEmulator, EmulatorOptions } from '../../../runtime-shim/emulator/emulator-contract.ts';
import { useEmulator } from '../../support/emulator.ts';
import { createTestClock } from '../../support/test-clock.ts';
import { type WebhookReceiver, useWebhookReceiver } from './webhook-receiver.ts';
import { livetex } from './livetex-call.ts';

const HOUR_MS = 60 * 60 * 1000;

async function useAssigned(options: EmulatorOptions = {}): Promise<LiveTexEmulator> {
  const emulator = await useEmulator({ operators: [{ id: 'anna', firstName: 'Анна' }], ...options });
  for (const user of ['u1', 'u2'])
    await livetex(emulator, 'selectDestination', {
      body: { user_id: user, destination_type: 'Department', destination_id: '54321' },
    });
  return emulator;
}

async function register(emulator: LiveTexEmulator, receiver: WebhookReceiver, key = 'k'): Promise<void> {
  await livetex(emulator, 'setWebhook', { body: { url: receiver.url, webhook_key: key } });
}

/** Resolves at the change that makes the condition true. */
function until(emulator: LiveTexEmulator, condition: () => boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = emulator.onChange(look);
  function look(): void {
    if (!condition()) return;
    stop();
    resolve();
  }
  look();
  return promise;
}

/** Resolves at the delivery with this number, counted from the start. */
async function delivered(emulator: LiveTexEmulator, count: number): Promise<void> {
  await until(emulator, () => emulator.webhooks.deliveries().length >= count);
}

test('what is not answered with 200 is repeated with the same id until it is; nothing overtakes it', async () => {
  const emulator = await useAssigned();
  const receiver = await useWebhookReceiver();
  const answers = [500, 204, 302, null];
  receiver.answer = ({ text }) => (text === 'раз' && answers.length > 0 ? (answers.shift() ?? null) : 200);
  await register(emulator, receiver);
  emulator.dialogs.reply('u1', 'anna', 'раз');
  emulator.dialogs.reply('u1', 'anna', 'два');
  await emulator.webhooks.idle();

  expect(receiver.events.map(({ text }) => text)).toEqual(['раз', 'раз', 'раз', 'раз', 'раз', 'два']);
  expect(new Set(receiver.events.map(({ id }) => id)).size).toBe(2);
  expect(emulator.webhooks.deliveries().map(({ attempt, status }) => [attempt, status])).toEqual([
    [1, 500],
    [2, 204],
    [3, 302],
    [4, null],
    [5, 200],
    [1, 200],
  ]);
  expect(emulator.webhooks.deliveries()[0]).toMatchObject({
    type: 'TextMessage',
    userId: 'u1',
    eventId: receiver.events[0]?.id,
    body: receiver.events[0],
  });
});

test('a person whose event is being repeated does not hold up another', async () => {
  const emulator = await useAssigned();
  const receiver = await useWebhookReceiver();
  let open = false;
  receiver.answer = (event) => (event['user_id'] === 'u1' && !open ? 503 : 200);
  await register(emulator, receiver);
  emulator.dialogs.reply('u1', 'anna', 'раз');
  emulator.dialogs.reply('u2', 'anna', 'два');
  await until(emulator, () => emulator.webhooks.deliveries().some(({ userId }) => userId === 'u2'));
  expect(emulator.webhooks.pending()).toBe(1);
  open = true;
  await emulator.webhooks.idle();
  expect(emulator.webhooks.pending()).toBe(0);
});

test('without order, the next event of a person does not wait for the one before', async () => {
  const emulator = await useAssigned({ webhookInOrder: false });
  const receiver = await useWebhookReceiver();
  let open = false;
  receiver.answer = ({ text }) => (text === 'раз' && !open ? 503 : 200);
  await register(emulator, receiver);
  emulator.dialogs.reply('u1', 'anna', 'раз');
  emulator.dialogs.reply('u1', 'anna', 'два');
  await until(emulator, () => emulator.webhooks.deliveries().some(({ status }) => status === 200));
  expect(receiver.events.map(({ text }) => text)).toContain('два');
  open = true;
  await emulator.webhooks.idle();
});

test('a receiver that takes too long counts as silent', async () => {
  const emulator = await useAssigned({ webhookTimeoutMs: 100 });
  const receiver = await useWebhookReceiver();
  const late = Promise.withResolvers<number>();
  let first = true;
  receiver.answer = () => {
    if (!first) return 200;
    first = false;
    return late.promise;
  };
  await register(emulator, receiver);
  emulator.dialogs.reply('u1', 'anna', 'раз');
  await emulator.webhooks.idle();
  late.resolve(200);
  const statuses = emulator.webhooks.deliveries().map(({ status }) => status);
  expect([statuses[0], statuses.at(-1)]).toEqual([null, 200]);
});

test('a receiver that is not there is tried until it is', async () => {
  const emulator = await useAssigned();
  const gone = await useEmulator();
  await gone.close();
  await livetex(emulator, 'setWebhook', { body: { url: `${gone.url}/hook`, webhook_key: 'k' } });
  emulator.dialogs.reply('u1', 'anna', 'раз');
  await delivered(emulator, 2);
  const receiver = await useWebhookReceiver();
  await register(emulator, receiver);
  await emulator.webhooks.idle();
  expect(receiver.events).toMatchObject([{ text: 'раз' }]);
});

test('the waits double up to the longest, and after a day the event is given up', async () => {
  const clock = createTestClock();
  const emulator = await useAssigned({ clock, webhookRetry: { firstMs: HOUR_MS, longestMs: 6 * HOUR_MS } });
  const receiver = await useWebhookReceiver();
  receiver.answer = () => 500;
  await register(emulator, receiver);
  const start = clock.now();
  emulator.dialogs.reply('u1', 'anna', 'раз');
  await delivered(emulator, 1);
  const waits = [1, 2, 4, 6, 6];
  for (const [index, hours] of waits.entries()) {
    await clock.advance(hours * HOUR_MS - 1);
    expect(emulator.webhooks.deliveries()).toHaveLength(index + 1);
    await clock.advance(1);
    await delivered(emulator, index + 2);
  }
  expect(emulator.webhooks.deliveries().at(-1)?.at).toBe(start + 19 * HOUR_MS);
  await clock.advance(6 * HOUR_MS);
  await emulator.webhooks.idle();
  expect(emulator.webhooks.deliveries()).toHaveLength(6);
});

test('what was written while no webhook was set goes out once one is, with its key and one request for a group', async () => {
  const clock = createTestClock();
  const emulator = await useAssigned({ clock });
  await livetex(emulator, 'sendText', { body: { user_id: 'u3', text: 'раз' } });
  await livetex(emulator, 'sendText', { body: { user_id: 'u3', text: 'два' } });
  emulator.dialogs.reply('u1', 'anna', 'старое');
  await clock.advance(2 * HOUR_MS);
  emulator.dialogs.reply('u2', 'anna', 'новое');
  await emulator.webhooks.idle();
  expect(emulator.webhooks.pending()).toBe(3);
  await clock.advance(23 * HOUR_MS);

  const receiver = await useWebhookReceiver();
  await register(emulator, receiver, 'later');
  await emulator.webhooks.idle();
  expect(receiver.events).toMatchObject([{ type: 'TextMessage', text: 'новое', webhook_key: 'later' }]);
});

test('a changed key and URL are in force from the next try on', async () => {
  const emulator = await useAssigned();
  const old = await useWebhookReceiver();
  const receiver = await useWebhookReceiver();
  old.answer = () => 401;
  await register(emulator, old, 'old');
  emulator.dialogs.reply('u1', 'anna', 'раз');
  await old.received(1);
  await register(emulator, receiver, 'new');
  await emulator.webhooks.idle();
  expect(receiver.events).toMatchObject([{ text: 'раз', webhook_key: 'new', id: old.events[0]?.id }]);
});

test('clear forgets what waits; close ends the repeating and the waiting', async () => {
  const emulator = await useAssigned();
  const receiver = await useWebhookReceiver();
  receiver.answer = () => 500;
  await register(emulator, receiver);
  emulator.dialogs.reply('u1', 'anna', 'раз');
  await delivered(emulator, 2);
  emulator.webhooks.clear();
  await emulator.webhooks.idle();
  expect([emulator.webhooks.pending(), emulator.webhooks.deliveries()]).toEqual([0, []]);

  emulator.dialogs.reply('u1', 'anna', 'два');
  const idle = emulator.webhooks.idle();
  await Promise.all([emulator.close(), expect(idle).rejects.toMatchObject({ code: 'emulator_closed' })]);
  await emulator.close();
});

test('a thousand persons at once: every event arrives once', async () => {
  const emulator = await useEmulator({ operators: [{ id: 'anna', firstName: 'Анна' }] });
  const receiver = await useWebhookReceiver();
  await register(emulator, receiver);
  for (let index = 0; index < 1000; index += 1) emulator.webhooks.send({ type: 'TextMessage', user_id: `u${index}` });
  await emulator.webhooks.idle();
  expect(new Set(receiver.events.map(({ id }) => id)).size).toBe(1000);
  expect(receiver.events).toHaveLength(1000);
});
