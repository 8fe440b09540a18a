import { expect, test } from 'vitest';
import { useEmulator } from '../../support/emulator.ts';
import { livetex } from './livetex-call.ts';

const SELECTION = { user_id: 'u1', destination_type: 'Department', destination_id: 'b' };
const GROUPS = [
  { id: 'a', name: 'Первая' },
  { id: 'b', name: 'Вторая' },
];

test('destinations keep the order of the groups; is_available exists from 1.2 on and counts slots', async () => {
  const emulator = await useEmulator({
    groups: GROUPS,
    operators: [
      { id: 'o1', firstName: 'Анна', groupId: 'a', status: 'pause' },
      { id: 'o2', firstName: 'Борис', groupId: 'b', status: 'online', slots: 1 },
    ],
  });
  const first = { destination_type: 'Department', destination_id: 'a', name: 'Первая', has_online: false };
  const second = { destination_type: 'Department', destination_id: 'b', name: 'Вторая', has_online: true };
  for (const version of ['1.0', '1.1'])
    expect((await livetex(emulator, 'getDestinations', { version })).body).toEqual({
      success: true,
      destinations: [first, second],
    });

  const available = async (): Promise<unknown> => (await livetex(emulator, 'getDestinations', { version: '1.2' })).body;
  expect(await available()).toEqual({
    success: true,
    destinations: [
      { ...first, is_available: false },
      { ...second, is_available: true },
    ],
  });
  await livetex(emulator, 'selectDestination', { body: SELECTION });
  emulator.dialogs.read('u1', 'o2');
  expect(await available()).toMatchObject({ destinations: [{}, { has_online: true, is_available: false }] });
  emulator.dialogs.close('u1', 'o2');
  expect(await available()).toMatchObject({ destinations: [{}, { is_available: true }] });
});

test.each(['online', 'pause', 'away', 'offline'] as const)('of the statuses only online counts: %s', async (status) => {
  const emulator = await useEmulator({ operators: [{ id: 'o', firstName: 'Анна' }] });
  emulator.operators.setStatus('o', status);
  const answer = await livetex(emulator, 'getDestinations');
  expect(answer.body).toMatchObject({ destinations: [{ has_online: status === 'online' }] });
});

test('an emulator without groups answers with none', async () => {
  const emulator = await useEmulator({ groups: [] });
  expect((await livetex(emulator, 'getDestinations')).body).toEqual({ destinations: [], success: true });
});

test('the current destination is there while one is selected', async () => {
  const emulator = await useEmulator({ groups: GROUPS, operators: [{ id: 'o', firstName: 'Анна', groupId: 'b' }] });
  const current = async (version: string): Promise<unknown> =>
    (await livetex(emulator, 'getCurrentDestination', { version, body: { user_id: 'u1' } })).body;
  expect(await current('1.1')).toEqual({ success: true });

  await livetex(emulator, 'selectDestination', { body: SELECTION });
  const destination = { destination_type: 'Department', destination_id: 'b', name: 'Вторая', has_online: false };
  expect(await current('1.1')).toEqual({ success: true, destination });
  expect(await current('1.2')).toEqual({ success: true, destination: { ...destination, is_available: false } });

  emulator.dialogs.close('u1', 'o');
  expect(await current('1.1')).toEqual({ success: true });
});

test('a file keeps its name, size and comment; its answer is that of a message', async () => {
  const emulator = await useEmulator();
  const file = { url: 'https://example.com/a.pdf', file_name: 'a.pdf', size: 12, comment: '👤 Пользователь' };
  const answer = await livetex(emulator, 'sendFile', { body: { user_id: 'u1', ...file } });
  expect(answer.body).toEqual({ success: true, message_id: expect.any(String), timestamp: expect.any(Number) });
  expect(emulator.dialogs.get('u1')?.messages).toEqual([
    {
      id: answer.body['message_id'],
      from: 'user',
      file: { url: file.url, name: 'a.pdf', size: 12, comment: file.comment },
      at: answer.body['timestamp'],
      read: false,
    },
  ]);
});

test('the same text twice is two messages: LiveTex is not idempotent', async () => {
  const emulator = await useEmulator();
  const body = { user_id: 'u1', text: 'Привет' };
  const ids = [await livetex(emulator, 'sendText', { body }), await livetex(emulator, 'sendText', { body })];
  expect(new Set(ids.map((answer) => answer.body['message_id'])).size).toBe(2);
  expect(emulator.dialogs.get('u1')?.messages).toHaveLength(2);
});

test('the webhook is what was set last; none is an empty URL', async () => {
  const emulator = await useEmulator();
  expect((await livetex(emulator, 'getWebhookSettings')).body).toEqual({ url: '', success: true });
  const body = { url: 'https://example.com/hook', webhook_key: 'k' };
  await livetex(emulator, 'setWebhook', { version: '1.2', body: { ...body, webhook_event_types: ['Closed'] } });
  expect(emulator.webhooks.settings).toEqual({ url: body.url, key: 'k', eventTypes: ['Closed'] });
  const settings = async (version: string): Promise<unknown> =>
    (await livetex(emulator, 'getWebhookSettings', { version })).body;
  expect(await settings('1.1')).toEqual({ url: body.url, webhook_event_types: ['Closed'], success: true });
  await livetex(emulator, 'setWebhook', { body });
  expect(await settings('1.2')).toMatchObject({
    webhook_event_types: expect.arrayContaining(['Closed', 'TextMessage']),
  });
  expect(emulator.webhooks.settings).toEqual({ url: body.url, key: 'k' });
  expect((await livetex(emulator, 'getWebhookSettings')).body).toEqual({ url: body.url, success: true });
  emulator.webhooks.unset();
  expect((await livetex(emulator, 'getWebhookSettings')).body).toEqual({ url: '', success: true });
});

test('requests are remembered within the bound and counted beyond it', async () => {
  const emulator = await useEmulator({ remember: 3 });
  for (let index = 0; index < 5; index += 1) await livetex(emulator, 'getDestinations');
  await livetex(emulator, 'sendText', { body: { user_id: 'u1', text: 'Привет' } });
  expect(emulator.requests.list().map(({ seq }) => seq)).toEqual([4, 5, 6]);
  expect([emulator.requests.count(), emulator.requests.count('getDestinations')]).toEqual([6, 5]);
  expect(emulator.requests.list('sendText')).toMatchObject([
    { version: '1.0', method: 'sendText', body: { user_id: 'u1', text: 'Привет' }, status: 200 },
  ]);
  emulator.requests.clear();
  expect([emulator.requests.list(), emulator.requests.count()]).toEqual([[], 0]);
});

test('an account has the versions that it was given; a group may go', async () => {
  const emulator = await useEmulator({ groups: GROUPS, versions: ['1.0', '1.1'] });
  expect(await livetex(emulator, 'getDestinations', { version: '1.2' })).toMatchObject({
    status: 403,
    body: { error_code: 8 },
  });
  emulator.groups.remove('a');
  expect((await livetex(emulator, 'getDestinations', { version: '1.1' })).body).toMatchObject({
    destinations: [{ destination_id: 'b' }],
  });
  expect(() => emulator.groups.remove('a')).toThrow('no group "a"');
  expect((await livetex(emulator, 'selectDestination', { body: { ...SELECTION, destination_id: 'a' } })).status).toBe(
    400,
  );
});
