import { expect, onTestFinished, test } from 'vitest';
import { createLiveTexPlugin } from '../../../plugin/index.ts';
import { openStorage, type Storage, systemClock } from '../../../plugin/storage/index.ts';
import { useEmulator } from '../../support/emulator.ts';
import { startRuntime } from '../../support/start-runtime.ts';

test('to act on a message of a known lead, storage is read once: lead, bot and dialog by one transaction', async () => {
  const inner = await openStorage('memory:', { clock: systemClock });
  onTestFinished(() => inner.close());
  const { url: baseUrl, token } = await useEmulator({});
  let reads = 0;
  const storage: Storage = {
    ...inner,
    read: (work) => {
      reads += 1;
      return inner.read(work);
    },
  };
  const runtime = await startRuntime(
    { scripts: [{ code: 'start', commands: [{ type: 'send_text', text: 'Здравствуйте!' }] }] },
    {
      storage,
      plugins: [(host, shared) => createLiveTexPlugin({ host, storage: shared, bindings: [{ token, baseUrl }] })],
    },
  );
  await runtime.say('раз');
  reads = 0;
  await runtime.say('два');
  expect(reads).toBe(1);
});
