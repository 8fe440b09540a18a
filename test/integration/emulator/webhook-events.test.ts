import { expect, test } from 'vitest';
import { webhookEventSchema } from '../../../plugin/contract/livetex-webhook.ts';
import type { LiveTexEmulator } from '../../../runtime-shim/emulator/emulator-contract.ts';
import { useEmulator } from '../../support/emulator.ts';
import { type WebhookReceiver, useWebhookReceiver } from './webhook-receiver.ts';
import { livetex } from './livetex-call.ts';

const ANNA = {
  id: 'anna',
  firstName: 'Анна',
  lastName: 'Смирнова',
  nickName: 'Аня',
  avatarUrl: 'https://example.com/a.png',
  status: 'online' as const,
};

interface Desk {
  readonly emulator: LiveTexEmulator;
  readonly receiver: WebhookReceiver;
}

async function useDesk(version: string, settings: Record<string, unknown> = {}): Promise<Desk> {
  const emulator = await useEmulator({ operators: [ANNA], touchPointId: 'tp' });
  const receiver = await useWebhookReceiver();
  await livetex(emulator, 'setWebhook', {
    version,
    body: { url: receiver.url, webhook_key: 'secret', ...settings },
  });
  return { emulator, receiver };
}

/** Makes one event of each type, for two persons. */
async function actAll(emulator: LiveTexEmulator): Promise<{ readonly messageId: unknown }> {
  const sent = await livetex(emulator, 'sendText', { body: { user_id: 'u1', text: 'Вопрос' } });
  for (const user of ['u1', 'u2'])
    await livetex(emulator, 'selectDestination', {
      body: { user_id: user, destination_type: 'Department', destination_id: '54321' },
    });
  emulator.dialogs.hold('u1', 'Подождите');
  emulator.dialogs.read('u1', 'anna');
  emulator.dialogs.read('u2', 'anna');
  emulator.dialogs.reply('u1', 'anna', '/bot');
  emulator.dialogs.sendFile('u1', 'anna', { url: 'https://e.com/f', name: 'f', size: 3, comment: 'Вот' });
  emulator.operators.setStatus('anna', 'pause');
  emulator.operators.setStatus('anna', 'offline');
  emulator.dialogs.close('u1', 'anna');
  await emulator.webhooks.idle();
  return { messageId: sent.body['message_id'] };
}

test.each(['1.0', '1.1', '1.2'])('each event has exactly the fields of version %s', async (version) => {
  const { emulator, receiver } = await useDesk(version);
  const { messageId } = await actAll(emulator);

  const employee = {
    employee_id: 'anna',
    first_name: 'Анна',
    last_name: 'Смирнова',
    ...(version !== '1.0' && { nick_name: 'Аня' }),
    ...(version === '1.2' && { avatar_url: ANNA.avatarUrl }),
  };
  const common = { id: expect.any(String), webhook_key: 'secret' };
  const person = { ...common, user_id: 'u1', timestamp: expect.any(Number) };
  const availability = {
    ...common,
    type: 'EmployeeAvailabilityChanged',
    touchPointId: 'tp',
    employee,
    online: false,
    timestamp: expect.any(Number),
  };
  const expected = [
    {
      ...common,
      type: 'SelectDestination',
      user_id: 'u1',
      destinations: [{ destination_type: 'Department', destination_id: '54321', name: 'Группа для Messaging API' }],
    },
    { ...person, type: 'HoldMessage', text: 'Подождите' },
    { ...person, type: 'MessageDelivered', message_id: messageId, employee },
    { ...person, type: 'TextMessage', employee, text: '/bot' },
    { ...person, type: 'FileMessage', employee, url: 'https://e.com/f', name: 'f', size: 3, comment: 'Вот' },
    // From online to pause is one change, from pause to offline none; one event for each of two conversations.
    ...(version === '1.0' ? [] : [availability, availability]),
    { ...person, type: 'Closed', touch_point_id: 'tp', employee },
  ];
  expect(receiver.events).toHaveLength(expected.length);
  expect(receiver.events).toEqual(expect.arrayContaining(expected));
  expect(new Set(receiver.events.map(({ id }) => id)).size).toBe(expected.length);
  for (const event of receiver.events) expect(webhookEventSchema.safeParse(event).error).toBeUndefined();
});

test('webhook_event_types: the others are not sent', async () => {
  const { emulator, receiver } = await useDesk('1.2', { webhook_event_types: ['Closed', 'HoldMessage'] });
  await actAll(emulator);
  expect(receiver.events.map(({ type }) => type)).toEqual(['HoldMessage', 'Closed']);
});

test('every message without a destination asks for one, also after a close', async () => {
  const { emulator, receiver } = await useDesk('1.0');
  const say = async (): Promise<unknown> =>
    await livetex(emulator, 'sendText', { body: { user_id: 'u1', text: 'Вопрос' } });
  await say();
  await say();
  await livetex(emulator, 'selectDestination', {
    body: { user_id: 'u1', destination_type: 'Department', destination_id: '54321' },
  });
  await say();
  emulator.dialogs.close('u1', 'anna');
  await say();
  await emulator.webhooks.idle();
  expect(receiver.events.map(({ type }) => type)).toEqual([
    'SelectDestination',
    'SelectDestination',
    'Closed',
    'SelectDestination',
  ]);
});

test('a read reports each unread message once, in order, with who read it; a transfer reports nothing', async () => {
  const { emulator, receiver } = await useDesk('1.0');
  emulator.operators.add({ id: 'boris', firstName: 'Борис' });
  await livetex(emulator, 'selectDestination', {
    body: { user_id: 'u1', destination_type: 'Department', destination_id: '54321' },
  });
  const ids: unknown[] = [];
  const say = async (): Promise<unknown> =>
    ids.push((await livetex(emulator, 'sendText', { body: { user_id: 'u1', text: '?' } })).body['message_id']);
  await say();
  await say();
  emulator.dialogs.read('u1', 'anna');
  emulator.dialogs.read('u1', 'anna');
  emulator.dialogs.transfer('u1', 'boris');
  await say();
  emulator.dialogs.read('u1', 'boris');
  await emulator.webhooks.idle();
  expect(receiver.events).toMatchObject([
    { type: 'MessageDelivered', message_id: ids[0], employee: { employee_id: 'anna' } },
    { type: 'MessageDelivered', message_id: ids[1], employee: { employee_id: 'anna' } },
    { type: 'MessageDelivered', message_id: ids[2], employee: { employee_id: 'boris' } },
  ]);
});

test('an event of an unknown kind is sent as it is; id and key are added unless it says otherwise', async () => {
  const { emulator, receiver } = await useDesk('1.0');
  emulator.webhooks.send({ type: 'Novelty', depth: { of: ['news'] } });
  emulator.webhooks.send({ type: 'Closed', id: 'mine', webhook_key: 'wrong' });
  emulator.webhooks.send({ type: 'Closed', webhook_key: undefined });
  await emulator.webhooks.idle();
  const byOrder = receiver.events.toSorted((a, b) => b.type.localeCompare(a.type));
  expect(byOrder[0]).toEqual({
    type: 'Novelty',
    depth: { of: ['news'] },
    id: expect.any(String),
    webhook_key: 'secret',
  });
  expect(byOrder).toContainEqual({ type: 'Closed', id: 'mine', webhook_key: 'wrong' });
  expect(byOrder).toContainEqual({ type: 'Closed', id: expect.any(String) });
});
