import { ZodError } from 'zod';
import { type CodedError, codeOf, messageOf } from '../contract/coded-error.ts';
import type { PluginContext } from '../core/plugin-context.ts';
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

/** How long a job of an unknown binding is left to other nodes before this one looks at it again, ms. Our choice: about as long as a node takes to claim. */
const LEFT_FOR_MS = 2_000;
/** A binding that this node has met as unknown for so long is unknown everywhere, ms: a rolling restart takes minutes. */
const UNKNOWN_FOR_MS = 24 * 3_600_000;
/** At most so much of it lies between two meetings, ms: a clock that jumps, or a machine that sleeps, has met nothing. Our choice. */
const MEETS_WITHIN_MS = 60_000;

/**
 * What becomes of a dialog's job that failed. Nodes that share a database may know different bindings while they are restarted
 * one after another: what this one does not know it leaves to those that do. Elsewhere there is no other node, so it is given up.
 */
export function createDialogClassifier({
  storage,
  clock,
  logger,
  counters,
}: Pick<PluginContext, 'storage' | 'clock' | 'logger' | 'counters'>): (error: unknown) => JobFailure {
  const met = new Map<string, { readonly at: number; readonly forMs: number }>();
  return (error) => {
    if (!isCoded(error) || error.code !== 'binding_unknown' || storage.driver !== 'postgres') {
      return classifyOwnFailure(error);
    }
    const binding = String(error.facts['binding']);
    const now = clock.now();
    const before = met.get(binding);
    if (before === undefined) logger.warn('binding is not known here, its jobs are left to other nodes', { binding });
    const passed = before === undefined ? 0 : Math.min(Math.max(0, now - before.at), MEETS_WITHIN_MS);
    const forMs = (before?.forMs ?? 0) + passed;
    if (forMs >= UNKNOWN_FOR_MS) return classifyOwnFailure(error);
    met.set(binding, { at: now, forMs });
    counters.add('livetex_jobs_left_total', { binding });
    return { do: 'leave', until: now + LEFT_FOR_MS };
  };
}

function isUnreadable(error: unknown): boolean {
  const code = codeOf(error);
  return error instanceof ZodError || code === 'job_unreadable' || code === 'binding_unknown';
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
