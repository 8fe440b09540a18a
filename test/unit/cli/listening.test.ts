import { expect, test } from 'vitest';
import { createStop, SAME_SIGNAL_MS } from '../../../runtime-shim/cli/listening.ts';

function stopAt() {
  const time = { now: 1_000 };
  const ends: number[] = [];
  const stop = createStop(
    () => time.now,
    () => void ends.push(time.now),
  );
  return { time, ends, stop };
}

test('the first signal drains, and says which one it was', () => {
  const { ends, stop } = stopAt();
  expect(stop.signal.aborted).toBe(false);
  stop.receive('SIGTERM');
  expect(stop.signal.reason).toBe('SIGTERM');
  expect(ends).toEqual([]);
});

test('one Ctrl+C that arrives three times, by terminal, npm and launcher, is one', () => {
  const { time, ends, stop } = stopAt();
  stop.receive('SIGINT');
  time.now += SAME_SIGNAL_MS;
  stop.receive('SIGINT');
  stop.receive('SIGINT');
  expect(ends).toEqual([]);
});

test('a second one ends at once', () => {
  const { time, ends, stop } = stopAt();
  stop.receive('SIGTERM');
  time.now += SAME_SIGNAL_MS + 1;
  stop.receive('SIGINT');
  expect(ends).toEqual([time.now]);
});
