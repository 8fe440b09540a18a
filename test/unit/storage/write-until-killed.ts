/**
 * Writes to the SQLite folder named on the command line until it is killed, and says on stdout what storage has
 * acknowledged: `enqueued <n>` and `completed <n>`, each after its transaction has resolved.
 */
import { createSqliteStorage, systemClock } from '../../../plugin/storage/index.ts';
import { newestSeq } from '../../support/newest-seq.ts';

const storage = await createSqliteStorage(process.argv[2] ?? '', { clock: systemClock });
const LANES = 5;

async function enqueueForever(): Promise<void> {
  let number = await storage.read((tx) => newestSeq(tx, 'enqueued'));
  for (;;) {
    number += 1;
    const n = number;
    await storage.transaction(async (tx) => {
      await tx.appendStream('enqueued', n, systemClock.now());
      await tx.enqueue([{ queue: 'q', lane: `lane ${n % LANES}`, kind: 'k', payload: n }]);
    });
    process.stdout.write(`enqueued ${n}\n`);
  }
}

async function completeForever(): Promise<void> {
  for (;;) {
    const jobs = await storage.claim({ queue: 'q', limit: 3, leaseMs: 60_000 });
    await Promise.all(
      jobs.map(async (job) => {
        await storage.transaction(async (tx) => {
          await tx.appendStream('completed', job.payload, systemClock.now());
          await tx.complete(job);
        });
        process.stdout.write(`completed ${Number(job.payload)}\n`);
      }),
    );
  }
}

await Promise.all([enqueueForever(), completeForever()]);
