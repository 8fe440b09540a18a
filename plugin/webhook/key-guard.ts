import type { Clock } from '../contract/host.ts';
import { madeOnce } from '../contract/made-once.ts';
import { networkOf } from '../contract/network.ts';
import { hash, timingSafeEqual } from 'node:crypto';

/** Wrong keys that one address may send within a window. Our choice: far above a mistake in the settings, far below a search. */
export const MAX_WRONG_KEYS = 20;
/** The window, ms. Our choice: LiveTex repeats for 24 h, so a minute's wait after a mended mistake costs nothing. */
export const WRONG_KEY_WINDOW_MS = 60_000;
/** Addresses remembered at one time; the oldest is forgotten first. Our choice: about a megabyte. */
export const MAX_ADDRESSES = 10_000;
/** An address that sent a right key is not held back for so long, ms. Our choice: LiveTex's own 24 h of repeats. */
export const TRUSTED_FOR_MS = 24 * 3_600_000;

/** Trust that is so young is not renewed, ms: LiveTex may send thousands of events a second. */
const TRUST_RENEWED_MS = 60_000;

/** Slows down who guesses webhook keys. Pure: state in memory, the clock passed in. */
export interface KeyGuard {
  /** 0: look at the request. Otherwise answer 429 without looking, `Retry-After` being this many ms. */
  waitMs(address: string): number;
  /** The address sent a wrong key. */
  failed(address: string): void;
  /** The address sent a right key. */
  succeeded(address: string): void;
}

interface Seen {
  wrong: number;
  since: number;
  trustedUntil: number;
}

/**
 * Counts wrong keys per address: an IPv4 address or an IPv6 /64, which is what one customer of a network has.
 *
 * Who has sent a right key is never held back. Behind a reverse proxy that hides addresses everybody is one address,
 * and a guesser must not be able to keep LiveTex out; against guessing itself stands the key's length.
 */
export function createKeyGuard(options: { readonly clock: Pick<Clock, 'now'> }): KeyGuard {
  const { clock } = options;
  const seen = new Map<string, Seen>();

  const windowLeft = (entry: Seen): number => {
    const left = entry.since + WRONG_KEY_WINDOW_MS - clock.now();
    // A clock that was set back must not lengthen a window.
    return left > WRONG_KEY_WINDOW_MS ? 0 : Math.max(left, 0);
  };

  return {
    waitMs(address) {
      const entry = seen.get(networkOf(address));
      if (entry === undefined || entry.wrong < MAX_WRONG_KEYS || entry.trustedUntil > clock.now()) return 0;
      return windowLeft(entry);
    },
    failed(address) {
      const entry = remember(address);
      if (windowLeft(entry) === 0) {
        entry.wrong = 0;
        entry.since = clock.now();
      }
      entry.wrong += 1;
    },
    succeeded(address) {
      const trustedUntil = clock.now() + TRUSTED_FOR_MS;
      const known = seen.get(networkOf(address))?.trustedUntil ?? 0;
      // Trusted a moment ago as well: a minute more or less is nothing to 24 hours.
      if (known <= trustedUntil && known > trustedUntil - TRUST_RENEWED_MS) return;
      remember(address).trustedUntil = trustedUntil;
    },
  };

  /** The entry of an address, now the youngest. */
  function remember(address: string): Seen {
    const network = networkOf(address);
    const entry = seen.get(network) ?? { wrong: 0, since: clock.now(), trustedUntil: 0 };
    seen.delete(network);
    seen.set(network, entry);
    if (seen.size > MAX_ADDRESSES) forgetOne();
    return entry;
  }

  /** The oldest address without trust, so that a flood of guessers does not push out LiveTex. */
  function forgetOne(): void {
    for (const [network, entry] of seen) {
      if (entry.trustedUntil <= clock.now()) {
        seen.delete(network);
        return;
      }
    }
    const oldest = seen.keys().next();
    if (!oldest.done) seen.delete(oldest.value);
  }
}

export interface KeyProblem {
  readonly reason: 'key_not_configured' | 'key_missing' | 'key_wrong';
  readonly log: string;
}

/**
 * Checks the key that came with an event; `undefined` when it is right. Takes the same time whichever key is compared
 * and however much of it is right: both sides are hashed to the same length, and both keys are always compared.
 */
export function keyProblem(
  given: unknown,
  keys: { readonly key: string; readonly previousKey?: string | undefined } | undefined,
): KeyProblem | undefined {
  if (keys === undefined) {
    return {
      reason: 'key_not_configured',
      log: 'a webhook came for a binding without webhook.key in its configuration, so nobody can be let in',
    };
  }
  if (typeof given !== 'string' || given === '') {
    return {
      reason: 'key_missing',
      log: 'a webhook came without webhook_key: register the webhook again, so that LiveTex gets the key',
    };
  }
  const digest = digestOf(given);
  const [current, previous] = digestsOf(keys);
  const isCurrent = timingSafeEqual(digest, current);
  const isPrevious = timingSafeEqual(digest, previous);
  if (isCurrent || isPrevious) return undefined;
  return {
    reason: 'key_wrong',
    log: 'a webhook came with a wrong webhook_key: somebody guesses, or the key was changed without registering the webhook again',
  };
}

/** A binding's keys are the same for each of its webhooks. */
const digestsOf = madeOnce(
  ({ key, previousKey = key }: { readonly key: string; readonly previousKey?: string | undefined }) =>
    [digestOf(key), digestOf(previousKey)] as const,
);

function digestOf(key: string): Buffer {
  return hash('sha256', key, 'buffer');
}
