import { expect, test } from 'vitest';
import { startLiveTexEmulator } from '../../../runtime-shim/emulator/index.ts';
import { useEmulator } from '../../support/emulator.ts';
import { useWebhookReceiver } from './webhook-receiver.ts';
import { livetex } from './livetex-call.ts';

test('two touch points at one address share nothing', async () => {
  const emulator = await useEmulator({ token: 'first' });
  const other = emulator.addTouchPoint({ token: 'second', operators: [{ id: 'o', firstName: 'Вера' }] });
  expect([emulator.touchPointId, other.touchPointId]).toEqual(['touch-point-1', 'touch-point-2']);
  expect(other.url).toBe(emulator.url);
  const receiver = await useWebhookReceiver();
  await livetex(other, 'setWebhook', { body: { url: receiver.url, webhook_key: 'k' } });
  await livetex(emulator, 'sendText', { body: { user_id: 'u1', text: 'Первой' } });
  await livetex(other, 'sendText', { body: { user_id: 'u1', text: 'Второй' } });
  await other.webhooks.idle();

  expect(emulator.dialogs.get('u1')?.messages).toMatchObject([{ text: 'Первой' }]);
  expect(other.dialogs.get('u1')?.messages).toMatchObject([{ text: 'Второй' }]);
  expect([emulator.requests.count(), other.requests.count()]).toEqual([1, 2]);
  expect(receiver.events).toHaveLength(1);
  other.faults.add({ kind: 'status', status: 500 });
  expect((await livetex(emulator, 'getDestinations')).status).toBe(200);
  expect((await livetex(other, 'getDestinations')).status).toBe(500);

  expect(() => emulator.addTouchPoint({ token: 'first' })).toThrow('token: it is taken');
  await other.close();
  expect((await livetex(other, 'getDestinations')).status).toBe(401);
  expect((await livetex(emulator, 'getDestinations')).status).toBe(200);
});

test('emulators run side by side, and one closed leaves its port', async () => {
  const first = await useEmulator({ token: 'same' });
  const second = await useEmulator({ token: 'same' });
  expect(first.url).not.toBe(second.url);
  await livetex(first, 'sendText', { body: { user_id: 'u1', text: 'Привет' } });
  expect(second.dialogs.list()).toEqual([]);
  const port = Number(new URL(first.url).port);
  await expect(startLiveTexEmulator({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await first.close();
  const third = await useEmulator({ port });
  expect(third.url).toBe(first.url);
});

test('wrong options are all named at once', async () => {
  const wrong = { port: -1, remember: 0, operators: [{ firstName: '' }], speed: 9 } as never;
  await expect(startLiveTexEmulator(wrong)).rejects.toThrow(
    /these options: port: .*; operators\.0\.firstName: .*; remember: .*; unknown: "speed"/,
  );
});
