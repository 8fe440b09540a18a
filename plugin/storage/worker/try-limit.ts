import type { ClaimedJob } from '../contract.ts';

/**
 * Failed tries after which a job is given up. With full jitter the waits between them (`backOff`) are half of their bounds
 * on average: a quarter of an hour for the first ten, 150 s each for the others, so this is a day of trying.
 *
 * Tries are counted, not hours: a server that was off, a clock that jumped, a backup that was put back and a machine that
 * slept have tried nothing.
 */
export const MOST_TRIES = 580;
/**
 * So many of them by this process itself. Our choice: with waits that have grown that is about half an hour, in which a
 * restart's or a restored backup's first troubles (network, name service, LiveTex's own) are over.
 */
export const TRIES_SINCE_START = 10;
/** Jobs remembered at one time; the one remembered longest is forgotten first, and gets its tries anew. Our choice: some megabytes. */
const MAX_REMEMBERED = 50_000;

/** How often the jobs of a queue are tried before they are given up. */
export interface TryLimit {
  /** Tries left after the one under way; 0: should it fail, the job is given up. */
  left(job: ClaimedJob): number;
  /** The try under way has failed, and the job stays. */
  failed(job: ClaimedJob): void;
  /** The job has left its lane. */
  ended(job: ClaimedJob): void;
}

export function createTryLimit(most: number = MOST_TRIES, sinceStart: number = TRIES_SINCE_START): TryLimit {
  /** Failed tries by this process, of jobs that are near their last: of all others the number says enough. */
  const tried = new Map<number, number>();
  return {
    left: (job) => Math.max(most - job.attempts, sinceStart - (tried.get(job.id) ?? 0), 1) - 1,
    failed({ id, attempts }) {
      if (attempts + 1 < most - sinceStart) return;
      tried.set(id, (tried.get(id) ?? 0) + 1);
      const [oldest] = tried.keys();
      if (tried.size > MAX_REMEMBERED && oldest !== undefined) tried.delete(oldest);
    },
    ended: ({ id }) => void tried.delete(id),
  };
}
