import { describe, expect, test } from 'vitest';
import {
  claim,
  claimOne,
  enqueue,
  job,
  LEASE_MS,
  payloads,
  QUEUE,
  type StorageDriver,
  useSubject,
  waiting,
  write,
} from './subject.ts';

/** What waits for a time: timers, and whole queues behind a pause. */
export function timerAndGateRules(driver: StorageDriver): void {
  describe('timers', () => {
    const subject = useSubject(driver);

    test('a due timer puts its job at the end of its lane; until then it blocks nobody', async () => {
      const { storage, clock } = subject();
      const at = clock.now() + 1_000;
      await write(storage, (tx) => tx.schedule({ id: 'pickup', at, job: job('a', 'timer') }));
      await enqueue(storage, job('a', 1), job('a', 2));
      expect((await storage.nextWork(QUEUE))?.at).toBe(clock.now());
      const head = await claimOne(storage);
      await clock.advance(1_000);
      expect(await claim(storage)).toEqual([]);
      expect(await waiting(storage, 'a')).toEqual([1, 2, 'timer']);
      await write(storage, (tx) => tx.complete(head));
      expect(await storage.stats()).toMatchObject([{ timers: 0, jobs: 2 }]);
    });

    test('nextWork knows the next timer, and its job is claimable then', async () => {
      const { storage, clock } = subject();
      const at = clock.now() + 1_000;
      await write(storage, (tx) => tx.schedule({ id: 'pickup', at, job: job('a', 'timer') }));
      expect((await storage.nextWork(QUEUE))?.at).toBe(at);
      await clock.advance(999);
      expect(await claim(storage)).toEqual([]);
      await clock.advance(1);
      expect(payloads(await claim(storage))).toEqual(['timer']);
    });

    test('timers that are due move in the order of their times, equal ones in the order of scheduling', async () => {
      const { storage, clock } = subject();
      const now = clock.now();
      await write(storage, async (tx) => {
        await tx.schedule({ id: 'late', at: now + 30, job: job('a', 'late') });
        await tx.schedule({ id: 'z', at: now + 20, job: job('a', 'first of two') });
        await tx.schedule({ id: 'b', at: now + 20, job: job('a', 'second of two') });
        await tx.schedule({ id: 'early', at: now + 10, job: job('a', 'early') });
      });
      await clock.advance(100);
      expect(payloads(await claim(storage))).toEqual(['early']);
      expect(await waiting(storage, 'a')).toEqual(['early', 'first of two', 'second of two', 'late']);
    });

    test('the same id replaces the timer, in its own queue only; an unscheduled one never comes', async () => {
      const { storage, clock } = subject();
      const now = clock.now();
      await write(storage, async (tx) => {
        await tx.schedule({ id: 't', at: now + 10, job: job('a', 'replaced') });
        await tx.schedule({ id: 't', at: now + 10, job: job('a', 'other queue', 'other') });
        await tx.schedule({ id: 't', at: now + 50, job: job('b', 'kept') });
        await tx.schedule({ id: 'gone', at: now + 10, job: job('c', 'gone') });
        await tx.unschedule(QUEUE, 'gone');
        await tx.unschedule(QUEUE, 'never there');
      });
      expect(await storage.stats()).toMatchObject([
        { queue: QUEUE, timers: 1 },
        { queue: 'other', timers: 1 },
      ]);
      await clock.advance(10);
      expect(await claim(storage)).toEqual([]);
      expect(payloads(await claim(storage, 5, { queue: 'other' }))).toEqual(['other queue']);
      await clock.advance(40);
      expect(payloads(await claim(storage))).toEqual(['kept']);
    });

    test('more timers than one claim moves are all moved, in order', async () => {
      const { storage, clock } = subject();
      const now = clock.now();
      await write(storage, async (tx) => {
        for (let n = 0; n < 1_200; n += 1) await tx.schedule({ id: `${n}`, at: now + n, job: job('a', n) });
      });
      await clock.advance(10_000);
      for (let claims = 0; claims < 20; claims += 1) await claim(storage, 1);
      const found = await storage.read((tx) => tx.listJobs(QUEUE, 'a', 2_000));
      expect(payloads(found)).toEqual(Array.from({ length: 1_200 }, (_, n) => n));
    });
  });

  describe('pauses', () => {
    const subject = useSubject(driver);
    const gateFor = (ms: number, now: number) => ({ until: now + ms, reason: 'livetex_rate_limited' });

    test('nothing of the queue is claimed before the pause opens; other queues go on', async () => {
      const { storage, clock } = subject();
      await enqueue(storage, job('a', 1), job('b', 2), job('x', 'x', 'other'));
      const pause = gateFor(1_000, clock.now());
      await write(storage, (tx) => tx.setPause(QUEUE, pause));
      expect(await storage.read((tx) => tx.getPause(QUEUE))).toEqual(pause);
      expect(await storage.read((tx) => tx.getPause('other'))).toBeUndefined();
      expect(await claim(storage)).toEqual([]);
      expect(payloads(await claim(storage, 5, { queue: 'other' }))).toEqual(['x']);
      expect((await storage.nextWork(QUEUE))?.at).toBe(pause.until);
      await clock.advance(999);
      expect(await claim(storage)).toEqual([]);
    });

    test('afterwards one job at a time, marked as the probe, until the pause is lifted', async () => {
      const { storage, clock } = subject();
      await enqueue(storage, job('a', 1), job('b', 2), job('c', 3));
      await write(storage, (tx) => tx.setPause(QUEUE, gateFor(1_000, clock.now())));
      await clock.advance(1_000);
      const [probe, ...others] = await claim(storage);
      expect(others).toEqual([]);
      expect(probe).toMatchObject({ probe: true });
      expect(await claim(storage)).toEqual([]);
      expect((await storage.nextWork(QUEUE))?.at).toBe(probe?.leaseUntil);
      if (probe) await write(storage, (tx) => tx.retry(probe, { notBefore: clock.now() + 50, error: 'x' }));
      const second = await claimOne(storage);
      expect(second).toMatchObject({ payload: 2, probe: true });
      await write(storage, async (tx) => {
        await tx.complete(second);
        await tx.setPause(QUEUE, null);
      });
      expect(await storage.read((tx) => tx.getPause(QUEUE))).toBeUndefined();
      await clock.advance(50);
      const free = await claim(storage);
      expect(new Set(payloads(free))).toEqual(new Set([1, 3]));
      expect(free.every((claimed) => claimed.probe === undefined)).toBe(true);
    });

    test('jobs that were under way when the pause closed count: no probe beside them', async () => {
      const { storage, clock } = subject();
      await enqueue(storage, job('a', 1), job('b', 2));
      const before = await claimOne(storage);
      await write(storage, (tx) => tx.setPause(QUEUE, gateFor(10, clock.now())));
      await clock.advance(10);
      expect(await claim(storage)).toEqual([]);
      await write(storage, (tx) => tx.complete(before));
      expect(await claim(storage)).toHaveLength(1);
    });

    test('a probe whose worker died makes room when its lease ends', async () => {
      const { storage, clock } = subject();
      await enqueue(storage, job('a', 1), job('b', 2));
      await write(storage, (tx) => tx.setPause(QUEUE, gateFor(10, clock.now())));
      await clock.advance(10);
      expect(await claim(storage)).toHaveLength(1);
      await clock.advance(LEASE_MS);
      expect(await claim(storage)).toHaveLength(1);
    });
  });
}
