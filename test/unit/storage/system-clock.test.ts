import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../../plugin/storage/index.ts';

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
