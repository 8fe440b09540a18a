import { expect, test } from 'vitest';
import { backOff } from '../../../plugin/storage/worker/settle-job.ts';
import { createTryLimit, MOST_TRIES, TRIES_SINCE_START } from '../../../plugin/storage/worker/try-limit.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import type { ClaimedJob } from '../../../plugin/storage/contract.ts';

const HOUR_MS = 3_600_000;

function jobWith(id: number, attempts: number): ClaimedJob {
  const common = {
    queue: 'q',
    lane: 'a',
    kind: 'send',
    payload: null,
    enqueuedAt: 1,
    firstFailedAt: 1,
    lastError: 'x',
  };
  return { ...common, id, attempts, claim: 'c', leaseUntil: 2 };
}

/** What the waits between all tries add up to, ms. */
function tryingTime(random: () => number): number {
  let sum = 0;
  for (let attempts = 0; attempts < MOST_TRIES - 1; attempts += 1) sum += backOff(attempts, random);
  return sum;
}

test('all tries of a job take about a day, whatever the jitter draws', () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const hours = tryingTime(seededRandom(seed)) / HOUR_MS;
    expect(hours).toBeGreaterThan(22);
    expect(hours).toBeLessThan(26);
  }
});

test('a job that is tried all the time ends with its last try', () => {
  const limit = createTryLimit();
  for (let attempts = 0; attempts < MOST_TRIES; attempts += 1) {
    expect(limit.left(jobWith(1, attempts))).toBe(MOST_TRIES - attempts - 1);
    limit.failed(jobWith(1, attempts));
  }
});

test('a process that begins at the end of the tries makes its own ones first', () => {
  const limit = createTryLimit();
  const lefts: number[] = [];
  for (let attempts = MOST_TRIES - 1; lefts.at(-1) !== 0; attempts += 1) {
    lefts.push(limit.left(jobWith(7, attempts)));
    limit.failed(jobWith(7, attempts));
  }
  expect(lefts).toEqual(Array.from({ length: TRIES_SINCE_START }, (_, n) => TRIES_SINCE_START - 1 - n));
  limit.ended(jobWith(7, 0));
  expect(limit.left(jobWith(7, MOST_TRIES))).toBe(TRIES_SINCE_START - 1);
});
