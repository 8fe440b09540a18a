import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { FairQueue } from '../../../runtime-shim/sandbox/fair-queue.ts';

test('takes one of each bot in turn', () => {
  const queue = new FairQueue<string>(10);
  for (const item of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) queue.push(item.slice(0, 1), item);
  expect(Array.from({ length: 7 }, () => queue.shift())).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', undefined]);
});

test('refuses beyond the bound of one bot, and counts', () => {
  const queue = new FairQueue<number>(2);
  expect([queue.push('a', 1), queue.push('a', 2), queue.push('a', 3), queue.push('b', 4)]).toEqual([
    true,
    true,
    false,
    true,
  ]);
  expect([queue.size, queue.waitingOf('a'), queue.waitingOf('none')]).toEqual([3, 2, 0]);
  expect(queue.drain()).toEqual([1, 2, 4]);
  expect(queue.size).toBe(0);
});

test('loses nothing, doubles nothing, keeps the order within a bot, and lets nobody wait two rounds', () => {
  const operations = fc.array(
    fc.oneof(fc.record({ bot: fc.integer({ min: 0, max: 4 }) }), fc.constant('take' as const)),
    { maxLength: 200 },
  );
  fc.assert(
    fc.property(operations, (steps) => {
      const queue = new FairQueue<{ bot: number; n: number }>(1_000);
      const pushed: number[] = [];
      const taken: Array<{ bot: number; n: number }> = [];
      for (const step of steps) {
        if (step === 'take') {
          const item = queue.shift();
          if (item !== undefined) taken.push(item);
        } else {
          pushed.push(pushed.length);
          queue.push(String(step.bot), { bot: step.bot, n: pushed.length });
        }
      }
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) taken.push(item);
      expect(taken).toHaveLength(pushed.length);
      for (let bot = 0; bot <= 4; bot += 1) {
        const own = taken.filter((item) => item.bot === bot).map((item) => item.n);
        expect(own).toEqual(own.toSorted((one, other) => one - other));
      }
    }),
  );
});

test('a long line stays quick', () => {
  const queue = new FairQueue<number>(100_000);
  for (let n = 0; n < 100_000; n += 1) queue.push('a', n);
  let last = -1;
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) last = item;
  expect(last).toBe(99_999);
});
