import { expect, test } from 'vitest';
import type { ClaimedJob, Storage } from '../../../plugin/storage/contract.ts';
import { between, seededRandom } from '../../support/seeded-random.ts';
import type { TestClock } from '../../support/test-clock.ts';

/** Processes that follow one another on the same data. */
export interface Lives {
  readonly clock: TestClock;
  /** The process that lives now. */
  storage(): Storage;
  /** It is killed, and the next one has begun and noticed it. */
  die(): Promise<void>;
}

const LEASE_MS = 100_000;
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
/** The longest try. */
const TRY_MS = 45_000;
/** What a job waits for in quiet, by its deaths (docs/decisions/0013-who-ended-the-process.md). */
const QUIET_MS: Readonly<Record<number, number>> = { 2: MINUTE_MS, 3: 4 * MINUTE_MS, 4: 16 * MINUTE_MS };
const GIVEN_UP = 5;
const SEED = 13;
/** Bounds a hang only: each life opens storage anew. */
const TIMEOUT_MS = 300_000;

/** Which job is held to have ended a process. `manyLives`: as many as would decide several times over. */
export function describeDeaths(begin: () => Promise<Lives>, manyLives = 40): void {
  const claim = (lives: Lives, limit = 9): Promise<ClaimedJob[]> =>
    lives.storage().claim({ queue: 'q', limit, leaseMs: LEASE_MS });
  const enqueue = (lives: Lives, ...lanes: string[]): Promise<void> =>
    lives
      .storage()
      .transaction((tx) => tx.enqueue(lanes.map((lane) => ({ queue: 'q', lane, kind: 'run', payload: lane }))));
  const complete = (lives: Lives, jobs: readonly ClaimedJob[]): Promise<void> =>
    lives.storage().transaction(async (tx) => {
      for (const job of jobs) await tx.complete(job);
    });
  /** Takes and ends everything that may be taken, and is not deadly. */
  async function endAll(lives: Lives, isDeadly: (lane: string) => boolean): Promise<void> {
    for (;;) {
      const jobs = await claim(lives);
      if (jobs.some(({ lane }) => isDeadly(lane))) throw new Error('it was not its turn');
      if (jobs.length === 0) return;
      await complete(lives, jobs);
    }
  }
  const deathsOf = (jobs: readonly ClaimedJob[], lane: string): number | undefined => {
    const job = jobs.find((one) => one.lane === lane);
    return job === undefined ? undefined : (job.deaths ?? 0);
  };

  test(
    'a job that ends each process that tries it is given up at the fifth, in a process that is never idle too',
    { timeout: TIMEOUT_MS },
    async () => {
      const lives = await begin();
      await enqueue(lives, 'deadly');
      for (let deaths = 0; deaths < GIVEN_UP; deaths += 1) {
        const quiet = QUIET_MS[deaths] ?? 0;
        if (quiet > 0) {
          await lives.clock.advance(quiet - SECOND_MS);
          await endAll(lives, (lane) => lane === 'deadly');
          await lives.clock.advance(SECOND_MS);
        }
        // Somebody else is always under way beside it.
        await enqueue(lives, `new ${deaths}`);
        const jobs = await claim(lives);
        expect([deaths, deathsOf(jobs, 'deadly')]).toEqual([deaths, deaths]);
        await lives.die();
      }
      const jobs = await claim(lives);
      // Before it the new one of the last life, which has fewer deaths.
      await complete(lives, jobs);
      expect(deathsOf([...jobs, ...(await claim(lives))], 'deadly')).toBe(GIVEN_UP);
    },
  );

  test('two deadly jobs are both given up, and nobody beside them', { timeout: TIMEOUT_MS }, async () => {
    const lives = await begin();
    const deadly = new Set(['deadly one', 'deadly two']);
    await enqueue(lives, ...deadly, 'other one', 'other two');
    let deaths = 0;
    for (let minutes = 0; deadly.size > 0 && minutes < 90; minutes += 1) {
      for (let jobs = await claim(lives); jobs.length > 0; jobs = await claim(lives)) {
        const given = jobs.filter((job) => (job.deaths ?? 0) >= GIVEN_UP);
        for (const { lane } of given) expect(deadly.delete(lane)).toBe(true);
        if (jobs.some(({ lane }) => deadly.has(lane))) {
          deaths += 1;
          await lives.die();
        } else {
          await complete(lives, jobs);
        }
      }
      await lives.clock.advance(MINUTE_MS);
    }
    expect([...deadly]).toEqual([]);
    // They may share the first.
    expect(deaths).toBeLessThanOrEqual(2 * GIVEN_UP);
    expect(deaths).toBeGreaterThanOrEqual(2 * GIVEN_UP - 1);
  });

  test.each([
    ['several times a minute', [1, 59], 2],
    ['at any moment within a few minutes', [1, 200], GIVEN_UP - 1],
  ] as const)(
    'no job that hangs is given up by whoever kills %s',
    { timeout: TIMEOUT_MS },
    async (_name, [shortest, longest], most) => {
      const lives = await begin();
      const random = seededRandom(SEED);
      const lanes = ['a', 'b', 'c', 'd', 'e'];
      await enqueue(lives, ...lanes);
      const seen = new Set<number>();
      for (let life = 0; life < manyLives; life += 1) {
        let underWay: Array<{ readonly job: ClaimedJob; readonly since: number }> = [];
        const killedAt = lives.clock.now() + between(random, shortest, longest) * SECOND_MS;
        for (;;) {
          const now = lives.clock.now();
          const ended = underWay.filter(({ since }) => now - since >= TRY_MS);
          underWay = underWay.filter((one) => !ended.includes(one));
          await lives.storage().transaction(async (tx) => {
            for (const { job } of ended) await tx.retry(job, { notBefore: now, error: 'job_deadline' });
          });
          const jobs = await claim(lives);
          for (const job of jobs) {
            seen.add(job.deaths ?? 0);
            underWay.push({ job, since: now });
          }
          if (now >= killedAt) break;
          // The next thing that can happen: a try ends, a quiet is over, the kill.
          const next = Math.min(killedAt, now + 15 * SECOND_MS, ...underWay.map(({ since }) => since + TRY_MS));
          await lives.clock.advance(next - now);
        }
        await lives.die();
      }
      expect(Math.max(...seen)).toBeLessThanOrEqual(most);
      // Everybody has been a suspect again and again, else nothing is shown.
      expect([...seen]).toEqual(expect.arrayContaining([0, 1]));
      // In the end all of them end in order.
      for (let minutes = 0; minutes < 20; minutes += 1) {
        await endAll(lives, () => false);
        await lives.clock.advance(MINUTE_MS);
      }
      expect((await lives.storage().stats()).reduce((sum, { jobs }) => sum + jobs, 0)).toBe(0);
    },
  );

  /** Two suspects of two deaths each. */
  async function twoSuspects(lives: Lives): Promise<void> {
    await enqueue(lives, 'one', 'two');
    await claim(lives);
    await lives.die();
    expect(deathsOf(await claim(lives), 'one')).toBe(1);
    await lives.die();
    expect(deathsOf(await claim(lives), 'two')).toBe(1);
    await lives.die();
    expect(await claim(lives)).toEqual([]);
  }

  test('a suspect that ends in order after two deaths clears the others', async () => {
    const lives = await begin();
    await twoSuspects(lives);
    await lives.clock.advance(MINUTE_MS);
    const jobs = await claim(lives);
    expect(jobs).toMatchObject([{ deaths: 2 }]);
    await complete(lives, jobs);
    expect(await claim(lives)).toMatchObject([{ deaths: 1 }]);
  });

  test('who died without a suspect clears all, when everything that was under way then has ended in order', async () => {
    const lives = await begin();
    await twoSuspects(lives);
    await enqueue(lives, 'new');
    expect(await claim(lives)).toMatchObject([{ lane: 'new' }]);
    await lives.die();
    const jobs = await claim(lives);
    expect(jobs).toMatchObject([{ lane: 'new', deaths: 1 }]);
    // Not yet: the new one may be what ended it. Its end shows that it is not.
    await complete(lives, jobs);
    await lives.clock.advance(MINUTE_MS);
    expect(await claim(lives)).toMatchObject([{ deaths: 1 }]);
    // One with nothing at all under way shows it at once.
    await lives.die();
    expect((await claim(lives)).map(({ deaths }) => deaths)).toEqual([1]);
    await lives.die();
    await lives.die();
    await lives.clock.advance(MINUTE_MS);
    expect((await claim(lives)).map(({ deaths }) => deaths)).toEqual([1]);
  });

  test('a new job that ends each process clears nobody, but the quiet begins anew with each death', async () => {
    const lives = await begin();
    await twoSuspects(lives);
    await lives.clock.advance(MINUTE_MS - SECOND_MS);
    await enqueue(lives, 'new');
    for (const deaths of [0, 1]) {
      expect(deathsOf(await claim(lives), 'new')).toBe(deaths);
      await lives.die();
    }
    await lives.clock.advance(MINUTE_MS - SECOND_MS);
    expect(await claim(lives)).toEqual([]);
    await lives.clock.advance(SECOND_MS);
    expect(await claim(lives)).toMatchObject([{ deaths: 2 }]);
  });
}
