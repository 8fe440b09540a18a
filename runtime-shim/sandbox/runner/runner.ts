import type { Text } from '../../../plugin/contract/text.ts';
import { SHIM_ERRORS } from '../../errors.ts';
import type { ScriptPlace } from '../contract.ts';
import { authorPlace } from '../expand-snippets.ts';
import {
  BEAT_EVERY_MS,
  KILL_AFTER_MS,
  MAX_ACTIONS,
  MAX_HOST_CALLS,
  MAX_LOG_LINE_CHARS,
  MAX_LOG_LINES,
  MAX_RESULT_CHARS,
  MAX_SYSTEM_ATTRIBUTE_CHARS,
  MAX_WRITES,
  RETIRE_PART,
  WATCH_EVERY_MS,
} from '../run-limits.ts';
import type { FromRunner, LibrarySet, PluginSet, RunnerJob, RunnerSettings, ToRunner } from '../runner-protocol.ts';
import { ActiveRun } from './active-run.ts';
import { Definitions, LIBRARY_NAME, SCRIPT_NAME } from './definitions.ts';
import { bootText, isMemoryLoss, isTimeout, IsolateSlot, START_ERROR } from './isolate-slot.ts';
import { type CompileUnit, LINES_BEFORE, UnitCache } from './compile-unit.ts';
import { failureText, reportForServer } from './run-report.ts';

const MIB = 1_048_576;

/** How a runner reaches its server. */
export interface RunnerWire {
  send(message: FromRunner, sent?: () => void): void;
  /** Ends this process at once, whatever its threads do. */
  die(): void;
}

/** The runner process: a pool of isolates, and a loop that stays free to watch them. */
export class Runner {
  readonly #wire: RunnerWire;
  readonly #settings: RunnerSettings;
  readonly #parts: Readonly<Record<string, string>>;
  readonly #scripts = new Map<number, string>();
  readonly #libraries = new Map<number, LibrarySet>();
  readonly #plugins = new Map<number, PluginSet>([[0, []]]);
  readonly #bootTexts = new Map<number, string>();
  readonly #units: UnitCache;
  readonly #slots = new Set<IsolateSlot>();
  readonly #idle: IsolateSlot[] = [];
  readonly #active = new Map<number, ActiveRun>();
  #lastPlugins = 0;
  /** A script has ended, and memory was not seen to be low since: what it left is not the fault of the next one. */
  #hasRests = false;
  #doomed = false;

