import { createHistogram, SHORT_TIMES_S } from '../../plugin/contract/histogram.ts';
import type { Logger } from '../../plugin/contract/host.ts';
import { SHIM_ERRORS, shimError } from '../errors.ts';
import {
  NETWORK_CALL,
  type Sandbox,
  type SandboxLimits,
  type SandboxStats,
  type ScriptResult,
  type ScriptRun,
} from './contract.ts';
import { FairQueue, HELD_NOTICE, RunnerKillers } from './fair-queue.ts';
import { abortCalls, answerCall, failure, type PendingRun } from './pending-run.ts';
import { Places } from './places.ts';
import { Readiness } from './readiness.ts';
import { runInput, ScriptSets } from './run-input.ts';
import { type FullLimits, fullLimits } from './run-limits.ts';
import { runResult } from './run-result.ts';
import { type KillVerdict, RunnerPool } from './runner-pool.ts';
import type { RunnerEnd, RunnerProcess } from './runner-process.ts';
import type { FromRunner } from './runner-protocol.ts';
import { sourcesToSend, warnOfOldV8 } from './runner-start.ts';

export interface SandboxOptions {
  readonly logger?: Logger;
  /** What dates of scripts are in, an IANA name. Default: the time zone of this process. */
  readonly timeZone?: string | undefined;
}

/** A sandbox with its runner processes, which start at once. @throws RangeError for limits that cannot work */
export function createSandbox(limits: Partial<SandboxLimits> = {}, options: SandboxOptions = {}): Sandbox {
  return new ProcessSandbox(fullLimits(limits), options);
}

class ProcessSandbox implements Sandbox {
  readonly #limits: FullLimits;
  readonly #logger: Logger | undefined;
  readonly #queue: FairQueue<PendingRun>;
  /** Runs whose runner was killed: each needs a runner of its own, and their bots take turns here too. */
  readonly #again = new FairQueue<PendingRun>(Infinity);
  /** Runs of bots that end runners again and again: one at a time, in a runner of its own. */
  readonly #held: FairQueue<PendingRun>;
  #heldRun: PendingRun | undefined;
  readonly #places: Places;
  readonly #killers = new RunnerKillers();
  readonly #sets = new ScriptSets();
  readonly #outcomes = new Map<string, number>();
  readonly #seconds = createHistogram('metabot_script_seconds', 'How long scripts ran.', SHORT_TIMES_S);
  readonly #starting: Promise<void>;
  readonly #readiness = new Readiness();
  #pool: RunnerPool | undefined;
  #closing: Promise<void> | undefined;
  #whenIdle: (() => void) | undefined;
  /** Why there are no runners: our own guest code could not be read or built. */
  #broken: unknown;
  #lastId = 0;
  #timeZone: string | undefined;

