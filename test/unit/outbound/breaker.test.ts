import { expect, test } from 'vitest';
import { pluginError } from '../../../plugin/errors.ts';
import { createBreaker, holdFor } from '../../../plugin/outbound/breaker.ts';

const TIMEOUT = pluginError('livetex_timeout', { method: 'sendText', binding: 'main', timeoutMs: 1 });
const REFUSED = pluginError('livetex_refused', { method: 'sendText', binding: 'main', status: 400, detail: '' });

test('five requests in a row without an answer, of two leads, hold a binding back: each time for longer, eight seconds at most', () => {
  const breaker = createBreaker();
  const holds = Array.from({ length: 12 }, (_, number) => holdFor(breaker, TIMEOUT, `lead ${number % 2}`));
  expect(holds.slice(0, 4)).toEqual([undefined, undefined, undefined, undefined]);
  expect(holds.slice(4)).toEqual([2_000, 4_000, 8_000, 8_000, 8_000, 8_000, 8_000, 8_000]);
});

test('one lead that LiveTex never answers holds up no other', () => {
  const breaker = createBreaker();
  for (let number = 0; number < 50; number += 1) expect(holdFor(breaker, TIMEOUT, 'lead')).toBeUndefined();
});

test('any answer shows that somebody is there, also a refusal; what is not LiveTex’s says nothing', () => {
  const breaker = createBreaker();
  let leads = 0;
  const fail = (): number | undefined => holdFor(breaker, TIMEOUT, `lead ${(leads += 1)}`);
  for (let number = 0; number < 4; number += 1) fail();
  expect(holdFor(breaker, REFUSED, 'lead')).toBeUndefined();
  for (let number = 0; number < 4; number += 1) expect(fail()).toBeUndefined();
  expect(holdFor(breaker, new Error('storage'), 'lead')).toBeUndefined();
  expect(fail()).toBe(2_000);
  breaker.succeeded();
  expect(fail()).toBeUndefined();
});
