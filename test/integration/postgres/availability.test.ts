import { expect, test } from 'vitest';
import { type MinimalHost, LEAD, startMinimalHost } from '../../support/minimal-host.ts';
import { bindingOf } from '../../support/desk.ts';
import { startLiveTexEmulator } from '../../../runtime-shim/emulator/index.ts';
import { usePostgres } from '../../support/postgres-database.ts';
import { createTestClock } from '../../support/test-clock.ts';

const database = usePostgres();
const NODES = 3;
const SCRIPTS_PER_NODE = 500;
/** The cache's period (`plugin/client/availability.ts`), moved on by the test's clock. */
const CACHE_PERIOD_MS = 5_000;

test('scripts of several nodes ask LiveTex once per node and cache period', async () => {
  const emulator = await startLiveTexEmulator({ operators: [{ firstName: 'Анна', status: 'online' }] });
  // It stands still, so that all scripts ask in one period however slow the machine is.
  const clock = createTestClock();
  const url = database.emptySchema('&pool=3');
  const nodes: MinimalHost[] = [];
  try {
    for (let node = 0; node < NODES; node += 1) {
      const bindings = [bindingOf(emulator, 'https://bot.example.com')];
      nodes.push(await startMinimalHost({ bindings, clock, storage: url }));
    }
    const askAll = async (): Promise<Set<unknown>> => {
      const answers = nodes.flatMap(({ plugin }, node) =>
        Array.from({ length: SCRIPTS_PER_NODE }, async (_, script) => {
          const lead = { ...LEAD, externalId: `${node} ${script}` };
          const signal = AbortSignal.timeout(CACHE_PERIOD_MS * 10);
          return plugin.guest.functions.get('hasOnlineOperators')?.({ lead, signal }, null);
        }),
      );
      return new Set(await Promise.all(answers));
    };
    const asked = (): number => emulator.requests.count('getDestinations');

    expect(await askAll()).toEqual(new Set([true]));
    expect(asked()).toBe(NODES);
    await clock.advance(CACHE_PERIOD_MS - 1);
    await askAll();
    expect(asked()).toBe(NODES);
    await clock.advance(1);
    await askAll();
    expect(asked()).toBe(2 * NODES);
    // One that nobody asks does not ask LiveTex either.
    await clock.advance(CACHE_PERIOD_MS);
    expect(asked()).toBe(2 * NODES);
  } finally {
    for (const { plugin } of nodes) await plugin.close();
    await emulator.close();
  }
});
