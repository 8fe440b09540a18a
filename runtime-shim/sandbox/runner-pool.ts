import type { PlatformSources } from '../globals/bundles.ts';
import { messageOf } from '../../plugin/contract/coded-error.ts';
import type { Logger } from '../../plugin/contract/host.ts';
import type { PendingRun } from './pending-run.ts';
import {
  BEAT_LOST_MS,
  type FullLimits,
  PARENT_GRACE_MS,
  retireAtMb,
  runnerCapMb,
  WATCH_EVERY_MS,
} from './run-limits.ts';
import { type RunnerEnd, RunnerProcess, type RunnerEvents } from './runner-process.ts';
import { RunnerStarter } from './runner-start.ts';

/** Pause before a start that follows a failed one, ms; twice as long after each further one, up to the second. */
const START_AGAIN_MS = 1_000;
const START_AGAIN_AT_MOST_MS = 60_000;
/** Failed starts in a row after which nobody is kept waiting for one that works. Our choice: a machine short of memory for a moment loses one or two. */
const HOPELESS_STARTS = 3;

/**
 * What the memory that a sign of life tells may be short of, MiB. Linux counts a process's pages for each core and adds them up now and then; only
 * `/proc/<pid>/statm` has the exact sum.
 */
const RSS_ERROR_MB = 2;

/** What happens to a run when its runner is killed. */
export type KillVerdict = 'deadline' | 'memory';

export interface PoolEvents extends Pick<RunnerEvents, 'message'> {
  /** A runner became free or ready. */
  available(): void;
  /** Runners do not start, and none is there. Told after each start that fails from then on; `available` is the end of it. */
  unavailable(why: string): void;
  /** The server killed the runner because of this run. */
  blamed(run: PendingRun, verdict: KillVerdict): void;
  /** The runner is gone with these runs in it. */
  lost(runs: readonly PendingRun[], end: RunnerEnd): void;
}

/** The runner processes: as many as asked for, and spares that stand ready when one is killed. */
export class RunnerPool {
  readonly #limits: FullLimits;
  readonly #platformSource: PlatformSources | undefined;
  readonly #events: PoolEvents;
  readonly #logger: Logger | undefined;
  readonly #starter: RunnerStarter;
  #timeZone: string | undefined;
  readonly #runners = new Set<RunnerProcess>();
  readonly #watch: NodeJS.Timeout;
  #lastWatch = performance.now();
  /** Takes nothing more until a run that must be alone has been given to one that is idle. */
  #reserved: RunnerProcess | undefined;
  #closed = false;
  readonly #startAgain = new Set<NodeJS.Timeout>();
  #drained: (() => void) | undefined;
  /** Starts that failed since the last one that worked. */
  #failedStarts = 0;
  killed = 0;

  constructor(
    limits: FullLimits,
    platformSource: PlatformSources | undefined,
    events: PoolEvents,
    { logger, timeZone }: { readonly logger: Logger | undefined; readonly timeZone: string | undefined },
  ) {
    this.#limits = limits;
    this.#platformSource = platformSource;
    this.#events = events;
    this.#logger = logger;
    this.#timeZone = timeZone;
    this.#starter = new RunnerStarter(logger, timeZone);
    for (let index = 0; index < limits.runners + limits.spares; index += 1) this.#replace();
    this.#watch = setInterval(() => this.#look(), WATCH_EVERY_MS).unref();
  }

  /** Those first that were ready first. */
  get #ready(): RunnerProcess[] {
    return [...this.#runners].filter((runner) => runner.isReady && !runner.retiring);
  }