  constructor(limits: FullLimits, { logger, timeZone }: SandboxOptions) {
    this.#limits = limits;
    this.#timeZone = timeZone;
    this.#logger = logger;
    this.#queue = new FairQueue(limits.queuePerBot);
    this.#held = new FairQueue(limits.queuePerBot);
    this.#places = new Places(limits);
    warnOfOldV8(logger, process.versions.v8);
    this.#starting = this.#start();
    this.#starting.catch((error: unknown) => {
      this.#broken = error;
      this.#readiness.reject(error);
      for (const queue of this.#queues) for (const run of queue.drain()) run.reject(error);
    });
  }

  get #queues(): Array<FairQueue<PendingRun>> {
    return [this.#again, this.#queue, this.#held, this.#places.parked];
  }

  get #queued(): number {
    return this.#queues.reduce((sum, queue) => sum + queue.size, 0);
  }

  /** Those that began and were parked or lost since are under way too, in whatever queue they wait to begin anew. */
  get #isIdle(): boolean {
    return this.#queued === 0 && (this.#pool?.runningCount ?? 0) === 0;
  }

  async #start(): Promise<void> {
    const platformSource = await sourcesToSend();
    if (this.#closing !== undefined) return;
    this.#pool = new RunnerPool(
      this.#limits,
      platformSource,
      {
        available: () => {
          this.#readiness.becomeAvailable();
          this.#dispatch();
        },
        unavailable: (why) => this.#becomeUnavailable(why),
        message: (runner, message) => this.#receive(runner, message),
        blamed: (run, verdict) => this.#blame(run, verdict),
        lost: (runs, end) => this.#lost(runs, end),
      },
      { logger: this.#logger, timeZone: this.#timeZone },
    );
  }

  async run(script: ScriptRun): Promise<ScriptResult> {
    if (this.#closing !== undefined) throw shimError('sandbox_closed', {});
    if (this.#broken !== undefined) throw this.#broken;
    return await new Promise<ScriptResult>((resolve, reject) => {
      this.#lastId += 1;
      const id = this.#lastId;
      const now = performance.now();
      const run: PendingRun = {
        id,
        script,
        resolve,
        reject,
        startedAt: now,
        until: now + (script.withinMs ?? Infinity),
        wallMs: this.#limits.wallMs,
        alone: false,
        abort: undefined,
        calls: 0,
        network: 'none',
        waiting: false,
      };
      if (this.#readiness.unavailable !== undefined) {
        this.#settle(run, cannotRun(run, this.#readiness.unavailable));
        return;
      }
      if (this.#killers.goesAlone(script.botId, now)) {
        if (this.#held.push(script.botId, run)) this.#dispatch();
        else this.#refuse(run, this.#held);
        return;
      }
      // Where one is free, those that wait are of bots that have all their places.
      const runner = this.#places.has(script.botId) ? this.#pool?.free() : undefined;
      if (runner !== undefined) this.#give(runner, run);
      else if (!this.#queue.push(script.botId, run)) this.#refuse(run, this.#queue);
    });
  }

  stats(): SandboxStats {
    return {
      runners: this.#pool?.readyCount ?? 0,
      queued: this.#queued,
      running: this.#pool?.runningCount ?? 0,
      waiting: this.#pool?.waitingCount ?? 0,
      outcomes: Object.fromEntries(this.#outcomes),
      seconds: this.#seconds.metric(),
      runnersKilled: this.#pool?.killed ?? 0,
    };
  }

  useTimeZone(timeZone: string | undefined): void {
    this.#timeZone = timeZone;
    this.#pool?.useTimeZone(timeZone);
  }

  async ready(): Promise<void> {
    if (this.#closing !== undefined) throw shimError('sandbox_closed', {});
    await this.#readiness.promise;
  }

  /** Those who wait are refused, those who run may end, then the runners end. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const closed = shimError('sandbox_closed', {});
    this.#readiness.reject(closed);
    for (const queue of this.#queues) for (const run of queue.drain()) run.reject(closed);
    await this.#starting.catch(() => undefined);
    if (this.#pool === undefined) return;
    if (!this.#isIdle) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#whenIdle = resolve;
      await promise;
    }
    await this.#pool.close();
  }

  #dispatch(): void {
    const pool = this.#pool;
    if (pool === undefined) return;
    if (pool.readyCount >= this.#limits.runners) this.#readiness.resolve();
    this.#goOn();
    for (let runner = this.#queue.size > 0 ? pool.free() : undefined; runner !== undefined; runner = pool.free()) {
      const run = this.#queue.shift((bot) => this.#places.has(bot));
      if (run === undefined) break;
      this.#give(runner, run);
    }
    this.#dispatchParked(pool);
    this.#dispatchAlone(pool);
    pool.keepAlive(this.#queued > 0);
  }

  /** Runs that the network has answered, before anybody new: their time goes on. */
  #goOn(): void {
    for (let next = this.#places.nextAnswer(); next !== undefined; next = this.#places.nextAnswer()) {
      this.#places.enter(next.run);
      next.runner.answer(next.run.id, next.call, next.json);
    }
  }

  /** Runs that may ask for the network now, behind those that have not asked yet. */
  #dispatchParked(pool: RunnerPool): void {
    while (this.#places.parked.size > 0) {
      const runner = pool.free((candidate) => this.#places.hasRoom(candidate));
      const run = runner === undefined ? undefined : this.#places.nextParked();
      if (runner === undefined || run === undefined) return;
      this.#give(runner, run);
    }
  }

  /** After those who share a runner: so the two kinds take turns where there is one runner only. */
  #dispatchAlone(pool: RunnerPool): void {
    while (this.#again.size > 0) {
      const runner = pool.idle();
      const run = runner === undefined ? undefined : this.#again.shift();
      if (runner === undefined || run === undefined) return;
      this.#give(runner, run, true);
    }
    while (this.#held.size > 0 && this.#heldRun === undefined) {
      const hasSpares = this.#limits.spares > 0;
      const runner = hasSpares ? pool.idleSpare() : pool.idle();
      const run = runner === undefined ? undefined : this.#held.shift();
      if (runner === undefined || run === undefined) {
        if (hasSpares) break;
        return;
      }
      this.#heldRun = run;
      // Nobody is beside it: whatever happens is its own doing.
      run.alone = true;
      this.#give(runner, run, true);
    }
    pool.release();
  }

  /** Whoever waits is told: a start that works may be a long time off. */
  #becomeUnavailable(why: string): void {
    if (this.#readiness.unavailable === undefined)
      this.#logger?.error('no runner starts: scripts cannot be run', { why });
    const reason = this.#readiness.becomeUnavailable(why);
    for (const queue of this.#queues) for (const run of queue.drain()) this.#settle(run, cannotRun(run, reason));
  }

  #give(runner: RunnerProcess, run: PendingRun, alone = false): void {
    const { script } = run;
    const left = run.until - performance.now();
    if (left <= 0) {
      const message = SHIM_ERRORS.script_deadline.message({ wallMs: Math.round(script.withinMs ?? 0) });
      this.#places.release(run);
      this.#settle(run, failure(run, 'script_deadline', message));
      return;
    }
    run.wallMs = Math.min(this.#limits.wallMs, Math.ceil(left));
    if (alone) runner.exclusive = true;
    this.#places.enter(run);
    runner.start(run, {
      id: run.id,
      file: script.file,
      input: runInput(script),
      wallMs: run.wallMs,
      libraries: this.#sets.libraries(script.libraries),
      plugins: this.#sets.plugins(script.plugins),
    });
  }

  #receive(runner: RunnerProcess, message: Extract<FromRunner, { t: 'call' | 'end' }>): void {
    const run = runner.runs.get(message.id);
    if (run === undefined) return;
    if (message.t === 'call') {
      this.#answer(runner, run, message);
      return;
    }
    runner.finish(message.id);
    const wasParked = run.network === 'parked';
    this.#places.leave(run);
    const result = runResult(run.script, message);
    if (message.ending === undefined) {
      if (wasParked && result.ok) this.#park(run);
      else this.#settle(run, result);
      this.#pool?.settle(runner);
    } else {
      // Before anything else is given away: it takes nothing any more.
      runner.kill(message.ending);
      this.#settleKiller(run, result);
    }
    this.#dispatch();
  }

  /** Answers a host call. One that waits for the network leaves its place to others. */
  #answer(runner: RunnerProcess, run: PendingRun, message: Extract<FromRunner, { t: 'call' }>): void {
    const { id, call } = message;
    const perform = (): Promise<string> => answerCall(run, message, this.#logger);
    if (message.plugin !== NETWORK_CALL.plugin || message.name !== NETWORK_CALL.name) {
      void perform().then((json) => runner.answer(id, call, json));
      return;
    }
    if (!this.#places.admits(run, runner)) {
      runner.answer(id, call, PARKED);
      return;
    }
    this.#places.wait(run);
    void perform().then((json) => {
      this.#places.answered({ runner, run, call, json });
      this.#dispatch();
    });
    this.#dispatch();
  }

  /** Nothing of it was kept: it begins anew when it may ask for the network. */
  #park(run: PendingRun): void {
    const { botId } = run.script;
    // Its calls are those of another try.
    run.abort = undefined;
    if (this.#killers.goesAlone(botId, performance.now())) {
      if (!this.#held.push(botId, run)) this.#refuse(run, this.#held);
    } else if (!this.#places.park(run)) this.#refuse(run, this.#places.parked);
  }

  /** The end of a run that has ended its runner. */
  #settleKiller(run: PendingRun, result: ScriptResult): void {
    const { botId } = run.script;
    const now = performance.now();
    this.#killers.count(botId, now);
    const waiting = [...this.#queue.takeAll(botId), ...this.#places.parked.takeAll(botId)];
    for (const other of waiting) if (!this.#held.push(botId, other)) this.#refuse(other, this.#held);
    if (!this.#killers.isHeld(botId, now)) {
      this.#settle(run, result);
      return;
    }
    this.#logger?.warn('a bot is held to one script at a time: its scripts end runners', { bot: botId });
    this.#settle(run, { ...result, log: [...result.log, { level: 'warn', text: HELD_NOTICE }] });
  }

  #settle(run: PendingRun, result: ScriptResult): void {
    abortCalls(run);
    this.#places.ended(run, result);
    if (this.#heldRun === run) this.#heldRun = undefined;
    const outcome = result.ok ? 'ok' : result.error.code;
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1);
    this.#seconds.observe({}, result.usage.wallMs / 1_000);
    run.resolve(result);
    if (this.#isIdle) this.#whenIdle?.();
  }

  #refuse(run: PendingRun, queue: FairQueue<PendingRun>): void {
    const { botId } = run.script;
    const message = SHIM_ERRORS.sandbox_busy.message({ botId, waiting: queue.waitingOf(botId) });
    this.#settle(run, failure(run, 'sandbox_busy', message));
  }

  /** The server had to kill the runner itself because of this run. */
  #blame(run: PendingRun, verdict: KillVerdict): void {
    const { memoryMb } = this.#limits;
    this.#places.leave(run);
    const [code, message] =
      verdict === 'memory'
        ? ['script_memory', SHIM_ERRORS.script_memory.message({ memoryMb })]
        : ['script_deadline', SHIM_ERRORS.script_deadline.message({ wallMs: run.wallMs })];
    this.#settleKiller(run, failure(run, code, message));
  }

  /** Nothing of a killed run was kept, so it may run again, once, and alone: then whatever happens is its own doing. */
  #lost(runs: readonly PendingRun[], end: RunnerEnd): void {
    for (const run of runs) {
      abortCalls(run);
      run.abort = undefined;
      const { botId } = run.script;
      this.#places.leave(run);
      if (run.alone && end.crashed) {
        this.#settleKiller(run, failure(run, 'script_crashed', SHIM_ERRORS.script_crashed.message({})));
      } else if (run.alone) {
        this.#settle(run, failure(run, 'sandbox_killed', SHIM_ERRORS.sandbox_killed.message({})));
      } else {
        run.alone = true;
        // What was beside a script of its own bot's that ended the runner may do the same.
        const queue = this.#killers.goesAlone(botId, performance.now()) ? this.#held : this.#again;
        if (!queue.push(botId, run)) this.#refuse(run, queue);
      }
    }
    if (this.#isIdle) this.#whenIdle?.();
    // Later in this turn: when several runners ended at once, the others must be known as gone.
    setImmediate(() => this.#dispatch());
  }
}

/** The guest ends its run for it, as `bot.stop()` does (`../globals/plugin-platform.guest.ts`). */
const PARKED = '{"parked":true}';

function cannotRun(run: PendingRun, reason: string): ScriptResult {
  return failure(run, 'sandbox_unavailable', SHIM_ERRORS.sandbox_unavailable.message({ reason }));
}
