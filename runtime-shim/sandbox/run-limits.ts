import { availableParallelism } from 'node:os';
import type { SandboxLimits } from './contract.ts';

/** Limits with nothing left out. */
export type FullLimits = Required<SandboxLimits>;

/**
 * isolated-vm keeps one thread more than there are cores. Where more isolates are at work, it makes a thread for each of
 * their steps and ends it again: with 4 isolates on two cores a run costs a twentieth more CPU than with 3.
 */
const ISOLATES = Math.min(4, availableParallelism() + 1);

/** The platform's own limits are not public; these are our choice (docs/platform.md#metabot24-the-engine). */
export const DEFAULT_LIMITS: FullLimits = {
  cpuMs: 1_000,
  wallMs: 5_000,
  memoryMb: 32,
  runners: 2,
  isolates: ISOLATES,
  spares: 1,
  // Twice the largest burst that the project measures (10,000 scripts at once).
  queuePerBot: 20_000,
};

/** Smallest heap that isolated-vm takes. */
const MIN_MEMORY_MB = 8;

/** Host calls of one run. Our choice: a script asks for availability a few times; a flood must not reach the server. */
export const MAX_HOST_CALLS = 1_000;
/** Characters of all arguments of a run's host calls together. */
export const MAX_HOST_CALL_CHARS = 1_000_000;
/** Characters of one answer to a host call. Our choice: a body of a mebibyte fits, in which JSON escapes every other character. */
export const MAX_HOST_ANSWER_CHARS = 4_000_000;
/** Messages, scripts to run and other actions of one run. Our choice: nobody reads more from one script. */
export const MAX_ACTIONS = 200;
/**
 * Attributes and tags that one run may write. Our choice: a script writes a dozen. Each costs the server's loop some microseconds
 * (reading the report, merging, storing): 9,000 held it up for 130 ms.
 */
export const MAX_WRITES = 2_000;
/** Characters of one system attribute as JSON: LiveTex's attributes are one together, and nobody reads thousands beside a dialog. */
export const MAX_SYSTEM_ATTRIBUTE_CHARS = 100_000;
/** Lines of the author's log of one run, and characters of one line. */
export const MAX_LOG_LINES = 200;
export const MAX_LOG_LINE_CHARS = 10_000;
/** Characters of all log lines of one run together. */
export const MAX_LOG_CHARS = 200_000;
/** Random bytes of one run. Our choice: 65,536 identifiers; the runner makes them on the loop that watches all its scripts. */
export const MAX_RANDOM_BYTES = 1_048_576;
/** Characters of a run's result: what it returned, wrote and asked for, as JSON. */
export const MAX_RESULT_CHARS = 1_000_000;
/** Characters of a script with its snippets expanded. */
export const MAX_CODE_CHARS = 1_000_000;

/** Characters of scripts that a runner remembers, and of those that it has checked. Our choice: a bot's scripts together are far smaller; beyond it all are forgotten. */
export const MAX_KNOWN_CHARS = 4_000_000;

/** How often a runner looks at time and memory, ms: a 1 GB/s allocation grows 20 MB between two looks. */
export const WATCH_EVERY_MS = 20;
/** From `dispose()` to the kill of the runner, ms (docs/decisions/0002-guarded-runners.md). */
export const KILL_AFTER_MS = 250;
/** How much longer than its deadline a run may be silent before the server kills the runner itself, ms: the runner's loop is stuck. */
export const PARENT_GRACE_MS = 1_500;
/** A runner's sign of life, ms, and the silence after which it counts as stuck. Our choice: a loaded machine delays a process for a second or two. */
export const BEAT_EVERY_MS = 250;
export const BEAT_LOST_MS = 5_000;
/** A runner's own memory without scripts, MiB: Node itself with the module loaded is 45–60. */
const RUNNER_BASE_MB = 96;
/**
 * Each half of V8's space for young objects in an isolate, MiB. isolated-vm would make it about 1 MiB, and a context is
 * a good part of that: it would be copied by a collection before its one script has ended. With 8 a run costs a seventh
 * less CPU, with 16 nothing is won any more.
 */
export const YOUNG_HALF_MB = 8;
/**
 * Contexts that an isolate makes at a time, ahead of need: with 4 a run costs an eighth less CPU than with one, with 8 a
 * fifteenth less again, with 12 nothing is won any more.
 */
export const READY_CONTEXTS = 8;
/** What these take of an isolate's heap, MiB: 0.27 each with our globals and the plugin, and one more. The script's own part stays what was asked for. */
export const READY_CONTEXTS_MB = 3;
/** Isolates that may use twice their heap at the same time before the runner is ended. */
const SPARE_ISOLATES = 2;
/** Part of the cap from which a runner is replaced when it is next idle: the rest of old scripts must not count for a new one. */
export const RETIRE_PART = 0.75;

/**
 * Runs of one runner that may be waiting for the network beside those that run, each in an isolate of its own. Our choice: an
 * isolate that waits holds some MiB, and with two runners 100 scripts that wait two seconds each are through within 20 s.
 */
const WAITING_PER_RUNNER = 6;
/** Runs of one bot that may wait for their turn to wait for the network. Our choice; beyond it a run answers `sandbox_busy`. */
export const MAX_PARKED = 1_000;

/** How many runs may be waiting for the network: in one runner, and of one bot, which leaves two places to the others. */
export function networkPlaces({ runners }: FullLimits): { readonly perRunner: number; readonly perBot: number } {
  return { perRunner: WAITING_PER_RUNNER, perBot: Math.max(1, runners * WAITING_PER_RUNNER - 2) };
}

/** Memory of a runner process that ends it, MiB. `memoryLimit` of an isolate is soft (docs/decisions/0002-guarded-runners.md), this is not. */
export function runnerCapMb(limits: FullLimits): number {
  return RUNNER_BASE_MB + limits.memoryMb * (limits.isolates + SPARE_ISOLATES) + 2 * YOUNG_HALF_MB * limits.isolates;
}

/** Memory from which an idle runner is replaced, MiB. */
export function retireAtMb(limits: FullLimits): number {
  return runnerCapMb(limits) * RETIRE_PART;
}

/**
 * Runs of one bot at the same time: all places but one. Its scripts without end would else take every place at once, and on a busy
 * machine they need some seconds to use up their CPU time, which another bot's script of a millisecond would wait.
 */
export function placesPerBot({ runners, isolates }: FullLimits): number {
  return Math.max(2, runners * isolates - 1);
}

/** Fills in the defaults. @throws RangeError for a limit that cannot work */
export function fullLimits(limits: Partial<SandboxLimits>): FullLimits {
  const full: FullLimits = { ...DEFAULT_LIMITS };
  for (const [name, value] of Object.entries(limits)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(DEFAULT_LIMITS, name)) throw new RangeError(`sandbox.${name} is not a limit`);
    const least = name === 'memoryMb' ? MIN_MEMORY_MB : name === 'spares' ? 0 : 1;
    if (!Number.isSafeInteger(value) || value < least) {
      throw new RangeError(`sandbox.${name} must be a whole number of at least ${least}, got ${value}`);
    }
    Object.assign(full, { [name]: value });
  }
  return full;
}
