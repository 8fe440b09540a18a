/** Which version of LiveTex's API a binding's requests go to. */
import { codeOf, type CodedError } from '../contract/coded-error.ts';
import type { Clock } from '../contract/host.ts';
import { API_VERSIONS, type ApiVersion, type VersionSetting } from '../contract/livetex-api.ts';

/** How long an account's version is taken for granted, ms: it may get a newer one, and a request a day costs nothing. Our choice. */
const KNOWN_FOR_MS = 24 * 3_600_000;
/** LiveTex's "Unsupported HTTP request": of a version that it does not know. */
const UNSUPPORTED_STATUS = 404;

/** The highest first. */
const DESCENDING = API_VERSIONS.toReversed();

/** Sends one request in the binding's version; what the version refuses is asked in the next lower one. */
export type AskInVersion = <Value>(send: (version: ApiVersion) => Promise<Value>) => Promise<Value>;

/**
 * With a given version: that one. With `auto`: the highest that the account has. It is found by the binding's own requests, the
 * first of which the others wait for: a version that is refused (403 code 8, 404 code 6) has done nothing, so the same request is
 * safe in a lower one. Kept for a day, in memory; a method that is refused in every version says nothing about them.
 */
export function createVersionChoice(setting: VersionSetting, clock: Clock): AskInVersion {
  if (setting !== 'auto') return (send) => send(setting);
  let known: { readonly version: ApiVersion; readonly at: number } | undefined;
  let finding: Promise<void> | undefined;

  return (send) => {
    const current = stillKnown();
    return current === undefined ? find(send) : downFrom(current, send);
  };

  async function find<Value>(send: (version: ApiVersion) => Promise<Value>): Promise<Value> {
    if (finding !== undefined) {
      await finding;
      return await downFrom(stillKnown() ?? DESCENDING[0], send);
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    finding = promise;
    try {
      return await downFrom(DESCENDING[0], send);
    } finally {
      finding = undefined;
      resolve();
    }
  }

  async function downFrom<Value>(
    highest: ApiVersion | undefined,
    send: (version: ApiVersion) => Promise<Value>,
  ): Promise<Value> {
    const from = DESCENDING.indexOf(highest ?? '1.0');
    let refusal: unknown;
    for (const version of DESCENDING.slice(from)) {
      try {
        const value = await send(version);
        learn(version);
        return value;
      } catch (error) {
        refusal ??= error;
        if (isOfVersion(error)) continue;
        if (codeOf(error) === 'livetex_refused') learn(version);
        throw error;
      }
    }
    throw refusal;
  }

  function stillKnown(): ApiVersion | undefined {
    if (known === undefined) return undefined;
    const age = clock.now() - known.at;
    // Below 0 the clock was set back: nobody knows how old it is.
    return age >= 0 && age < KNOWN_FOR_MS ? known.version : undefined;
  }

  function learn(version: ApiVersion): void {
    if (stillKnown() !== version) known = { version, at: clock.now() };
  }
}

/** Has the account no such version, or the version no such method? */
function isOfVersion(error: unknown): boolean {
  const code = codeOf(error);
  if (code === 'livetex_method_forbidden') return true;
  return code === 'livetex_refused' && (error as CodedError).facts['status'] === UNSUPPORTED_STATUS;
}
