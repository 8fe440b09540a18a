import { expect, test } from 'vitest';
import { useEmulator } from '../../support/emulator.ts';
import { useWebhookReceiver } from './webhook-receiver.ts';
import { livetex } from './livetex-call.ts';

test('the documented "Hello World" gives the documented answers', async () => {
  const emulator = await useEmulator({ operators: [{ firstName: 'Анна', status: 'online' }] });

  const groups = await livetex(emulator, 'getDestinations');
  expect(groups).toMatchObject({
    status: 200,
    body: {
      destinations: [
        {
          destination_type: 'Department',
          destination_id: '54321',
          name: 'Группа для Messaging API',
          has_online: true,
        },
      ],
      success: true,
    },
  });

  const selected = await livetex(emulator, 'selectDestination', {
    body: {
      user_id: '123-321',
      destination_type: 'Department',
      destination_id: '54321',
      name: 'Иванов Василий Петрович',
      attributes: { 'Номер заказа': '№98765' },
    },
  });
  expect(selected).toMatchObject({ status: 200, body: { success: true } });

  const sent = await livetex(emulator, 'sendText', { body: { user_id: '123-321', text: 'Hello World!' } });
  expect(sent.body).toEqual({ message_id: expect.any(String), timestamp: expect.any(Number), success: true });

  expect(emulator.dialogs.get('123-321')).toMatchObject({
    state: 'queued',
    groupId: '54321',
    name: 'Иванов Василий Петрович',
    attributes: { 'Номер заказа': '№98765' },
    selections: 1,
    messages: [{ from: 'user', text: 'Hello World!', read: false }],
  });
});

test('a whole dialog: stored, selected, read, answered, closed; each step is one webhook', async () => {
  const emulator = await useEmulator({ operators: [{ id: 'anna', firstName: 'Анна', lastName: 'Смирнова' }] });
  const receiver = await useWebhookReceiver();
  await livetex(emulator, 'setWebhook', { body: { url: receiver.url, webhook_key: 'secret' } });

  const first = await livetex(emulator, 'sendText', { body: { user_id: 'u1', text: 'Добрый день' } });
  expect(emulator.dialogs.get('u1')?.state).toBe('stored');
  await livetex(emulator, 'selectDestination', {
    body: { user_id: 'u1', destination_type: 'Department', destination_id: '54321' },
  });
  expect(emulator.dialogs.get('u1')).toMatchObject({ state: 'queued', name: 'Гость' });

  emulator.dialogs.read('u1', 'anna');
  emulator.dialogs.reply('u1', 'anna', 'Здравствуйте!');
  emulator.dialogs.close('u1', 'anna');
  await emulator.webhooks.idle();

  const employee = { employee_id: 'anna', first_name: 'Анна', last_name: 'Смирнова' };
  const common = { id: expect.any(String), webhook_key: 'secret', user_id: 'u1' };
  const timestamp = expect.any(Number);
  expect(receiver.events).toEqual([
    {
      ...common,
      type: 'SelectDestination',
      destinations: [{ destination_type: 'Department', destination_id: '54321', name: 'Группа для Messaging API' }],
    },
    { ...common, type: 'MessageDelivered', message_id: first.body['message_id'], employee, timestamp },
    { ...common, type: 'TextMessage', employee, timestamp, text: 'Здравствуйте!' },
    { ...common, type: 'Closed', touch_point_id: 'touch-point-1', employee, timestamp },
  ]);
  expect(new Set(receiver.events.map(({ id }) => id)).size).toBe(4);
  expect(emulator.dialogs.get('u1')).toMatchObject({ state: 'closed', groupId: null, operatorId: null });
});
