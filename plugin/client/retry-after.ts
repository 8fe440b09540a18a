/** Longest pause that LiveTex may ask for, ms. Ours: a mad value must not hold a binding for days, and an hour is soon enough to look again. */
export const MAX_RETRY_AFTER_MS = 3_600_000;

/**
 * The header `Retry-After` in ms: seconds or an HTTP date (RFC 9110, section 10.2.3). `undefined` when absent or not
 * understood. A date is measured by our clock: the two may differ by seconds, and the bound limits the harm of more.
 */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  const value = header?.trim();
  if (!value) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1_000 : httpDate(value) - now;
  if (Number.isNaN(ms)) return undefined;
  return Math.min(Math.max(Math.ceil(ms), 0), MAX_RETRY_AFTER_MS);
}

/** `Date.parse` takes much that is no date, such as "-1": an HTTP date begins with the name of a day. */
function httpDate(value: string): number {
  return /^[A-Z][a-z]{2,8},? /.test(value) ? Date.parse(value) : Number.NaN;
}
