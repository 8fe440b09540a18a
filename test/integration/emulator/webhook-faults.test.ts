import { expect, test } from 'vitest';
import type { LiveTexEmulator } from '../../../runtime-shim/emulator/emulator-contract.ts';
import { useEmulator } from '../../support/emulator.ts';
import { type TestClock, createTestClock } from '../../support/test-clock.ts';
import { type WebhookReceiver, useWebhookReceiver } from './webhook-receiver.ts';
import { livetex } from './livetex-call.ts';

interface Desk {
  readonly emulator: LiveTexEmulator;
  readonly receiver: WebhookReceiver;
  readonly clock: TestClock;
  readonly reply: (...texts: string[]) => void;
  readonly texts: () => unknown[];
}

async function useDesk(): Promise<Desk> {
  const clock = createTestClock();
  const emulator = await useEmulator({ clock, operators: [{ id: 'anna', firstName: 'Анна' }] });
  const receiver = await useWebhookReceiver();
  await livetex(emulator, 'setWebhook', { body: { url: receiver.url, webhook_key: 'k' } });
  await livetex(emulator, 'selectDestination', {
    body: { user_id: 'u1', destination_type: 'Department', destination_id: '54321' },
  });
  return {
    emulator,
    receiver,
    clock,
    reply(...texts) {
      for (const text of texts) emulator.dialogs.reply('u1', 'anna', text);
    },
    texts: () => receiver.events.map(({ text }) => text),
  };
}

test('duplicate: each event is delivered so many times with one id, though acknowledged', async () => {
  const { emulator, receiver, reply, texts } = await useDesk();
  const end = emulator.faults.add({ kind: 'webhook_duplicate', times: 3 });
  reply('раз', 'два');
  end();
  reply('три');
  await emulator.webhooks.idle();
  expect(texts()).toEqual(['раз', 'раз', 'раз', 'два', 'два', 'два', 'три']);
  expect(new Set(receiver.events.map(({ id }) => id)).size).toBe(3);
});

test('late: an event waits before its first try; one written after the fault overtakes it', async () => {
  const { emulator, receiver, clock, reply, texts } = await useDesk();
  const end = emulator.faults.add({ kind: 'webhook_late', ms: 5000 });
  reply('раз', 'два');
  end();
  reply('три');
  await receiver.received(1);
  await clock.advance(4999);
  expect([texts(), emulator.webhooks.pending()]).toEqual([['три'], 2]);
  await clock.advance(1);
  await emulator.webhooks.idle();
  expect(texts()).toEqual(['три', 'раз', 'два']);
});

test('reorder: full groups go newest first, the rest when the fault ends', async () => {
  const { emulator, reply, texts } = await useDesk();
  const end = emulator.faults.add({ kind: 'webhook_reorder', group: 3 });
  reply('1', '2', '3', '4', '5');
  expect(emulator.webhooks.pending()).toBe(5);
  end();
  await emulator.webhooks.idle();
  expect(texts()).toEqual(['3', '2', '1', '5', '4']);
});

test('reorder: with waitMs a group that is not full goes after that time', async () => {
  const { emulator, clock, reply, texts } = await useDesk();
  emulator.faults.add({ kind: 'webhook_reorder', group: 3, waitMs: 1000 });
  reply('1', '2');
  await clock.advance(999);
  expect(texts()).toEqual([]);
  await clock.advance(1);
  reply('3', '4', '5');
  await emulator.webhooks.idle();
  expect(texts()).toEqual(['2', '1', '5', '4', '3']);
});

test('all three at once: nothing is lost', async () => {
  const { emulator, receiver, clock, reply, texts } = await useDesk();
  emulator.faults.add({ kind: 'webhook_duplicate', times: 2 });
  emulator.faults.add({ kind: 'webhook_late', ms: 10 });
  emulator.faults.add({ kind: 'webhook_reorder', group: 2 });
  reply('1', '2', '3');
  await clock.advance(10);
  emulator.faults.clear();
  await emulator.webhooks.idle();
  expect(texts()).toEqual(['2', '2', '1', '1', '3', '3']);
  expect(receiver.events).toHaveLength(6);
});

test('echo: our own messages come back from "User", employees’ ones say "Employee"', async () => {
  const { emulator, receiver, reply } = await useDesk();
  const end = emulator.faults.add({ kind: 'echo' });
  const sent = await livetex(emulator, 'sendText', { body: { user_id: 'u1', text: 'Вопрос' } });
  await livetex(emulator, 'sendFile', { body: { user_id: 'u1', url: 'https://e.com/f', comment: 'Вот' } });
  reply('Ответ');
  expect(emulator.faults.states()).toMatchObject([{ used: 3 }]);
  end();
  await livetex(emulator, 'sendText', { body: { user_id: 'u1', text: 'Ещё' } });
  await emulator.webhooks.idle();
  const common = { id: expect.any(String), webhook_key: 'k', user_id: 'u1', timestamp: expect.any(Number) };
  expect(receiver.events).toEqual([
    { ...common, type: 'TextMessage', text: 'Вопрос', from: 'User' },
    { ...common, type: 'FileMessage', url: 'https://e.com/f', comment: 'Вот', from: 'User' },
    {
      ...common,
      type: 'TextMessage',
      text: 'Ответ',
      from: 'Employee',
      employee: { employee_id: 'anna', first_name: 'Анна' },
    },
  ]);
  expect(receiver.events[0]?.id).not.toBe(sent.body['message_id']);
});
