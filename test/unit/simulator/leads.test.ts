import { expect, test } from 'vitest';
import { Journal } from '../../../runtime-shim/simulator/model/journal.ts';
import { Leads } from '../../../runtime-shim/simulator/model/leads.ts';
import { startRuntime } from '../../support/start-runtime.ts';
import { createTestClock } from '../../support/test-clock.ts';

test('a chat that is longer than one answer of the runtime is read to its end', async () => {
  const runtime = await startRuntime({ scripts: [{ code: 'start', commands: [] }] });
  const count = 45;
  for (let index = 0; index < count; index++) {
    await runtime.receive({ channel: 'telegram', externalId: '1', text: 'x'.repeat(100_000) });
  }
  await runtime.idle();
  expect((await runtime.messages('telegram', '1', 0)).length).toBeLessThan(count);
  const clock = createTestClock();
  const journal = new Journal(clock);
  const leads = new Leads({ journal, runtime: () => runtime, clock, logger: undefined });
  await leads.load();
  expect(journal.list('message').filter(({ from }) => from === 'lead')).toHaveLength(count);
  leads.close();
});
