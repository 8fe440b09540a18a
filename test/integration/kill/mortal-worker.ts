/**
 * Works on two queues of the storage named on the command line until no job is left, then ends with code 0. A job says
 * what it does: `abort` and `heap` end the process, `waits` is still under way when the process dies, everything else is
 * written down as done. Whatever waits is hastened, as by `outbox retry all`: minutes of quiet before a suspect's next try are left out.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createLaneWorker, createSqliteStorage, type WorkerClock } from '../../../plugin/storage/index.ts';
import type { Logger } from '../../../plugin/storage/contract.ts';
import { createPostgresStorage } from '../../../plugin/storage/postgres/postgres-storage.ts';

const [spec = '', startAt = '0'] = process.argv.slice(2);
const FASTER = 10;
const LOOK_AGAIN_MS = 20;
/** More than there are. */
const STUCK_JOBS = 99;
const LEASE_MS = 3_600_000;
const begun = performance.now();

const clock: WorkerClock = {
  now: () => Number(startAt) + Math.round((performance.now() - begun) * FASTER),
  after(ms, act) {
    const timer = setTimeout(act, ms / FASTER);
    return () => clearTimeout(timer);
  },
};

const tell = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const logger: Logger = {
  info: () => undefined,
  warn: (message, facts) => tell({ message, ...facts }),
  error: (message, facts) => tell({ message, ...facts }),
};

const storage = spec.startsWith('postgres:')
  ? await createPostgresStorage(spec, { clock, timeSource: 'clock', nodeGoneAfterMs: 1_000, logger })
  : await createSqliteStorage(spec, { clock, logger });

function exhaustHeap(): void {
  const kept: unknown[] = [];
  for (;;) kept.push(Array.from({ length: 1_000 }, (_, n) => ({ n })));
}

const workers = ['one', 'two'].map((queue) =>
  createLaneWorker({
    storage,
    queue,
    concurrency: 16,
    deadlineMs: LEASE_MS - 1,
    leaseMs: LEASE_MS,
    clock,
    random: Math.random,
    handle: async (job) => {
      if (job.payload === 'abort') process.abort();
      if (job.payload === 'heap') exhaustHeap();
      if (job.payload === 'waits' && job.deaths === undefined) await new Promise(() => undefined);
      return {
        commit: async (tx) => {
          await tx.appendStream('done', job.lane, clock.now());
        },
      };
    },
    classify: (error) => ({ do: 'retry', error: String(error) }),
    onEvent: ({ type, job, error }) => tell({ type, lane: job.lane, error }),
    onError: (error) => tell({ failed: String(error) }),
  }),
);
for (const worker of workers) worker.start();
while ((await storage.stats()).some(({ jobs }) => jobs > 0)) {
  const stuck = await storage.listStuck(STUCK_JOBS);
  await storage.transaction(async (tx) => {
    for (const { id } of stuck) await tx.hasten(id);
  });
  await sleep(LOOK_AGAIN_MS);
}
for (const worker of workers) await worker.stop();
await storage.close();
