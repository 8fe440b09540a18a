import type { Logger } from '../../plugin/contract/host.ts';
import { SHIM_ERRORS, shimError } from '../errors.ts';
import { answerCall } from './answer-call.ts';
import type { Sandbox, SandboxLimits, SandboxStats, ScriptResult, ScriptRun, ScriptUsage } from './contract.ts';
import { FairQueue } from './fair-queue.ts';
import { loadPlatformSources } from '../globals/bundles.ts';
import { abortCalls, type PendingRun } from './pending-run.ts';
import { runInput } from './run-input.ts';
import { type FullLimits, fullLimits } from './run-limits.ts';
import { runResult } from './run-result.ts';
import { type KillVerdict, RunnerPool } from './runner-pool.ts';
import type { RunnerProcess } from './runner-process.ts';
import type { FromRunner } from './runner-protocol.ts';
import { ScriptSets } from './script-sets.ts';

export interface SandboxOptions {
  readonly logger?: Logger;
}

/** A sandbox with its runner processes, which start at once. @throws RangeError for limits that cannot work */
export function createSandbox(limits: Partial<SandboxLimits> = {}, options: SandboxOptions = {}): Sandbox {
  return new ProcessSandbox(fullLimits(limits), options.logger);
}

class ProcessSandbox implements Sandbox {
  readonly #limits: FullLimits;
  readonly #logger: Logger | undefined;
  readonly #queue: FairQueue<PendingRun>;
  /** Runs whose runner was killed: first in line, each in a runner of its own. */
  readonly #again: PendingRun[] = [];
  readonly #sets = new ScriptSets();
  readonly #outcomes = new Map<string, number>();
  readonly #starting: Promise<void>;
  readonly #allReady = Promise.withResolvers<void>();
  #pool: RunnerPool | undefined;
  #closing: Promise<void> | undefined;
  #whenIdle: (() => void) | undefined;
  /** Why there are no runners: our own guest code could not be read or built. */
  #broken: unknown;
  #lastId = 0;

