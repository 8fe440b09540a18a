import { expect, test } from 'vitest';
import { createProbe } from '../../../plugin/storage/index.ts';
import { createTestClock } from '../../support/test-clock.ts';

test('what hangs is said to be silent after a second, and for how long when somebody asks again', async () => {
  const clock = createTestClock();
  let asked = 0;
  const hangs = Promise.withResolvers<string>();
  const probe = createProbe(() => {
    asked += 1;
    return hangs.promise;
  }, clock);
  const first = probe();
  await clock.advance(1_000);
  expect(await first).toEqual({ is: 'silent', forMs: 1_000 });
  await clock.advance(4_000);
  const second = probe();
  await clock.advance(0);
  expect(await second).toEqual({ is: 'silent', forMs: 5_000 });
  // It was not asked a second time meanwhile.
  expect(asked).toBe(1);
  hangs.resolve('late');
  await clock.advance(0);
  expect(await probe()).toEqual({ is: 'answered', value: 'late' });
  expect(asked).toBe(2);
  expect(clock.pending()).toBe(0);
});

test('an answer and a failure come at once, and each caller after them asks anew', async () => {
  const clock = createTestClock();
  const problem = new Error('gone');
  let fails = true;
  const probe = createProbe(async () => {
    if (fails) throw problem;
    return 7;
  }, clock);
  expect(await probe()).toEqual({ is: 'failed', error: problem });
  fails = false;
  expect(await probe()).toEqual({ is: 'answered', value: 7 });
});