  constructor(settings: RunnerSettings, wire: RunnerWire) {
    this.#settings = settings;
    this.#parts = { ...settings.platformSource.parts, ...settings.platformSource.packages };
    this.#units = new UnitCache(new Definitions(settings.platformSource.parts));
    this.#wire = wire;
    this.#idle.push(this.#createSlot());
    // The others while nobody waits: each takes about a millisecond of this loop.
    setImmediate(() => this.#fill());
    setInterval(() => this.#watch(), WATCH_EVERY_MS);
    setInterval(() => wire.send({ t: 'beat', rssMb: rssMb() }), BEAT_EVERY_MS);
    wire.send({ t: 'ready' });
  }

  receive(message: ToRunner): void {
    switch (message.t) {
      case 'script':
        if (message.only) this.#scripts.clear();
        this.#scripts.set(message.script, message.code);
        break;
      case 'libraries':
        this.#libraries.set(message.set, message.libraries);
        break;
      case 'plugins':
        this.#plugins.set(message.set, message.plugins);
        break;
      case 'answer':
        this.#active.get(message.id)?.answer(message.call, message.json);
        break;
      case 'run':
        void this.#run(message);
        break;
      default:
    }
  }

  async #run(job: RunnerJob): Promise<void> {
    const libraries = this.#libraries.get(job.libraries) ?? {};
    const unit = this.#units.get(this.#scripts.get(job.script) ?? '', job.libraries, libraries);
    if (!('source' in unit)) {
      const { code, message, library, line, column } = unit;
      const file = library === null ? job.file : (libraries[library]?.file ?? job.file);
      const usage = { cpuMs: 0, wallMs: 0, hostCalls: 0 };
      this.#wire.send({
        t: 'end',
        id: job.id,
        report: failureText(code, message, { file, line, column }),
        log: [],
        usage,
      });
      return;
    }
    this.#lastPlugins = job.plugins;
    const slot = this.#idleSlot() ?? this.#createSlot();
    await this.#perform(this.#activeRun(job, unit, slot, libraries));
  }

  #activeRun(
    job: RunnerJob,
    unit: CompileUnit,
    slot: IsolateSlot,
    libraries: LibrarySet,
    startedAt?: number,
  ): ActiveRun {
    return new ActiveRun(job, unit, slot, libraries, this.#parts, (message) => this.#wire.send(message), startedAt);
  }

  /**
   * V8's time-out goes by the clock. A script was over its limit only when the process has used about as much; a process that
   * uses less was kept waiting.
   */
  #isWithinCpu(run: ActiveRun): boolean {
    return run.cpuMs() < this.#settings.cpuMs * SURELY_USED;
  }

  /** One with a context at hand; else the one that has been idle longest, which is making them. */
  #idleSlot(): IsolateSlot | undefined {
    const ready = this.#idle.findIndex((slot) => slot.isReady);
    return this.#idle.splice(Math.max(ready, 0), 1)[0];
  }

  /** `isTimed`: V8 stops it at its limit, and says where it was then. */
  async #perform(run: ActiveRun, isTimed = true): Promise<void> {
    const { job, unit, slot, libraries } = run;
    slot.host = run;
    this.#active.set(job.id, run);
    try {
      const report = await slot.run(unit, job, isTimed ? this.#settings.cpuMs : undefined);
      this.#end(run, reportForServer(report, job.file, unit, libraries));
      // Made while others waited for the network: more than work at one time are not kept.
      if (this.#idle.length >= this.#settings.isolates) {
        this.#evict(slot);
        return;
      }
      slot.host = undefined;
      slot.prepare(job.plugins);
      this.#idle.push(slot);
    } catch (error) {
      const isUsed = slot.runs > 1;
      const isInnocent = isTimeout(error) && run.broken === undefined && !this.#doomed && this.#isWithinCpu(run);
      run.rememberCpu();
      this.#evict(slot);
      if (isUsed && run.broken === undefined && !this.#doomed && isMemoryLoss(error)) {
        // What scripts before it left behind counts too: only in a fresh isolate is it this script's own memory.
        await this.#perform(this.#activeRun(job, unit, this.#createSlot(), libraries));
        return;
      }
      if (isInnocent) {
        // The machine had no time for it. It has committed nothing, so it may run once more, watched by its CPU time alone.
        const again = this.#activeRun(job, unit, this.#createSlot(), libraries, run.startedAt);
        again.hostCalls = run.hostCalls;
        again.place = placeIn(error.stack ?? '', run);
        await this.#perform(again, false);
        return;
      }
      this.#end(run, this.#lossReport(run, error));
    }
  }

  /** Why an isolate was lost. */
  #lossReport(run: ActiveRun, error: unknown): string {
    if (run.broken !== undefined) return failureText(run.broken.code, run.broken.message, run.place ?? nowhere(run));
    if (isTimeout(error)) {
      const message = SHIM_ERRORS.script_timeout.message({ cpuMs: this.#settings.cpuMs });
      return failureText('script_timeout', message, placeIn(error.stack ?? '', run));
    }
    if (isMemoryLoss(error)) return this.#memoryReport(run);
    if (error instanceof Error && error.name === START_ERROR) {
      const reason = `the platform's guest code or a plugin's does not start: ${error.message}`;
      return failureText('sandbox_unavailable', SHIM_ERRORS.sandbox_unavailable.message({ reason }), nowhere(run));
    }
    // Our guest code catches whatever a script throws, so this is a rejected promise that nobody caught.
    const place = error instanceof Error ? placeIn(error.stack ?? '', run) : nowhere(run);
    return failureText('script_async', SHIM_ERRORS.script_async.message({}), place);
  }

  #memoryReport(run: ActiveRun): string {
    const { memoryMb } = this.#settings;
    return failureText('script_memory', SHIM_ERRORS.script_memory.message({ memoryMb }), nowhere(run));
  }

  #end(run: ActiveRun, report: string): void {
    if (!this.#active.delete(run.job.id)) return;
    this.#hasRests = true;
    this.#wire.send(endOf(run, report));
  }

  #watch(): void {
    const now = performance.now();
    const { cpuMs, wallMs: longestMs, capMb } = this.#settings;
    for (const run of this.#active.values()) {
      const { wallMs } = run.job;
      if (run.broken !== undefined) {
        if (now - run.broken.at > KILL_AFTER_MS) {
          this.#doom(
            'a script could not be stopped',
            run,
            failureText(run.broken.code, run.broken.message, run.place ?? nowhere(run)),
          );
        }
      } else if (now - run.startedAt > wallMs) {
        this.#stop(run, 'script_deadline', SHIM_ERRORS.script_deadline.message({ wallMs }));
      } else if (run.cpuMs() > cpuMs + BEHIND_TIMEOUT_MS) {
        this.#stop(run, 'script_timeout', SHIM_ERRORS.script_timeout.message({ cpuMs }));
      }
    }
    for (const slot of this.#slots) {
      const since = slot.preparingSince;
      if (since !== undefined && slot.host === undefined && now - since > longestMs)
        this.#doom('an isolate does not answer');
    }
    const rss = rssMb();
    if (rss > capMb) this.#overCap();
    else if (rss < capMb * RETIRE_PART) this.#hasRests = false;
  }

  /** Memory outside every limit: the one script that fills it is to blame; where that is not certain each may show itself alone elsewhere. */
  #overCap(): void {
    const [run, another] = this.#active.values();
    if (run !== undefined && another === undefined && !this.#hasRests)
      this.#doom('memory', run, this.#memoryReport(run));
    else this.#doom('memory');
  }

  #stop(run: ActiveRun, code: string, message: Text): void {
    run.broken = { code, message, at: performance.now() };
    run.rememberCpu();
    run.slot.dispose();
  }

  #createSlot(): IsolateSlot {
    const slot = new IsolateSlot(
      this.#settings.memoryMb,
      (plugins) => this.#bootText(plugins),
      (lost) => {
        const run = [...this.#active.values()].find((candidate) => candidate.slot === lost);
        this.#doom('V8 is out of memory', run, run === undefined ? undefined : this.#memoryReport(run));
      },
    );
    this.#slots.add(slot);
    slot.prepare(this.#lastPlugins);
    return slot;
  }

  /** Makes isolates ahead of need, one at a time. */
  #fill(): void {
    if (this.#doomed || this.#slots.size >= this.#settings.isolates) return;
    this.#idle.push(this.#createSlot());
    setImmediate(() => this.#fill());
  }

  #bootText(plugins: number): string {
    let text = this.#bootTexts.get(plugins);
    if (text === undefined) {
      const limits = JSON.stringify({
        hostCalls: MAX_HOST_CALLS,
        actions: MAX_ACTIONS,
        writes: MAX_WRITES,
        systemAttributeChars: MAX_SYSTEM_ATTRIBUTE_CHARS,
        logLines: MAX_LOG_LINES,
        logLineChars: MAX_LOG_LINE_CHARS,
        resultChars: MAX_RESULT_CHARS,
      });
      text = bootText(this.#settings.platformSource.platform, limits, this.#plugins.get(plugins) ?? []);
      this.#bootTexts.set(plugins, text);
    }
    return text;
  }

  /** An isolate that timed out or ran out of memory may be poisoned: it never runs another script. */
  #evict(slot: IsolateSlot): void {
    this.#slots.delete(slot);
    slot.host = undefined;
    slot.dispose();
    if (!this.#doomed && this.#slots.size < this.#settings.isolates) setImmediate(() => this.#fill());
  }

  /**
   * Ends the process: some code cannot be stopped by anything else. The culprit is answered with the same message that
   * tells of the end, so that the server gives this runner nothing more in between.
   */
  #doom(why: string, culprit?: ActiveRun, report?: string): void {
    if (this.#doomed) return;
    this.#doomed = true;
    const last: FromRunner =
      culprit !== undefined && report !== undefined && this.#active.delete(culprit.job.id)
        ? { ...endOf(culprit, report), ending: why }
        : { t: 'doomed', why };
    this.#wire.send(last, () => this.#wire.die());
  }
}

function endOf(run: ActiveRun, report: string): Extract<FromRunner, { t: 'end' }> {
  return { t: 'end', id: run.job.id, report, log: run.logLines, usage: run.usage() };
}

/** How long after V8's own time-out the watch stops a script itself: one that runs a second time, or a part that V8 does not time. */
const BEHIND_TIMEOUT_MS = 3 * WATCH_EVERY_MS;
/** Part of the CPU limit that counts as used up: the clock of the time-out and that of the process are read at different moments. */
const SURELY_USED = 0.9;

/** `at name (file:line:column)` or `at file:line:column`. */
const FRAME = /^ {4}at (?:.* \()?(.+?):(\d+):(\d+)\)?$/gmu;

/**
 * The innermost frame of the author's own code in a stack: one that V8 wrote, with the names that we compile under, or one that
 * our guest code wrote (`globals/stack.guest.ts`), with the author's.
 */
function placeIn(stack: string, { job, unit, libraries }: ActiveRun): ScriptPlace {
  for (const [, bytes = '', row, column] of stack.matchAll(FRAME)) {
    // isolated-vm hands a stack over byte by byte: a name that is not Latin must be read as UTF-8 again.
    const name = Buffer.from(bytes, 'latin1').toString();
    const at = { line: Number(row), column: Number(column) };
    if (name === SCRIPT_NAME || name === job.file)
      return authorPlace({ library: null, ...at }, job.file, libraries, unit.locate);
    const isCompiled = name.startsWith(LIBRARY_NAME);
    const library = isCompiled
      ? name.slice(LIBRARY_NAME.length)
      : Object.keys(libraries).find((one) => libraries[one]?.file === name);
    // One that was asked for by a name made up at run time is numbered, and no file of the author's.
    if (library === undefined || !Object.hasOwn(libraries, library)) continue;
    const line = isCompiled ? at.line - LINES_BEFORE : at.line;
    if (line > 0) return authorPlace({ library, line, column: at.column }, job.file, libraries, unit.locate);
  }
  return { file: job.file, line: null, column: null };
}

function nowhere(run: ActiveRun): { file: string; line: null; column: null } {
  return { file: run.job.file, line: null, column: null };
}

function rssMb(): number {
  return process.memoryUsage.rss() / MIB;
}
