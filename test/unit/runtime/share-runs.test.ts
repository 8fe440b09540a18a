import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { shareRuns } from '../../../runtime-shim/runtime/output-quota.ts';

test('an ordinary wish is granted in full', () => {
  expect(shareRuns(1_000, 0)).toEqual({ started: 0, each: 0 });
  expect(shareRuns(1_000, 1)).toEqual({ started: 1, each: 999 });
  expect(shareRuns(1_000, 200)).toEqual({ started: 200, each: 4 });
});

test('however scripts start each other, there are never more runs in all than the first one may start', () => {
  fc.assert(
    fc.property(fc.nat(300), fc.infiniteStream(fc.nat(50)), (mayStart, wishes) => {
      const waiting = [mayStart];
      let runs = 0;
      for (let left = waiting.pop(); left !== undefined; left = waiting.pop()) {
        const { started, each } = shareRuns(left, wishes.next().value ?? 0);
        runs += started;
        for (let run = 0; run < started; run += 1) waiting.push(each);
      }
      expect(runs).toBeLessThanOrEqual(mayStart);
    }),
  );
});
