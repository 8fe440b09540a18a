import type { ClaimedJob, Storage } from '../../../plugin/storage/contract.ts';
import { createLaneWorker } from '../../../plugin/storage/index.ts';
import type {
  JobAttempt,
  JobOutcome,
  LaneWorker,
  LaneWorkerEvent,
  LaneWorkerOptions,
} from '../../../plugin/storage/lane-worker-contract.ts';
import type { TestClock } from '../../support/test-clock.ts';
import { LEASE_MS, QUEUE } from './subject.ts';

export const DEADLINE_MS = 30_000;

export interface WorkerUnderTest {
  readonly worker: LaneWorker;
  readonly events: LaneWorkerEvent[];
  readonly errors: unknown[];
}

/** A worker on the test's clock whose jitter is always the full bound, and what it reported. */
export function createWorker(
  subject: { readonly storage: Storage; readonly clock: TestClock },
  handle: (job: ClaimedJob, attempt: JobAttempt) => Promise<unknown>,
  more: Partial<LaneWorkerOptions> = {},
): WorkerUnderTest {
  const events: LaneWorkerEvent[] = [];
  const errors: unknown[] = [];
  const worker = createLaneWorker({
    storage: subject.storage,
    queue: QUEUE,
    concurrency: 8,
    deadlineMs: DEADLINE_MS,
    leaseMs: LEASE_MS,
    handle: async (job, attempt) => Object(await handle(job, attempt)) as JobOutcome,
    classify: (error) => ({ do: 'retry', error: error instanceof Error ? error.message : 'unknown' }),
    clock: subject.clock,
    random: () => 1,
    onEvent: (event) => events.push(event),
    onError: (error) => errors.push(error),
    ...more,
  });
  return { worker, events, errors };
}

/** A promise that the test settles. */
export function deferred<T = void>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (error: unknown) => void;
} {
  return Promise.withResolvers<T>();
}
