import { hash, timingSafeEqual } from 'node:crypto';

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
const digests = new WeakMap<object, readonly [current: Buffer, previous: Buffer]>();

function digestsOf(keys: { readonly key: string; readonly previousKey?: string | undefined }) {
  let found = digests.get(keys);
  if (found === undefined) {
    found = [digestOf(keys.key), digestOf(keys.previousKey ?? keys.key)];
    digests.set(keys, found);
  }
  return found;
}

function digestOf(key: string): Buffer {
  return hash('sha256', key, 'buffer');
}
