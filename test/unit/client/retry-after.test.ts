import { expect, test } from 'vitest';
import { MAX_RETRY_AFTER_MS, retryAfterMs } from '../../../plugin/client/classify-answer.ts';

const NOW = Date.UTC(2026, 2, 1, 9);

test.each([
  ['30', 30_000],
  [' 30 ', 30_000],
  ['1.5', 1_500],
  ['0', 0],
  ['99999999999999999999', MAX_RETRY_AFTER_MS],
  [new Date(NOW + 90_000).toUTCString(), 90_000],
  ['Sunday, 01-Mar-26 09:01:00 GMT', 60_000],
  [new Date(NOW - 90_000).toUTCString(), 0],
  ['Fri, 31 Dec 9999 23:59:59 GMT', MAX_RETRY_AFTER_MS],
])('%j is a wait', (header, expected) => {
  expect(retryAfterMs(header, NOW)).toBe(expected);
});

test.each([undefined, '', ' ', '-1', '1e3', 'soon', '0x10', 'NaN', 'Mon, rubbish', '30, 60'])(
  '%j is none',
  (header) => {
    expect(retryAfterMs(header, NOW)).toBeUndefined();
  },
);
