import { expect, it } from 'vitest';
import { createHousekeeping } from '../../../plugin/operations/housekeeping.ts';
import { createMemoryStorage } from '../../../plugin/storage/index.ts';
import { createTestClock } from '../../support/test-clock.ts';

const DAY_MS = 24 * 3_600_000;
const logger = { debug() {}, info() {}, warn() {}, error() {} };

it('forgets ids that nobody can repeat any more, and leaves no timer behind', async () => {
  const clock = createTestClock();
  const storage = createMemoryStorage({ clock });
  const remember = (id: string) => storage.transaction((tx) => tx.remember('events', id, 'accepted'));
  const housekeeping = createHousekeeping({ storage, clock, logger });
  housekeeping.start();
  for (let index = 0; index < 3_000; index += 1) await remember(`${index}`);
  await clock.advance(2 * DAY_MS);
  expect(await remember('7')).toEqual({ value: 'accepted' });
  await clock.advance(2 * DAY_MS);
  expect(await remember('7')).toBeUndefined();
  await housekeeping.stop();
  expect(clock.pending()).toBe(0);
  await storage.close();
});

it('goes on after storage has failed', async () => {
  const clock = createTestClock();
  let calls = 0;
  const storage = { ...createMemoryStorage({ clock }), prune: () => Promise.reject(new Error(`disk ${(calls += 1)}`)) };
  const housekeeping = createHousekeeping({ storage, clock, logger });
  housekeeping.start();
  await clock.advance(DAY_MS);
  expect(calls).toBe(24);
  await housekeeping.stop();
});