  /** Runners that take runs now: the spares are left out while enough others stand. */
  get #working(): RunnerProcess[] {
    return this.#ready.slice(0, this.#limits.runners);
  }

  get readyCount(): number {
    return this.#working.length;
  }

  get runningCount(): number {
    let count = 0;
    for (const runner of this.#runners) count += runner.runs.size;
    return count;
  }

  get waitingCount(): number {
    let count = 0;
    for (const runner of this.#runners) count += runner.runs.size - runner.load;
    return count;
  }

  /**
   * The runner with the most room. Of equals the one that rested longest, since its contexts are ready; of those in which
   * nothing runs, the last one that worked: its contexts are ready too, and what it needs is still in the caches.
   */
  free(suits: (runner: RunnerProcess) => boolean = () => true): RunnerProcess | undefined {
    let best: { readonly runner: RunnerProcess; readonly load: number } | undefined;
    for (const runner of this.#working) {
      const { load } = runner;
      if (runner.exclusive || runner === this.#reserved || load >= this.#limits.isolates || !suits(runner)) continue;
      const isBetter =
        best === undefined ||
        load < best.load ||
        (load === best.load && runner.lastStart < best.runner.lastStart === load > 0);
      if (isBetter) best = { runner, load };
    }
    return best?.runner;
  }

  /** A spare with nothing in it: a run that must be alone disturbs nobody there. */
  idleSpare(): RunnerProcess | undefined {
    return this.#ready.slice(this.#limits.runners).findLast(isClean);
  }

  /** Any runner with nothing in it, for a run that must be alone; when there is none, one is kept from taking more. */
  idle(): RunnerProcess | undefined {
    // The spares are behind those that work, and nobody waits for them.
    const clean = this.#ready.findLast(isClean);
    if (clean === undefined) this.#reserve();
    else this.release();
    return clean;
  }

  #reserve(): void {
    const working = this.#working;
    if (this.#reserved !== undefined && working.includes(this.#reserved)) return;
    this.#reserved = working.toSorted((one, other) => one.runs.size - other.runs.size)[0];
  }

  /** No run waits for a runner of its own. */
  release(): void {
    this.#reserved = undefined;
  }

  /** Runs that wait keep the server alive, as those that run do: the watch is what brings them on. */
  keepAlive(somebodyWaits: boolean): void {
    if (somebodyWaits) this.#watch.ref();
    else this.#watch.unref();
  }

  /** Replaces a runner in which nothing runs if scripts have made it too large. One that ran nothing would only be large again. */
  settle(runner: RunnerProcess): void {
    if (runner.runs.size > 0 || runner.lastStart === 0) return;
    if (this.#hasGrown(runner)) runner.retiring = true;
    if (runner.retiring) runner.kill('it was replaced by a fresh one');
  }

  #hasGrown(runner: RunnerProcess): boolean {
    const limit = retireAtMb(this.#limits);
    return runner.rssMb > limit - RSS_ERROR_MB && (runner.residentMb() ?? runner.rssMb) > limit;
  }

  /** A process has one time zone: fresh runners take over from those that have another. Runs under way end where they are. */
  useTimeZone(timeZone: string | undefined): void {
    if (timeZone === this.#timeZone) return;
    this.#timeZone = timeZone;
    this.#starter.timeZone = timeZone;
    for (const runner of this.#runners) {
      runner.retiring = true;
      if (runner.runs.size === 0) runner.kill('the time zone changed');
    }
  }

  /** Ends all runners; resolves when no process is left. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#watch);
    for (const timer of this.#startAgain) clearTimeout(timer);
    if (this.#runners.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#drained = resolve;
    for (const runner of this.#runners) runner.kill('the sandbox was closed');
    await promise;
  }

  #add(): void {
    const settings = {
      platformSource: this.#platformSource,
      cpuMs: this.#limits.cpuMs,
      wallMs: this.#limits.wallMs,
      memoryMb: this.#limits.memoryMb,
      isolates: this.#limits.isolates,
      capMb: runnerCapMb(this.#limits),
    };
    const startedAt = performance.now();
    this.#runners.add(
      new RunnerProcess(this.#starter.start(), settings, {
        ready: (runner) => {
          this.#failedStarts = 0;
          this.#logger?.debug('a runner is ready', { ms: Math.round(performance.now() - startedAt) });
          // Behind those that already work: one that starts late must not take runs beside them.
          this.#runners.delete(runner);
          this.#runners.add(runner);
          this.#events.available();
        },
        message: (runner, message) => this.#events.message(runner, message),
        ended: (runner, end) => this.#ended(runner, end),
      }),
    );
  }

  #ended(runner: RunnerProcess, end: RunnerEnd): void {
    this.#runners.delete(runner);
    if (this.#closed) {
      if (this.#runners.size === 0) this.#drained?.();
      return;
    }
    this.killed += 1;
    this.#logger?.warn('a runner was replaced', { why: end.why, lastWords: end.lastWords });
    if (runner.isReady) this.#replace();
    else this.#replaceLater(end.why);
    this.#events.lost([...runner.runs.values()], end);
  }

  #replace(): void {
    try {
      this.#add();
    } catch (error) {
      this.#logger?.error('a runner could not be started', { error });
      this.#replaceLater(messageOf(error));
    }
  }

  /** After a pause: what ends before it is ready would else be started again and again without one. */
  #replaceLater(why: string): void {
    this.#failedStarts += 1;
    const round = Math.floor((this.#failedStarts - 1) / (this.#limits.runners + this.#limits.spares));
    const pauseMs = Math.min(START_AGAIN_MS * 2 ** round, START_AGAIN_AT_MOST_MS);
    const timer = setTimeout(() => {
      this.#startAgain.delete(timer);
      this.#replace();
    }, pauseMs);
    this.#startAgain.add(timer);
    if (this.#failedStarts >= HOPELESS_STARTS && this.#ready.length === 0) this.#events.unavailable(why);
  }

  /** The server's own watch: it holds even when a runner's loop is stuck. */
  #look(): void {
    const now = performance.now();
    // After a pause of ours (a laptop asleep, a stopped process) the runners' signs of life are still on their way.
    const paused = now - this.#lastWatch > BEAT_LOST_MS / 2;
    this.#lastWatch = now;
    for (const runner of this.#runners) {
      if (paused) runner.lastBeat = now;
      if (runner.retiring || !runner.isReady) continue;
      if (now - runner.lastBeat > BEAT_LOST_MS) this.#blame(runner, undefined, 'deadline', 'it gave no sign of life');
      if (runner.runs.size === 0) {
        // The sign of life that tells its memory may come after the end of the run that took it.
        this.settle(runner);
        if (runner.hasRests) this.#seeMemory(runner);
        continue;
      }
      for (const run of runner.runs.values()) {
        if (!paused && now - run.startedAt > run.wallMs + PARENT_GRACE_MS) {
          this.#blame(runner, run, 'deadline', 'a script did not end');
        }
      }
      this.#seeMemory(runner);
    }
  }

  /** What an earlier script left behind, while its isolate is being taken down, is not the next one's fault: that runs again. */
  #seeMemory(runner: RunnerProcess): void {
    const residentMb = runner.residentMb() ?? 0;
    if (residentMb > runnerCapMb(this.#limits)) {
      if (runner.hasRests) runner.kill('memory');
      else this.#blame(runner, undefined, 'memory', 'memory');
    } else if (runner.hasRests && residentMb < retireAtMb(this.#limits)) {
      runner.hasRests = false;
      if (runner.runs.size === 0) this.#events.available();
    }
  }

  /** Kills a runner. Who is to blame: the run that is known, or the only one there. */
  #blame(runner: RunnerProcess, culprit: PendingRun | undefined, verdict: KillVerdict, why: string): void {
    const only = runner.runs.size === 1 ? [...runner.runs.values()][0] : undefined;
    const run = culprit ?? only;
    runner.kill(why);
    if (run === undefined) return;
    runner.runs.delete(run.id);
    this.#events.blamed(run, verdict);
  }
}

function isClean(runner: RunnerProcess): boolean {
  return runner.runs.size === 0 && !runner.hasRests && !runner.exclusive;
}
