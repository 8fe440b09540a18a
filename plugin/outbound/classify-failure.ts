import { ZodError } from 'zod';
import { type CodedError, codeOf, messageOf } from '../contract/coded-error.ts';
import type { JobFailure } from '../storage/lane-worker-contract.ts';

/** A queue whose token is refused asks again after this, ms. Our choice: soon enough for whoever has just mended it, rare enough for LiveTex. */
const TOKEN_PROBE_MS = 30_000;
/** A queue that LiveTex asked to slow down, without saying for how long, waits this, ms. Our choice. */
const RATE_PAUSE_MS = 5_000;

/** LiveTex does not take our token, or not for this method: no message of the binding can go. */
export function isTokenProblem(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'livetex_token_refused' || code === 'livetex_method_forbidden';
}

/** What becomes of a request to LiveTex that failed. `holdMs`: how long the whole binding is held back (`breaker.ts`). */
export function classifyLiveTexFailure(error: unknown, now: number, holdMs?: number): JobFailure {
  const shown = describe(error);
  if (isTokenProblem(error)) return { do: 'pause', error: shown, until: now + TOKEN_PROBE_MS, isOwners: true };
  const wait = retryAfterOf(error);
  if (codeOf(error) === 'livetex_rate_limited')
    return { do: 'pause', error: shown, until: now + (wait ?? RATE_PAUSE_MS) };
  if (isRefusal(error) || isUnreadable(error)) return { do: 'dead-letter', error: shown };
  return {
    do: 'retry',
    error: shown,
    ...(wait === undefined ? {} : { notBefore: now + wait }),
    ...(holdMs === undefined ? {} : { holdUntil: now + holdMs }),
  };
}

/** What becomes of a dialog's or the host's job that failed: again, unless it can never be read. */
export function classifyOwnFailure(error: unknown): JobFailure {
  return { do: isUnreadable(error) ? 'dead-letter' : 'retry', error: describe(error) };
}

/** What becomes of a dialog's job that failed. Its binding may have gone since it was claimed: then it is for whoever knows it. */
export function classifyDialogFailure(error: unknown, now: number): JobFailure {
  return codeOf(error) === 'binding_unknown' ? { do: 'leave', until: now } : classifyOwnFailure(error);
}

function isUnreadable(error: unknown): boolean {
  const code = codeOf(error);
  return error instanceof ZodError || code === 'job_unreadable';
}

/** Only LiveTex's own refusal gives a message up: whatever storage or the network says may pass. */
function isRefusal(error: unknown): boolean {
  return isCoded(error) && error.code.startsWith('livetex_') && !error.retryable;
}

/** Code and message, without secrets: this is stored and shown. A platform's own failure shows what it said. */
function describe(error: unknown): string {
  if (error instanceof ZodError) return 'job_unreadable: a stored job is not understood';
  if (!isCoded(error)) return messageOf(error);
  const said = error.code === 'host_failed' && error.cause !== undefined ? `: ${messageOf(error.cause)}` : '';
  return `${error.code}: ${error.message}${said}`;
}

function retryAfterOf(error: unknown): number | undefined {
  const wait = isCoded(error) ? error.facts['retryAfterMs'] : undefined;
  return typeof wait === 'number' ? wait : undefined;
}

/** One of our coded errors, by its shape: errors cross package copies, where `instanceof` fails. */
function isCoded(error: unknown): error is CodedError {
  return codeOf(error) !== undefined && error instanceof Error && 'retryable' in error && 'facts' in error;
}
