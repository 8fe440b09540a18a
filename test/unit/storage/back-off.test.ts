import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { backOff } from '../../../plugin/storage/worker/settle-job.ts';

test('the bound doubles from one second up to five minutes', () => {
  const bounds = Array.from({ length: 12 }, (_, attempts) => backOff(attempts, () => 1));
  expect(bounds).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300].map((seconds) => seconds * 1_000));
});

test('the wait is drawn from the whole range below the bound, never shorter than a tenth of a second', () => {
  fc.assert(
    fc.property(fc.nat(2_000), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (attempts, draw) => {
      const wait = backOff(attempts, () => draw);
      expect(wait).toBeGreaterThanOrEqual(100);
      expect(wait).toBeLessThanOrEqual(300_000);
      expect(wait).toBe(Math.max(100, Math.round(draw * backOff(attempts, () => 1))));
    }),
  );
});
