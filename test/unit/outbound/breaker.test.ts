import { expect, test } from 'vitest';
import { pluginError } from '../../../plugin/errors.ts';
import { createBreaker, holdFor } from '../../../plugin/outbound/breaker.ts';

const TIMEOUT = pluginError('livetex_timeout', { method: 'sendText', binding: 'main', timeoutMs: 1 });
const REFUSED = pluginError('livetex_refused', { method: 'sendText', binding: 'main', status: 400, detail: '' });
const HUNG_MS = 10_000;

test('five requests in a row without an answer, of two leads, hold a binding back: each time for longer, a minute at most', () => {
  const breaker = createBreaker();
  const holds = Array.from({ length: 12 }, (_, number) => holdFor(breaker, TIMEOUT, `lead ${number % 2}`, HUNG_MS));
  expect(holds.slice(0, 4)).toEqual([undefined, undefined, undefined, undefined]);
  expect(holds.slice(4)).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
});

test('one lead that LiveTex never answers holds up no other', () => {
  const breaker = createBreaker();
  for (let number = 0; number < 50; number += 1) expect(holdFor(breaker, TIMEOUT, 'lead', HUNG_MS)).toBeUndefined();
});

test('any answer shows that somebody is there, also a refusal; what is not LiveTex’s says nothing', () => {
  const breaker = createBreaker();
  let leads = 0;
  const fail = (): number | undefined => holdFor(breaker, TIMEOUT, `lead ${(leads += 1)}`, HUNG_MS);
  for (let number = 0; number < 4; number += 1) fail();
  expect(holdFor(breaker, REFUSED, 'lead', 1)).toBeUndefined();
  for (let number = 0; number < 4; number += 1) expect(fail()).toBeUndefined();
  expect(holdFor(breaker, new Error('storage'), 'lead', 1)).toBeUndefined();
  expect(fail()).toBe(2_000);
  breaker.succeeded();
  expect(fail()).toBeUndefined();
});

test('what fails at once holds nobody up, so it holds nothing back', () => {
  const breaker = createBreaker();
  const away = pluginError('livetex_unreachable', { method: 'sendText', binding: 'main', reason: 'ECONNREFUSED' });
  for (let number = 0; number < 50; number += 1) {
    expect(holdFor(breaker, away, `lead ${number}`, 1)).toBeUndefined();
  }
  for (let number = 0; number < 4; number += 1) holdFor(breaker, away, `lead ${number}`, HUNG_MS);
  expect(holdFor(breaker, away, 'lead', HUNG_MS)).toBe(2_000);
});
