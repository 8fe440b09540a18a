import { expect, test } from 'vitest';
import {
  MAX_ADDRESSES,
  MAX_WRONG_KEYS,
  TRUSTED_FOR_MS,
  WRONG_KEY_WINDOW_MS,
} from '../../../plugin/webhook/key-guard.ts';
import { createKeyGuard } from '../../../plugin/webhook/key-guard.ts';

function start() {
  let now = Date.UTC(2026, 2, 1, 9);
  const guard = createKeyGuard({ clock: { now: () => now } });
  const fail = (address: string, times: number): void => {
    for (let time = 0; time < times; time += 1) guard.failed(address);
  };
  return {
    guard,
    fail,
    move: (ms: number): void => {
      now += ms;
    },
  };
}

test('an address may err so often within a window, then it waits for the rest of it', () => {
  const { guard, fail, move } = start();
  expect(guard.waitMs('203.0.113.5')).toBe(0);
  fail('203.0.113.5', MAX_WRONG_KEYS - 1);
  expect(guard.waitMs('203.0.113.5')).toBe(0);
  move(10_000);
  fail('203.0.113.5', 1);
  expect(guard.waitMs('203.0.113.5')).toBe(WRONG_KEY_WINDOW_MS - 10_000);
  expect(guard.waitMs('203.0.113.6')).toBe(0);
  move(WRONG_KEY_WINDOW_MS - 10_000);
  expect(guard.waitMs('203.0.113.5')).toBe(0);
  fail('203.0.113.5', 1);
  expect(guard.waitMs('203.0.113.5')).toBe(0);
});

test('who has sent a right key is not held back, for a day', () => {
  const { guard, fail, move } = start();
  guard.succeeded('198.51.100.1');
  fail('198.51.100.1', 1_000);
  expect(guard.waitMs('198.51.100.1')).toBe(0);
  move(TRUSTED_FOR_MS);
  fail('198.51.100.1', MAX_WRONG_KEYS);
  expect(guard.waitMs('198.51.100.1')).toBeGreaterThan(0);
});

test.each([
  ['2001:db8:0:1::1', '2001:DB8:0:1:ffff::2', true],
  ['2001:db8:0:1::1', '2001:db8:0:2::1', false],
  ['::ffff:192.0.2.1', '192.0.2.1', true],
  ['fe80::1%eth0', 'fe80::2%eth0', true],
  ['::1', '::2', true],
  ['2001:db8::', '2001:db8:0:0:1::', true],
  ['192.0.2.1', '192.0.2.2', false],
])('%s and %s are one network: %s', (one, other, same) => {
  const { guard, fail } = start();
  fail(one, MAX_WRONG_KEYS);
  expect(guard.waitMs(other) > 0).toBe(same);
});

test('memory is bounded, and a flood of guessers does not push out who is trusted or who is held back', () => {
  const { guard, fail } = start();
  guard.succeeded('198.51.100.1');
  for (let index = 0; index < MAX_ADDRESSES * 2; index += 1) {
    guard.failed(`10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`);
    if (index % 1_000 === 0) fail('203.0.113.5', MAX_WRONG_KEYS);
  }
  fail('198.51.100.1', MAX_WRONG_KEYS);
  expect(guard.waitMs('198.51.100.1')).toBe(0);
  expect(guard.waitMs('203.0.113.5')).toBeGreaterThan(0);
});

test('an address that is none does no harm', () => {
  const { guard, fail } = start();
  for (const address of ['', 'unknown', ':::', '%', '__proto__', 'x'.repeat(100_000)]) {
    fail(address, MAX_WRONG_KEYS);
    expect(guard.waitMs(address)).toBeGreaterThan(0);
  }
});

test('a clock that was set back does not hold anybody for ever', () => {
  const { guard, fail, move } = start();
  fail('203.0.113.5', MAX_WRONG_KEYS);
  move(-3_600_000);
  expect(guard.waitMs('203.0.113.5')).toBe(0);
});
