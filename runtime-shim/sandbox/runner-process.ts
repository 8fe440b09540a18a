import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { PendingRun } from './pending-run.ts';
import { MAX_CODE_CHARS, MAX_KNOWN_CHARS } from './run-limits.ts';
import {
  type FromRunner,
  fromRunnerSchema,
  type RunnerJob,
  type SentSettings,
  type ToRunner,
} from './runner-protocol.ts';

/** Last words of a runner that are kept for the log, characters. */
const STDERR_TAIL = 2_000;
/** Sets of libraries and plugins that a runner keeps; beyond it a fresh one takes over. Our choice: one per version of each bot. */
const MAX_SETS = 200;
/** Linux tells memory in pages of this size, bytes; where it is another, the runner's own watch still holds. */
const PAGE_BYTES = 4_096;
const MIB = 1_048_576;
/** Signals by which a process ends itself, or the kernel ends it for what it did. By any other it was ended from outside. */
const CRASH_SIGNALS: ReadonlySet<string> = new Set([
  'SIGILL',
  'SIGTRAP',
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGSEGV',
  'SIGSYS',
]);

/** What the pool wants to know of a runner. */
export interface RunnerEvents {
  ready(runner: RunnerProcess): void;
  message(runner: RunnerProcess, message: Extract<FromRunner, { t: 'call' | 'end' }>): void;
  ended(runner: RunnerProcess, end: RunnerEnd): void;
}

/** How a runner ended. */
export interface RunnerEnd {
  /** For the log. */
  readonly why: string;
  /** It fell by what it did itself: neither the server nor anybody else ended it. */
  readonly crashed: boolean;
  /** What of its error output the log may hold. */
  readonly lastWords: string;
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
  #why: string | undefined;

  constructor(child: ChildProcess, settings: SentSettings, events: RunnerEvents) {
    this.#child = child;
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_TAIL);
    });
    this.#child.on('message', (raw) => this.#receive(raw, events));
    this.#whenEnded((end) => events.ended(this, end));
    this.#send({ t: 'start', settings });
  }

  /** Runs that take its time: those that wait for the network do not. */
  get load(): number {
    return this.#count((run) => !run.waiting);
  }

  /** Runs that may wait for the network in it. */
  get network(): number {
    return this.#count((run) => run.network === 'held');
  }

  #count(counts: (run: PendingRun) => boolean): number {
    let count = 0;
    for (const run of this.runs.values()) if (counts(run)) count += 1;
    return count;
  }

  get pid(): number | undefined {
    return this.#child.pid;
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

  /**
   * When the process is gone, and what it said last has been read: the message that names the culprit may still be in
   * the channel when the kernel tells of the end.
   */
  #whenEnded(tell: (end: RunnerEnd) => void): void {
    let exit: { code: number | null; signal: NodeJS.Signals | null } | undefined;
    this.#child.on('error', (error) => {
      this.#why ??= error.message;
      // It could not be started: there is no exit to come.
      if (this.#child.pid === undefined) tell({ why: this.#why, crashed: false, lastWords: '' });
    });
    const look = (): void => {
      if (exit === undefined || this.#child.connected) return;
      const { code, signal } = exit;
      exit = undefined;
      const crashed = this.#why === undefined && (signal === null || CRASH_SIGNALS.has(signal));
      const why = this.#why ?? `${crashed ? 'it crashed' : 'it was ended from outside'} (${signal ?? `code ${code}`})`;
      // Until it was ready it had been given no script: what it says is about its start, and its maintainer needs all of it.
      tell({ why, crashed, lastWords: this.isReady ? knownWords(this.#stderr) : this.#stderr });
    };
    this.#child.once('exit', (code, signal) => {
      exit = { code, signal };
      look();
    });
    this.#child.once('disconnect', look);
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

/**
 * What the log may say of a runner's end. V8 and Node write source lines, messages and values of the script that ran to
 * the error output, and those are the author's and the leads'. So only words of this list are passed on, as they stand
 * here. They are what V8 and Node say themselves, whatever the script was.
 */
const KNOWN_WORDS = [
  'Fatal error in',
  'FATAL ERROR',
  'Check failed',
  'Debug check failed',
  'unreachable code',
  'invalid size error',
  'JavaScript heap out of memory',
  'Allocation failed',
  'invalid array length',
  'Fatal process out of memory',
  'Last few GCs',
  'V8 Sandbox',
  'Uncaught',
  'ERR_ACCESS_DENIED',
  'ERR_UNHANDLED_REJECTION',
  'std::bad_alloc',
  'terminate called',
  'stack smashing detected',
  'double free or corruption',
];

/** Which of V8's own words stand in an error output; never any other part of it. */
export function knownWords(output: string): string {
  return KNOWN_WORDS.filter((words) => output.includes(words)).join(', ');
}
