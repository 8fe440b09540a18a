import { expect, test } from 'vitest';
import { ChangeSignal } from '../../../runtime-shim/emulator/touch-point.ts';

test('each listener hears each change once, also one that listens twice', () => {
  const signal = new ChangeSignal();
  let heard = 0;
  const listener = (): void => {
    heard += 1;
  };
  const stop = signal.on(listener);
  signal.on(listener);
  signal.notify();
  stop();
  signal.notify();
  expect([heard, signal.revision]).toEqual([3, 2]);
});

test('a listener that throws harms neither the change nor the others, and is seen', async () => {
  const signal = new ChangeSignal();
  const { promise: seen, resolve } = Promise.withResolvers<unknown>();
  const before = process.rawListeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.once('uncaughtException', resolve);
  let heard = false;
  signal.on(() => {
    throw new Error('a mistake in the listener');
  });
  signal.on(() => {
    heard = true;
  });
  signal.notify();
  expect(await seen).toMatchObject({ message: 'a mistake in the listener' });
  for (const listener of before) process.on('uncaughtException', listener as (error: Error) => void);
  expect(heard).toBe(true);
});