  constructor(limits: FullLimits, logger: Logger | undefined) {
    this.#limits = limits;
    this.#logger = logger;
    this.#queue = new FairQueue(limits.queuePerBot);
    this.#starting = this.#start();
    this.#starting.catch((error: unknown) => {
      this.#broken = error;
      this.#allReady.reject(error);
      for (const run of this.#queue.drain()) run.reject(error);
    });
    this.#allReady.promise.catch(() => undefined);
  }

  async #start(): Promise<void> {
    const platformSource = await loadPlatformSources();
    if (this.#closing !== undefined) return;
    this.#pool = new RunnerPool(
      this.#limits,
      platformSource,
      {
        available: () => this.#dispatch(),
        message: (runner, message) => this.#receive(runner, message),
        blamed: (run, verdict) => this.#blame(run, verdict),
        lost: (runs) => this.#lost(runs),
      },
      this.#logger,
    );
  }

  async run(script: ScriptRun): Promise<ScriptResult> {
    if (this.#closing !== undefined) throw shimError('sandbox_closed', {});
    if (this.#broken !== undefined) throw this.#broken;
    return await new Promise<ScriptResult>((resolve, reject) => {
      this.#lastId += 1;
      const id = this.#lastId;
      const run: PendingRun = { id, script, resolve, reject, startedAt: 0, alone: false, abort: undefined, calls: 0 };
      const runner = this.#queue.size === 0 && this.#again.length === 0 ? this.#pool?.free() : undefined;
      if (runner !== undefined) this.#give(runner, run);
      else if (!this.#queue.push(script.botId, run)) this.#refuse(run);
    });
  }

  stats(): SandboxStats {
    return {
      runners: this.#pool?.readyCount ?? 0,
      queued: this.#queue.size + this.#again.length,
      running: this.#pool?.runningCount ?? 0,
      outcomes: Object.fromEntries(this.#outcomes),
      runnersKilled: this.#pool?.killed ?? 0,
    };
  }

  async ready(): Promise<void> {
    if (this.#closing !== undefined) throw shimError('sandbox_closed', {});
    await this.#allReady.promise;
  }

  /** Those who wait are refused, those who run may end, then the runners end. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const closed = shimError('sandbox_closed', {});
    this.#allReady.reject(closed);
    for (const run of [...this.#again.splice(0), ...this.#queue.drain()]) run.reject(closed);
    await this.#starting.catch(() => undefined);
    if (this.#pool === undefined) return;
    if (this.#pool.runningCount > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#whenIdle = resolve;
      await promise;
    }
    await this.#pool.close();
  }

  #dispatch(): void {
    const pool = this.#pool;
    if (pool === undefined) return;
    if (pool.readyCount >= this.#limits.runners) this.#allReady.resolve();
    while (this.#again.length > 0) {
      const runner = pool.idle();
      const run = runner === undefined ? undefined : this.#again.shift();
      if (runner === undefined || run === undefined) break;
      runner.exclusive = true;
      this.#give(runner, run);
    }
    for (let runner = pool.free(); runner !== undefined; runner = pool.free()) {
      const run = this.#queue.shift();
      if (run === undefined) return;
      this.#give(runner, run);
    }
  }

  #give(runner: RunnerProcess, run: PendingRun): void {
    const { script } = run;
    runner.start(run, {
      id: run.id,
      file: script.file,
      input: runInput(script),
      libraries: this.#sets.libraries(script.libraries),
      plugins: this.#sets.plugins(script.plugins),
    });
  }

  #receive(runner: RunnerProcess, message: Extract<FromRunner, { t: 'call' | 'end' }>): void {
    const run = runner.runs.get(message.id);
    if (run === undefined) return;
    if (message.t === 'call') {
      void answerCall(run, message, this.#logger).then((json) => runner.answer(message.id, message.call, json));
      return;
    }
    runner.finish(message.id);
    this.#settle(run, runResult(run.script, message));
    this.#pool?.settle(runner);
    this.#dispatch();
  }

  #settle(run: PendingRun, result: ScriptResult): void {
    abortCalls(run);
    const outcome = result.ok ? 'ok' : result.error.code;
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1);
    run.resolve(result);
    if (this.#pool?.runningCount === 0 && this.#again.length === 0) this.#whenIdle?.();
  }

  #refuse(run: PendingRun): void {
    const { botId } = run.script;
    const waiting = this.#queue.waitingOf(botId);
    this.#settle(run, failure(run, 'sandbox_busy', SHIM_ERRORS.sandbox_busy.message({ botId, waiting }), 0));
  }

  /** The server had to kill the runner itself because of this run. */
  #blame(run: PendingRun, verdict: KillVerdict): void {
    const { wallMs, memoryMb } = this.#limits;
    const [code, message] =
      verdict === 'memory'
        ? ['script_memory', SHIM_ERRORS.script_memory.message({ memoryMb })]
        : ['script_deadline', SHIM_ERRORS.script_deadline.message({ wallMs })];
    this.#settle(run, failure(run, code, message, performance.now() - run.startedAt));
  }

  /** Nothing of a killed run was kept, so it may run again, once, and alone: then whatever happens is its own doing. */
  #lost(runs: readonly PendingRun[]): void {
    for (const run of runs) {
      abortCalls(run);
      run.abort = undefined;
      if (run.alone) {
        this.#settle(
          run,
          failure(run, 'sandbox_killed', SHIM_ERRORS.sandbox_killed.message({}), performance.now() - run.startedAt),
        );
      } else {
        run.alone = true;
        this.#again.push(run);
      }
    }
    if (this.#pool?.runningCount === 0 && this.#again.length === 0) this.#whenIdle?.();
    // Later in this turn: when several runners ended at once, the others must be known as gone.
    setImmediate(() => this.#dispatch());
  }
}

function failure(run: PendingRun, code: string, message: string, wallMs: number): ScriptResult {
  const usage: ScriptUsage = { cpuMs: 0, wallMs: Math.round(wallMs), hostCalls: 0 };
  return { ok: false, error: { code, message, file: run.script.file, line: null, column: null }, log: [], usage };
}
