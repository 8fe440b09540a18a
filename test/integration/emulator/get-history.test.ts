import { expect, test } from 'vitest';
import { useEmulator } from '../../support/emulator.ts';
import { livetex } from './livetex-call.ts';

async function history(
  emulator: Parameters<typeof livetex>[0],
  body: Record<string, unknown>,
  version = '1.1',
): Promise<Array<Record<string, unknown>>> {
  const answer = await livetex(emulator, 'getHistory', { version, body: { user_id: 'u1', ...body } });
  expect(answer.body['success']).toBe(true);
  return answer.body['messages'] as Array<Record<string, unknown>>;
}

test('the history holds every kind of line, with its own fields and without the webhook key', async () => {
  const emulator = await useEmulator({ operators: [{ id: 'o', firstName: 'Анна', nickName: 'Аня' }] });
  const text = await livetex(emulator, 'sendText', { body: { user_id: 'u1', text: 'Вопрос' } });
  await livetex(emulator, 'selectDestination', {
    body: { user_id: 'u1', destination_type: 'Department', destination_id: '54321' },
  });
  emulator.dialogs.hold('u1', 'Подождите');
  emulator.dialogs.read('u1', 'o');
  emulator.dialogs.reply('u1', 'o', 'Ответ');
  emulator.dialogs.sendFile('u1', 'o', { url: 'https://example.com/f' });
  emulator.dialogs.close('u1', 'o');

  const common = { id: expect.any(String), user_id: 'u1', timestamp: expect.any(Number) };
  const employee = { employee_id: 'o', first_name: 'Анна', nick_name: 'Аня' };
  expect(await history(emulator, {})).toEqual([
    { ...common, type: 'TextMessage', id: text.body['message_id'], text: 'Вопрос', from: 'User' },
    { ...common, type: 'DestinationSelected', destination_type: 'Department', destination_id: '54321' },
    { ...common, type: 'HoldMessage', text: 'Подождите' },
    { ...common, type: 'MessageDelivered', message_id: text.body['message_id'], employee },
    { ...common, type: 'TextMessage', text: 'Ответ', employee, from: 'Employee' },
    { ...common, type: 'FileMessage', url: 'https://example.com/f', employee, from: 'Employee' },
    { ...common, type: 'Closed', touch_point_id: 'touch-point-1', employee },
  ]);
  const newest = await history(emulator, { limit: 1 }, '1.2');
  expect(newest).toMatchObject([{ type: 'Closed', employee: { ...employee, nick_name: 'Аня' } }]);
});

test('limit, message_id and chunk choose a piece; the named message is not in it', async () => {
  const emulator = await useEmulator();
  const ids: unknown[] = [];
  for (let index = 0; index < 30; index += 1) {
    const sent = await livetex(emulator, 'sendText', { body: { user_id: 'u1', text: `№${index}` } });
    ids.push(sent.body['message_id']);
  }
  const texts = async (body: Record<string, unknown>): Promise<unknown[]> =>
    (await history(emulator, body)).map((line) => line['text']);
  const numbers = (from: number, to: number): string[] =>
    Array.from({ length: to - from }, (_, index) => `№${from + index}`);

  expect(await texts({})).toEqual(numbers(10, 30));
  expect(await texts({ limit: 100 })).toEqual(numbers(0, 30));
  expect(await texts({ limit: 3, message_id: ids[10] })).toEqual(numbers(7, 10));
  expect(await texts({ limit: 3, message_id: ids[10], chunk: 'Before' })).toEqual(numbers(7, 10));
  expect(await texts({ limit: 3, message_id: ids[1] })).toEqual(numbers(0, 1));
  expect(await texts({ limit: 3, message_id: ids[10], chunk: 'After' })).toEqual(numbers(11, 14));
  expect(await texts({ limit: 3, message_id: ids[29], chunk: 'After' })).toEqual([]);
  expect(await texts({ chunk: 'After' })).toEqual([]);
});

test('a person who never wrote has an empty history', async () => {
  const emulator = await useEmulator();
  expect(await history(emulator, {})).toEqual([]);
});
