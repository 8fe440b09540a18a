import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { PendingRun } from './pending-run.ts';
import { MAX_CODE_CHARS, MAX_KNOWN_CHARS, YOUNG_HALF_MB } from './run-limits.ts';
import {
  type FromRunner,
  fromRunnerSchema,
  type RunnerJob,
  type RunnerSettings,
  type ToRunner,
} from './runner-protocol.ts';

/** The runner beside this file: in the flat `dist/`, or as source. */
const BUILT = new URL('./runner.js', import.meta.url);
const RUNNER_FILE = fileURLToPath(existsSync(BUILT) ? BUILT : new URL('./runner-main.ts', import.meta.url));
/** Last words of a runner that are kept for the log, characters. */
const STDERR_TAIL = 2_000;
/** Sets of libraries and plugins that a runner keeps; beyond it a fresh one takes over. Ours: one per version of each bot. */
const MAX_SETS = 200;
/** Linux tells memory in pages of this size, bytes; where it is another, the runner's own watch still holds. */
const PAGE_BYTES = 4_096;
const MIB = 1_048_576;
/** Of the whole process, and so of every isolate in it. */
const V8_OPTIONS = [
  `--min-semi-space-size=${YOUNG_HALF_MB}`,
  `--max-semi-space-size=${YOUNG_HALF_MB}`,
  // Of an isolate's heap a tenth lives when it is collected: marking it at once takes less than sharing it out among threads.
  '--no-incremental-marking',
];

/** What the pool wants to know of a runner. */
export interface RunnerEvents {
  ready(runner: RunnerProcess): void;
  message(runner: RunnerProcess, message: Extract<FromRunner, { t: 'call' | 'end' }>): void;
  ended(runner: RunnerProcess, why: string): void;
}

/** One runner process, seen from the server. */
export class RunnerProcess {
  readonly runs = new Map<number, PendingRun>();
  isReady = false;
  /** Takes no new run: it ends when it is idle. */
  retiring = false;
  /** Has one run that nothing may disturb. */
  exclusive = false;
  lastBeat = performance.now();
  rssMb = 0;
  /** A run has ended in it, and its memory was not seen to be low since. */
  hasRests = false;
  /** When it was last given a run, ms. */
  lastStart = 0;
  readonly #child: ChildProcess;
  readonly #sent = new Set<number>();
  /** Numbers of the scripts that it was sent. */
  readonly #scripts = new Map<string, number>();
  #scriptChars = 0;
  #lastScript = 0;
  #stderr = '';
  #why = 'it ended by itself';

  constructor(settings: RunnerSettings, events: RunnerEvents) {
    // No variable of ours reaches the runner, and none of our own start options (test runners and debuggers add some).
    this.#child = fork(RUNNER_FILE, [], { env: {}, execArgv: V8_OPTIONS, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_TAIL);
    });
    this.#child.on('message', (raw) => this.#receive(raw, events));
    this.#child.on('error', (error) => {
      this.#why = error.message;
    });
    this.#child.once('exit', () => events.ended(this, this.#why));
    this.#send({ t: 'start', settings });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** What it wrote to its standard error, for our log only. */
  get lastWords(): string {
    return this.#stderr;
  }

  start(run: PendingRun, job: Omit<RunnerJob, 'script'>): void {
    const { code, libraries, plugins } = run.script;
    if (job.libraries !== 0 && !this.#sent.has(job.libraries)) {
      this.#send({ t: 'libraries', set: job.libraries, libraries });
      this.#sent.add(job.libraries);
    }
    if (job.plugins !== 0 && !this.#sent.has(job.plugins)) {
      this.#send({ t: 'plugins', set: job.plugins, plugins });
      this.#sent.add(job.plugins);
    }
    if (this.#sent.size > MAX_SETS) this.retiring = true;
    if (this.runs.size === 0) this.#hold(true);
    run.startedAt = performance.now();
    this.lastStart = run.startedAt;
    this.runs.set(run.id, run);
    this.#send({ t: 'run', ...job, script: this.#numberOf(code) });
  }

  /** The number by which it knows a script, whose text it is sent once. */
  #numberOf(code: string): number {
    const known = this.#scripts.get(code);
    if (known !== undefined) return known;
    // A longer one is refused for its length.
    const text = code.slice(0, MAX_CODE_CHARS + 1);
    const only = this.#scriptChars + code.length > MAX_KNOWN_CHARS;
    if (only) {
      this.#scripts.clear();
      this.#scriptChars = 0;
    }
    this.#scriptChars += code.length;
    this.#lastScript += 1;
    this.#scripts.set(code, this.#lastScript);
    this.#send({ t: 'script', script: this.#lastScript, code: text, only });
    return this.#lastScript;
  }

  answer(id: number, call: number, json: string): void {
    this.#send({ t: 'answer', id, call, json });
  }

  /** Takes a run off this runner. */
  finish(id: number): PendingRun | undefined {
    const run = this.runs.get(id);
    this.runs.delete(id);
    this.hasRests = true;
    if (this.runs.size === 0) {
      this.exclusive = false;
      this.#hold(false);
    }
    return run;
  }

  kill(why: string): void {
    this.#why = why;
    this.retiring = true;
    // Its end is waited for: `close()` promises that no process is left.
    this.#hold(true);
    this.#child.kill('SIGKILL');
  }

  /** Memory by the kernel's count, MiB; `undefined` where the kernel does not tell. */
  residentMb(): number | undefined {
    try {
      const pages = readFileSync(`/proc/${this.#child.pid}/statm`, 'latin1').split(' ')[1];
      return (Number(pages) * PAGE_BYTES) / MIB;
    } catch {
      return undefined;
    }
  }

  #receive(raw: unknown, events: RunnerEvents): void {
    const parsed = fromRunnerSchema.safeParse(raw);
    if (!parsed.success) {
      this.kill('it sent something that is not a message');
      return;
    }
    const message = parsed.data;
    this.lastBeat = performance.now();
    if (message.t === 'ready') {
      this.isReady = true;
      this.#hold(false);
      events.ready(this);
    } else if (message.t === 'beat') this.rssMb = message.rssMb;
    else if (message.t === 'doomed') this.kill(message.why);
    else events.message(this, message);
  }

  #send(message: ToRunner): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  /** A run, and the start of a runner, keep the server alive; an idle runner does not. */
  #hold(held: boolean): void {
    const method = held ? 'ref' : 'unref';
    this.#child[method]();
    this.#child.channel?.[method]();
    // The pipe is a socket, which has both; the type says only that it can be read.
    (this.#child.stderr as { ref?: () => void; unref?: () => void } | null)?.[method]?.();
  }
}
