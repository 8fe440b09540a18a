import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../../plugin/storage/index.ts';
import { createStepWatch } from '../../../plugin/storage/system-clock.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const DAY_MS = 24 * 60 * 60_000;

test.each([0, -5, 1_000, 60 * DAY_MS])('after %d ms it acts once, and not before', (ms) => {
  let acts = 0;
  systemClock.after(ms, () => (acts += 1));
  if (ms > 0) vi.advanceTimersByTime(ms - 1);
  expect(acts).toBe(0);
  vi.advanceTimersByTime(Math.max(1, ms));
  expect(acts).toBe(1);
});

test('what was cancelled does not happen, however far away it was', () => {
  let acts = 0;
  const cancel = systemClock.after(60 * DAY_MS, () => (acts += 1));
  vi.advanceTimersByTime(30 * DAY_MS);
  cancel();
  vi.advanceTimersByTime(60 * DAY_MS);
  expect(acts).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});

test('a queue is looked through after the start and after each step of the clock back, until it was found in order', () => {
  let [wall, passed] = [1_000_000, 0];
  const pass = (ms: number): void => void ([wall, passed] = [wall + ms, passed + ms]);
  const watch = createStepWatch({ now: () => wall, steady: () => passed });
  const look = (): boolean => {
    const may = watch.mayBeAhead('q');
    watch.foundInOrder('q');
    return may;
  };
  // What was under way at the start may be stored behind the first look.
  expect([look(), look()]).toEqual([true, true]);
  pass(11_000);
  expect([look(), look(), watch.mayBeAhead('other')]).toEqual([true, false, true]);
  wall += DAY_MS;
  // What is stored is dated by the watch, so that it sees the clock go ahead though nobody asks for the queue.
  expect(watch.now()).toBe(wall);
  wall -= DAY_MS;
  pass(11_000);
  expect([look(), look()]).toEqual([true, true]);
  pass(11_000);
  expect([look(), look()]).toEqual([true, false]);
  wall -= 900;
  expect(look()).toBe(false);
  wall -= 900;
  expect(look()).toBe(true);

  const unsteady = createStepWatch({ now: () => wall });
  wall += DAY_MS;
  unsteady.foundInOrder('q');
  expect(unsteady.mayBeAhead('q')).toBe(true);
});
