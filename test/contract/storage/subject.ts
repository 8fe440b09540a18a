import { afterEach, beforeEach } from 'vitest';
import type { ClaimedJob, Json, NewJob, QueueStats, Storage, Transaction } from '../../../plugin/storage/contract.ts';
import { createTestClock, type TestClock } from '../../support/test-clock.ts';

/** What a driver's test file provides: an empty storage on a test's clock. The suite closes it. */
export interface StorageDriver {
  readonly name: string;
  readonly open: (clock: TestClock) => Promise<Storage>;
  /** Runs of each property: fewer for a driver that takes long. */
  readonly propertyRuns: number;
}

export interface Subject {
  readonly storage: Storage;
  readonly clock: TestClock;
}

/** Opens an empty storage for each test of the surrounding `describe`, and closes it. */
export function useSubject(driver: StorageDriver): () => Subject {
  let subject: Subject | undefined;
  beforeEach(async () => {
    const clock = createTestClock();
    subject = { storage: await driver.open(clock), clock };
  });
  afterEach(async () => {
    await subject?.storage.close();
    subject = undefined;
  });
  return () => {
    if (subject === undefined) throw new Error('no storage is open outside a test');
    return subject;
  };
}

export const QUEUE = 'livetex:main';
export const LEASE_MS = 60_000;

export function job(lane: string, payload: Json, queue: string = QUEUE): NewJob {
  return { queue, lane, kind: 'send', payload };
}

export function write<T>(storage: Storage, work: (tx: Transaction) => Promise<T>): Promise<T> {
  return storage.transaction(work);
}

export async function enqueue(storage: Storage, ...jobs: NewJob[]): Promise<void> {
  await storage.transaction((tx) => tx.enqueue(jobs));
}

export function claim(
  storage: Storage,
  limit: number = 10,
  more: { readonly queue?: string; readonly maxClaimed?: number; readonly prefixes?: readonly string[] } = {},
): Promise<ClaimedJob[]> {
  return storage.claim({ queue: QUEUE, limit, leaseMs: LEASE_MS, ...more });
}

/** Claims exactly one job. */
export async function claimOne(storage: Storage): Promise<ClaimedJob> {
  const [first, ...others] = await claim(storage, 1);
  if (first === undefined || others.length > 0) throw new Error('expected one job to be claimable');
  return first;
}

export function payloads(jobs: readonly { readonly payload: Json }[]): Json[] {
  return jobs.map(({ payload }) => payload);
}

/** The names of all lanes' jobs, head first. */
export async function waiting(storage: Storage, lane: string): Promise<Json[]> {
  return payloads(await storage.read((tx) => tx.listJobs(QUEUE, lane, 1_000)));
}

/** A queue's counts; a driver may leave out a queue with nothing in it. */
export async function statsOf(storage: Storage, queue: string = QUEUE): Promise<QueueStats> {
  const empty = { queue, lanes: 0, jobs: 0, oldestAt: null, retrying: 0, dead: 0, timers: 0 };
  return (await storage.stats()).find((stats) => stats.queue === queue) ?? empty;
}
