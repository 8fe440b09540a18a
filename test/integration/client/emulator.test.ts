import { expect, onTestFinished, test } from 'vitest';
import { startLiveTexEmulator } from '../../../runtime-shim/emulator/index.ts';
import type { EmulatorFault, EmulatorOptions } from '../../../runtime-shim/emulator/emulator-contract.ts';
import { createTestClient, errorOf } from '../../support/livetex-client.ts';

/** The client and the emulator were written apart from one page of facts: here they meet. */
async function start(options: EmulatorOptions = {}, apiVersion: '1.0' | '1.1' | '1.2' = '1.2') {
  const emulator = await startLiveTexEmulator(options);
  onTestFinished(() => emulator.close());
  const { binding, client } = createTestClient(emulator.url, { token: emulator.token, apiVersion });
  return { emulator, binding, client };
}

const USER = 'support:web:7';

test('the documented "Hello World": groups, a message, the selection, its history', async () => {
  const { emulator, binding } = await start({
    groups: [{ id: '54321', name: 'Группа для Messaging API' }],
    operators: [{ firstName: 'Анна', groupId: '54321', status: 'online' }],
  });
  const [group] = await binding.getDestinations();
  expect(group).toMatchObject({ destination_id: '54321', name: 'Группа для Messaging API', has_online: true });

  const { messageId } = await binding.sendText({ user_id: USER, text: 'Hello World!' });
  expect(messageId).not.toBe('');
  expect(await binding.getCurrentDestination(USER)).toBeUndefined();
  await binding.selectDestination({
    user_id: USER,
    destination_type: 'Department',
    destination_id: '54321',
    name: 'Иванов Василий Петрович',
    attributes: { 'Номер заказа': '№98765' },
  });
  expect(await binding.getCurrentDestination(USER)).toMatchObject({ destination_id: '54321' });
  await binding.sendFile({ user_id: USER, url: 'https://e.com/a.png', file_name: 'a.png', size: 10, comment: 'чек' });
  const history = await binding.getHistory({ user_id: USER });
  expect(history.map((message) => message['type'])).toContain('TextMessage');

  expect(emulator.dialogs.get(USER)).toMatchObject({
    name: 'Иванов Василий Петрович',
    attributes: { 'Номер заказа': '№98765' },
    messages: [{ text: 'Hello World!' }, { file: { url: 'https://e.com/a.png', name: 'a.png', size: 10 } }],
  });
});

test('the webhook is set and read back; none is an empty address', async () => {
  const { binding } = await start();
  expect(await binding.getWebhookSettings()).toEqual({ url: '' });
  await binding.setWebhook({ url: 'https://bot.example.com/webhook/livetex/main', webhook_key: 'k' });
  expect(await binding.getWebhookSettings()).toEqual({ url: 'https://bot.example.com/webhook/livetex/main' });
});

test('what the emulator refuses has the row that the documentation asks for', async () => {
  const { emulator, binding, client } = await start();
  const access = { baseUrl: emulator.url, apiVersion: '1.2', requestTimeoutMs: 60_000 } as const;
  const stranger = client.binding({ id: 'stranger', token: 'wrong', ...access });
  expect((await errorOf(stranger.getDestinations())).code).toBe('livetex_token_refused');
  expect(await stranger.availability()).toMatchObject({ state: 'unknown', error: { code: 'livetex_token_refused' } });
  const unknownGroup = { user_id: USER, destination_type: 'Department', destination_id: 'no such' } as const;
  expect((await errorOf(binding.selectDestination(unknownGroup))).code).toBe('livetex_refused');
  expect((await errorOf(binding.setWebhook({ url: 'no address', webhook_key: 'k' }))).message).toContain('HTTP 400');
});

const FAULTS: ReadonlyArray<readonly [EmulatorFault, string]> = [
  [{ kind: 'status', status: 500 }, 'livetex_failed'],
  [{ kind: 'status', status: 503, retryAfter: '7' }, 'livetex_failed'],
  [{ kind: 'status', status: 429, retryAfter: '7' }, 'livetex_rate_limited'],
  [{ kind: 'status', status: 403, code: 8 }, 'livetex_method_forbidden'],
  [{ kind: 'status', status: 400, code: 9 }, 'livetex_refused'],
  [{ kind: 'status', status: 413 }, 'livetex_refused'],
  [{ kind: 'reset', when: 'before' }, 'livetex_unreachable'],
  [{ kind: 'reset', when: 'after' }, 'livetex_unreachable'],
  [{ kind: 'html' }, 'livetex_answer_invalid'],
  [{ kind: 'token' }, 'livetex_token_refused'],
];

test.each(FAULTS)('%j is %s, and the next request is well', async (fault, code) => {
  const { emulator, binding } = await start();
  const end = emulator.faults.add(fault);
  const error = await errorOf(binding.sendText({ user_id: USER, text: 'a' }));
  expect(error.code).toBe(code);
  expect(error.facts['retryAfterMs']).toBe('retryAfter' in fault ? 7_000 : undefined);
  end();
  expect((await binding.sendText({ user_id: USER, text: 'b' })).messageId).not.toBe('');
});

test('10,000 callers at once cause one getDestinations, counted at the emulator', async () => {
  const { emulator, binding } = await start({ operators: [{ firstName: 'Анна', status: 'online' }] });
  const seen = await Promise.all(Array.from({ length: 10_000 }, () => binding.availability()));
  expect(new Set(seen.map(({ state }) => state))).toEqual(new Set(['online']));
  expect(emulator.requests.count('getDestinations')).toBe(1);
});
