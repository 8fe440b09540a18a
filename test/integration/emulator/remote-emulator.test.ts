import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { type RemoteLiveTexEmulator, connectLiveTexEmulator } from '../../../runtime-shim/emulator/index.ts';
import { useEmulator } from '../../support/emulator.ts';
import { startHttpServer } from '../../support/http-server.ts';
import { useWebhookReceiver } from './webhook-receiver.ts';
import { livetex } from './livetex-call.ts';

async function useConnection(url: string): Promise<RemoteLiveTexEmulator> {
  const remote = await connectLiveTexEmulator(url);
  onTestFinished(() => remote.close());
  return remote;
}

test('an emulator in another process is driven through a whole dialog', async () => {
  const child = fork(fileURLToPath(new URL('emulator-process.ts', import.meta.url)), { execArgv: [] });
  onTestFinished(async () => {
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  });
  const [{ url, token }] = (await once(child, 'message')) as [{ url: string; token: string }];
  const remote = await useConnection(`${url}/`);
  expect([remote.url, remote.token, remote.touchPointId]).toEqual([url, token, 'touch-point-1']);
  const receiver = await useWebhookReceiver();
  await livetex(remote, 'setWebhook', { body: { url: receiver.url, webhook_key: 'k' } });
  expect(await remote.webhooks.settings()).toEqual({ url: receiver.url, key: 'k' });

  const queued = remote.dialogs.when('u1', ({ state }) => state === 'queued');
  await livetex(remote, 'sendText', { body: { user_id: 'u1', text: 'Вопрос' } });
  await livetex(remote, 'selectDestination', {
    body: { user_id: 'u1', destination_type: 'Department', destination_id: '54321' },
  });
  expect(await queued).toMatchObject({ groupId: '54321' });

  await remote.operators.setStatus('anna', 'online');
  const boris = await remote.operators.add({ firstName: 'Борис', status: 'pause' });
  expect(await remote.operators.list()).toMatchObject([{ id: 'anna', status: 'online' }, boris]);
  await remote.dialogs.read('u1', 'anna');
  await remote.dialogs.reply('u1', 'anna', 'Ответ');
  await remote.dialogs.sendFile('u1', 'anna', { url: 'https://e.com/f' });
  await remote.dialogs.hold('u1', 'Подождите');
  await remote.dialogs.transfer('u1', boris.id);
  await remote.dialogs.close('u1', boris.id);
  await remote.webhooks.send({ type: 'Novelty' });
  await remote.webhooks.idle();
  expect(receiver.events.map(({ type }) => type).toSorted()).toEqual(
    ['SelectDestination', 'MessageDelivered', 'TextMessage', 'FileMessage', 'HoldMessage', 'Closed', 'Novelty'].sort(),
  );
  expect(await remote.webhooks.deliveries()).toHaveLength(7);
  expect(await remote.dialogs.get('u1')).toMatchObject({ state: 'closed' });
  expect(await remote.dialogs.get('u2')).toBeUndefined();
  expect(await remote.dialogs.list()).toHaveLength(1);
  expect([await remote.requests.count(), await remote.requests.count('sendText')]).toEqual([3, 1]);
  expect(await remote.requests.list('sendText')).toMatchObject([{ status: 200 }]);
});

test('faults, groups and the webhook are set from afar', async () => {
  const emulator = await useEmulator();
  const remote = await useConnection(emulator.url);
  const end = await remote.faults.add({ kind: 'status', status: 503 });
  await remote.faults.add({ kind: 'echo' });
  expect((await livetex(emulator, 'getDestinations')).status).toBe(503);
  expect(await remote.faults.states()).toMatchObject([{ used: 1 }, { used: 0 }]);
  await end();
  expect(await remote.faults.list()).toEqual([{ kind: 'echo' }]);
  await remote.faults.clear();
  expect(emulator.faults.list()).toEqual([]);
  await remote.groups.add({ id: 'g', name: 'Вторая' });
  expect(await remote.groups.list()).toEqual(emulator.groups.list());
  await remote.groups.remove('g');
  expect(emulator.groups.list()).toHaveLength(1);
  await livetex(emulator, 'setWebhook', { body: { url: 'https://example.com/', webhook_key: 'k' } });
  await remote.webhooks.unset();
  expect(emulator.webhooks.settings.url).toBe('');
  await remote.webhooks.clear();
  expect(await remote.webhooks.pending()).toBe(0);
  await remote.requests.clear();
  expect(emulator.requests.count()).toBe(0);
});

test('the emulator’s refusals keep their code and message on the way', async () => {
  const emulator = await useEmulator();
  const remote = await useConnection(emulator.url);
  await expect(remote.dialogs.read('u1', 'x')).rejects.toMatchObject({
    code: 'emulator_unknown',
    message: 'the emulator knows no dialog "u1"; known: none',
  });
  await livetex(emulator, 'sendText', { body: { user_id: 'u1', text: 'Привет' } });
  await expect(remote.dialogs.transfer('u1', '1001')).rejects.toMatchObject({ code: 'emulator_refused' });
  await expect(remote.faults.add({ kind: 'latency', ms: -1 })).rejects.toMatchObject({
    code: 'emulator_option_invalid',
    message: expect.stringContaining('ms: '),
  });
  await expect(remote.operators.setStatus('1001', 'asleep' as never)).rejects.toThrow('these arguments: 1: ');
  await expect(remote.dialogs.when('u1', () => false, 1)).rejects.toMatchObject({ code: 'emulator_wait_timeout' });
});

test('changes are told from afar, and the telling ends with the emulator', async () => {
  const emulator = await useEmulator();
  const remote = await useConnection(emulator.url);
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = remote.onChange(resolve);
  // The watching begins with a request of its own; until it waits, a change would be the state it starts from.
  const knock = setInterval(() => emulator.operators.setStatus('1001', 'away'), 5);
  await promise;
  clearInterval(knock);
  stop();
  const waiting = remote.dialogs.when('u1', () => true);
  await Promise.all([emulator.close(), expect(waiting).rejects.toMatchObject({ code: 'emulator_control_failed' })]);
  await expect(connectLiveTexEmulator(emulator.url)).rejects.toMatchObject({ code: 'emulator_control_failed' });
});

test('what is no emulator is told apart', async () => {
  const server = await startHttpServer(() => ({ body: '{"hello":"world"}' }));
  await expect(connectLiveTexEmulator(server.url)).rejects.toMatchObject({
    code: 'emulator_control_failed',
    message: expect.stringContaining('it answered HTTP 200, not as an emulator does'),
  });
});
