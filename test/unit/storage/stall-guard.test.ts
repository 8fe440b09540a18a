import { expect, onTestFinished, test, vi } from 'vitest';
import { createStallGuard } from '../../../plugin/storage/transaction-life.ts';

const STALLED = { code: 'storage_stalled' };

test('a work that ends in time is itself', async () => {
  const guarded = createStallGuard(60_000);
  expect(await guarded(Promise.resolve('done'))).toBe('done');
  await expect(guarded(Promise.reject(new Error('on purpose')))).rejects.toThrow('on purpose');
});

test('a work that stalled and ends later leaves the next one guarded', async () => {
  const guarded = createStallGuard(30);
  const late = Promise.withResolvers<string>();
  await expect(guarded(late.promise)).rejects.toMatchObject(STALLED);
  const next = guarded(new Promise(() => undefined));
  late.resolve('too late');
  await expect(next).rejects.toMatchObject(STALLED);
});

test('a work that begins while the timer of the one before runs has its whole time', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const guarded = createStallGuard(500);
  const first = Promise.withResolvers<void>();
  const ended = guarded(first.promise);
  await vi.advanceTimersByTimeAsync(300);
  first.resolve();
  await ended;
  let failed = false;
  const second = guarded(new Promise(() => undefined)).catch(() => (failed = true));
  await vi.advanceTimersByTimeAsync(499);
  expect(failed).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  await second;
  expect(failed).toBe(true);
});

test('nothing keeps the process alive once no work is under way', async () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const guarded = createStallGuard(60_000);
  const before = timers();
  const work = Promise.withResolvers<void>();
  const under = guarded(work.promise);
  expect(timers()).toBe(before + 1);
  work.resolve();
  await under;
  expect(timers()).toBe(before);
  const again = Promise.withResolvers<void>();
  const once = guarded(again.promise);
  expect(timers()).toBe(before + 1);
  again.resolve();
  await once;
  expect(timers()).toBe(before);
});
