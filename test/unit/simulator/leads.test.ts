import { expect, test } from 'vitest';
import { Journal } from '../../../runtime-shim/simulator/model/journal.ts';
import { Leads } from '../../../runtime-shim/simulator/model/leads.ts';
import { startRuntime } from '../../support/start-runtime.ts';
import { createTestClock } from '../../support/test-clock.ts';

test('a forgotten lead is gone from the page, and the only one makes room for a new one of its name', async () => {
  const runtime = await startRuntime({ scripts: [{ code: 'start', commands: [] }] });
  const clock = createTestClock();
  const journal = new Journal(clock);
  const leads = new Leads({ journal, runtime: () => runtime, clock, logger: undefined });
  runtime.onActivity((activity) => leads.observe(activity));
  const anna = leads.add({ channel: 'telegram', externalId: '1', name: 'Анна' });
  const boris = leads.add({ channel: 'telegram', externalId: '2', name: 'Борис' });
  await runtime.receive({ channel: 'telegram', externalId: '1', text: 'привет' });
  await runtime.idle();
  await runtime.forgetLead('telegram', '1');
  expect(leads.forget(anna, 'new')).toEqual(boris);
  // What was to be read of it anew is not.
  await clock.advance(1_000);
  expect(journal.list('lead')).toEqual([boris]);
  expect(journal.list('message')).toEqual([]);
  expect(leads.forget(boris, 'new')).toMatchObject({ name: 'Борис', externalId: 'new' });
  leads.close();
});

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
