import { codeOf, type CodedError } from '../contract/coded-error.ts';
import { isOnline } from '../contract/groups.ts';
import type { Clock } from '../contract/host.ts';
import type { Destination } from '../contract/livetex-api.ts';
import { pluginError } from '../errors.ts';
import type { Availability, BindingClient } from './contract.ts';

/** An answer younger than this is used without asking, ms. */
const FRESH_FOR_MS = 5_000;
/** While LiveTex does not answer, its last answer counts this long, ms. */
const USABLE_FOR_MS = 60_000;
/** After a failure nobody asks for this long, ms. Our choice: long enough that an outage costs one request in 2 s and not one a script, short enough that its end is noticed at once. */
const FAILURE_FOR_MS = 2_000;
/** When LiveTex answers `Retry-After`, it is left alone so long, but not longer than this, ms. Our choice: half of what the last answer lasts. */
const MAX_PAUSE_MS = 30_000;
/** Longest that a script waits, ms, counted from the start of the request. Our choice: half of the 5 s that a script has in all (`sandbox.wallMs`), so that a slow LiveTex does not stop scripts. */
const SCRIPT_WAIT_MS = 2_500;

const METHOD = 'getDestinations';

export interface AvailabilityOptions {
  readonly binding: string;
  readonly clock: Clock;
  /** Longest that a transfer waits, ms: a fresh check may have to wait for a request under way and then for its own. */
  readonly requestTimeoutMs: number;
  readonly ask: () => Promise<Destination[]>;
}

interface Answer {
  readonly at: number;
  /** In LiveTex's order. */
  readonly groups: readonly Destination[];
  /** How often answers had been made void when it was asked for. */
  readonly epoch: number;
}
interface Failure {
  readonly error: CodedError;
  readonly askAgainAt: number;
}
/** One request to come or under way. */
interface Round {
  readonly epoch: number;
  /** True when the request has ended, false when a transfer has waited for too long. */
  readonly ended: Promise<boolean>;
  /** True when the request has ended, false when it has taken too long for a script. */
  readonly patience: Promise<boolean>;
}

/**
 * Are operators online? One request in flight per binding, whoever asks, and at most one more waiting behind it: a
 * caller of a fresh check must not get an answer that was asked for before the caller came.
 */
export function createAvailability(
  options: AvailabilityOptions,
): Pick<BindingClient, 'availability'> & Required<Pick<BindingClient, 'knownAvailability' | 'outdateAvailability'>> {
  const { clock, binding } = options;
  let answer: Answer | undefined;
  let failure: Failure | undefined;
  let underWay: Round | undefined;
  /** The request under way was started in this very turn: whoever asks now came no later than it. */
  let startedNow = false;
  /** Starts when the one under way has ended. */
  let next: Round | undefined;
  let epoch = 0;

  return {
    availability: check,
    knownAvailability() {
      if (answer === undefined || !isFresh()) return undefined;
      return { availability: view(), forMs: answer.at + FRESH_FOR_MS - clock.now() };
    },
    outdateAvailability() {
      epoch += 1;
    },
  };

  async function check(how: { readonly fresh?: boolean } = {}): Promise<Availability> {
    if (how.fresh) {
      const round = underWay === undefined ? start() : startedNow ? underWay : (next ??= startNext(underWay));
      const inTime = await round.ended;
      return view(inTime ? undefined : options.requestTimeoutMs);
    }
    if (isFresh() || (underWay === undefined && isPaused())) return view();
    const inTime = await roundForScript().patience;
    return view(inTime ? undefined : SCRIPT_WAIT_MS);
  }

  /** One whose answer will not be void already. */
  function roundForScript(): Round {
    if (underWay === undefined) return start();
    return underWay.epoch === epoch ? underWay : (next ??= startNext(underWay));
  }

  function isFresh(): boolean {
    return answer?.epoch === epoch && youngerThan(FRESH_FOR_MS);
  }

  function start(): Round {
    const ended = Promise.withResolvers<boolean>();
    const patience = Promise.withResolvers<boolean>();
    const cancel = clock.after(SCRIPT_WAIT_MS, () => patience.resolve(false));
    underWay = { epoch, ended: ended.promise, patience: patience.promise };
    startedNow = true;
    queueMicrotask(() => {
      startedNow = false;
    });
    void ask(epoch).finally(() => {
      cancel();
      underWay = undefined;
      patience.resolve(true);
      ended.resolve(true);
    });
    return underWay;
  }

  function startNext(before: Round): Round {
    const ended = Promise.withResolvers<boolean>();
    const cancel = clock.after(options.requestTimeoutMs, () => ended.resolve(false));
    void before.ended.then(async () => {
      next = undefined;
      // One that is under way by now was started after everybody here had asked.
      await (underWay ?? start()).ended;
      cancel();
      ended.resolve(true);
    });
    const patience = Promise.withResolvers<boolean>();
    const cancelPatience = clock.after(SCRIPT_WAIT_MS, () => patience.resolve(false));
    void ended.promise.then((inTime) => {
      cancelPatience();
      patience.resolve(inTime);
    });
    return { epoch, ended: ended.promise, patience: patience.promise };
  }

  async function ask(asked: number): Promise<void> {
    try {
      const groups = await options.ask();
      answer = { at: clock.now(), groups, epoch: asked };
      failure = undefined;
    } catch (error) {
      fail(asCoded(error));
    }
  }

  function fail(error: CodedError): void {
    const asked = Number(error.facts['retryAfterMs'] ?? 0);
    failure = { error, askAgainAt: clock.now() + Math.max(FAILURE_FOR_MS, Math.min(asked, MAX_PAUSE_MS)) };
    // A token that is refused now makes the last answer void; an outage does not.
    if (!error.retryable) answer = undefined;
  }

  function asCoded(error: unknown): CodedError {
    if (codeOf(error)?.startsWith('livetex_')) return error as CodedError;
    return pluginError('livetex_unreachable', { binding, method: METHOD, reason: 'the check failed' }, error);
  }

  /** False also when the clock was set back: then nobody knows how old the answer is. */
  function youngerThan(ms: number): boolean {
    const age = answer === undefined ? -1 : clock.now() - answer.at;
    return age >= 0 && age < ms;
  }

  function isPaused(): boolean {
    const left = failure === undefined ? 0 : failure.askAgainAt - clock.now();
    return left > 0 && left <= MAX_PAUSE_MS;
  }

  /** What is known now; `waitedMs` when the caller could not wait for the request under way. */
  function view(waitedMs?: number): Availability {
    const error =
      waitedMs === undefined
        ? failure?.error
        : pluginError('livetex_timeout', { binding, method: METHOD, timeoutMs: waitedMs });
    if (answer === undefined || !youngerThan(USABLE_FOR_MS)) {
      return { state: 'unknown', groups: [], at: null, ...(error && { error }) };
    }

    const { at, groups } = answer;
    if (groups.length === 0)
      return { state: 'none', groups, at, error: error ?? pluginError('livetex_no_group', { binding }) };
    return { state: groups.some(isOnline) ? 'online' : 'none', groups, at, ...(error && { error }) };
  }
}
