import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Transaction } from '../../../plugin/storage/contract.ts';
import { createTestClock } from '../../support/test-clock.ts';
import { checkAll, commandArbitrary, createLaneModel, perform } from './lane-model.ts';
import { job, type StorageDriver, statsOf } from './subject.ts';
import { createWorker } from './worker-bench.ts';
import { newestSeq } from '../../support/newest-seq.ts';

/** Random interleavings: order per lane kept, nothing lost, nothing claimed twice at once. */
export function propertyRules(driver: StorageDriver): void {
  describe('properties', () => {
    // oxlint-disable-next-line vitest/expect-expect -- the model checks after each command
    test('any sequence of calls does to the lanes what it does to a tiny model', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(commandArbitrary, { minLength: 5, maxLength: 60 }), async (commands) => {
          const clock = createTestClock();
          const storage = await driver.open(clock);
          const model = createLaneModel();
          try {
            for (const command of commands) await perform(command, { storage, clock, model });
            await checkAll({ storage, clock, model });
          } finally {
            await storage.close();
          }
        }),
        { numRuns: driver.propertyRuns },
      );
    });

    test('workers side by side, failing at random, perform each lane in order and nothing twice at once', async () => {
      const lanes = 6;
      const failures = fc.array(fc.constantFrom('ok', 'ok', 'throw', 'conflict', 'sync'), { minLength: 1 });
      await fc.assert(
        fc.asyncProperty(failures, fc.integer({ min: 1, max: 5 }), async (script, concurrency) => {
          const clock = createTestClock();
          const storage = await driver.open(clock);
          const under = new Set<string>();
          let step = 0;
          const handle = async (claimed: { lane: string; payload: unknown }) => {
            expect(under.has(claimed.lane)).toBe(false);
            under.add(claimed.lane);
            await storage.read((tx) => newestSeq(tx, 'x'));
            under.delete(claimed.lane);
            const what = script[(step += 1) % script.length];
            // The last word is always "ok", so that every job ends.
            if (what === 'throw' && step < 200) throw new Error('x');
            return {
              commit: async (tx: Transaction) => {
                await tx.appendStream(claimed.lane, Number(claimed.payload), 1);
                if (what === 'conflict' && step < 200)
                  throw Object.assign(new Error('x'), { code: 'storage_conflict' });
              },
            };
          };
          const subject = { storage, clock };
          const workers = [1, 2].map(() => createWorker(subject, handle, { concurrency }).worker);
          for (const worker of workers) worker.start();
          for (let n = 0; n < 4; n += 1) {
            await storage.transaction((tx) =>
              tx.enqueue(Array.from({ length: lanes }, (_, lane) => job(`lane ${lane}`, n))),
            );
          }
          for (let round = 0; round < 100; round += 1) {
            for (const worker of workers) await worker.idle();
            if ((await statsOf(storage)).jobs === 0) break;
            await clock.advance(300_000);
          }
          for (const worker of workers) await worker.stop();
          for (let lane = 0; lane < lanes; lane += 1) {
            const done = await storage.read((tx) => tx.readStream(`lane ${lane}`, { after: 0, limit: 100 }));
            expect(done.map(({ value }) => value)).toEqual([0, 1, 2, 3]);
          }
          await storage.close();
        }),
        { numRuns: Math.ceil(driver.propertyRuns / 3) },
      );
    });
  });
}
