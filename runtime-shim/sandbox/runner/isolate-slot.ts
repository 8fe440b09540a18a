import ivm from 'isolated-vm';
import { READY_CONTEXTS, READY_CONTEXTS_MB } from '../run-limits.ts';
import type { PluginSet } from '../runner-protocol.ts';
import { type Definition, GUEST_NAMES, PLATFORM_NAME, SCRIPT_NAME } from './definitions.ts';
import { type CompileUnit, LINES_BEFORE } from './compile-unit.ts';

/** What the guest code of a run may reach: set when its run begins. */
export interface SlotHost {
  call(plugin: string, name: string, args: string): Promise<string>;
  library(name: string): string;
  part(name: string): string;
  random(bytes: number): string;
  log(level: string, text: string): void;
}

/** Characters of scripts that an isolate keeps compiled. Our choice: a bot's scripts together are far smaller; beyond it all are dropped. */
const MAX_CACHED_CHARS = 2_000_000;

/** Characters of libraries and parts that an isolate keeps compiled. Our choice: eight of the largest libraries. */
const MAX_DEFINED_CHARS = 4_000_000;

/**
 * V8 keeps all functions in a table of pieces of 64 KB, of which a context fills a third. When nothing in a piece lives, a collection gives it back to
 * the system, and the next contexts take it again: that was a seventh of a run's CPU time. So a context that stays puts a function into each piece, and keeps
 * the last 128: contexts are collected when some 80 have been used (seen in profiles of V8 14.6).
 */
const HOLD_TABLE = `(globalThis.held ??= { next: 0 })[held.next++ & 127] = function () {};`;

/** For a call that comes after the end of its run. */
const UNANSWERED = '{"e":{"code":"script_async","message":"the script has ended"}}';

/** One isolate: runs one script at a time, each in a context of its own that was made before it was needed. */
export class IsolateSlot {
  readonly isolate: ivm.Isolate;
  /** Who answers the guest now; `undefined` between runs. */
  host: SlotHost | undefined;
  /** Since when contexts are being made, ms of `performance.now()`; `undefined` when none are. */
  preparingSince: number | undefined;
  /** Scripts begun in it. */
  runs = 0;
  readonly #bootText: (plugins: number) => string;
  readonly #reference: ivm.Reference;
  readonly #boots = new Map<number, ivm.Script>();
  readonly #scripts = new Map<string, ivm.Script>();
  #cachedChars = 0;
  readonly #defined = new Map<string, ivm.Script>();
  #definedChars = 0;
  /** Gives the report of the script that runs, once its promises' continuations have run. */
  #late: ivm.Reference<() => string> | undefined;
  /** Contexts in which nothing but our own code has run, with the plugins of `#plugins`. */
  readonly #ready: ivm.Context[] = [];
  #plugins = 0;
  /** Scripts in a row with these plugins. */
  #alike = 0;
  #preparing: Promise<void> | undefined;
  /** Runs `HOLD_TABLE` in the context that stays; `undefined` until contexts are made several at a time. */
  #holdTable: (() => void) | undefined;

  constructor(memoryMb: number, bootText: (plugins: number) => string, onCatastrophe: (slot: IsolateSlot) => void) {
    this.#bootText = bootText;
    this.isolate = new ivm.Isolate({
      memoryLimit: memoryMb + READY_CONTEXTS_MB,
      onCatastrophicError: () => onCatastrophe(this),
    });
    this.#reference = new ivm.Reference((what: unknown, first: unknown, second: unknown, third: unknown) => {
      if (!(what instanceof ivm.Reference)) {
        return this.#answer(String(what), String(first), String(second), String(third));
      }
      this.#late = what;
      return undefined;
    });
  }

  /** A script can begin in it at once. */
  get isReady(): boolean {
    return this.#ready.length > 0;
  }

  /** Makes the next contexts ahead of need. */
  prepare(plugins: number): void {
    if (this.isReady && plugins === this.#plugins) return;
    this.#preparing ??= this.#prepare(plugins);
    // Whoever runs the next script meets the failure.
    this.#preparing.catch(() => undefined);
  }

  /**
   * Runs a script and answers its report. Rejects when the isolate is lost: time, memory, or a promise that nobody caught.
   * `timeoutMs`: it is stopped when it has run for so long, waiting for the host not counted, and the error knows where it was.
   */
  async run(
    { source, definitions }: CompileUnit,
    { input, plugins }: { readonly input: string; readonly plugins: number },
    timeoutMs?: number,
  ): Promise<string> {
    this.runs += 1;
    const context = await this.#take(plugins);
    const script = this.#scripts.get(source) ?? (await this.#compile(source));
    const defining = definitions.length === 0 ? undefined : await this.#define(definitions, context);
    context.global.setIgnored(GUEST_NAMES.input, input);
    const [report] = (await Promise.all([
      script.run(context, timeoutMs === undefined ? {} : { timeout: timeoutMs }),
      defining?.done,
    ])) as unknown[];
    const lateReport = this.#late;
    this.#late = undefined;
    const last: unknown = report === '' ? await lateReport?.apply() : report;
    lateReport?.release();
    context.release();
    return typeof last === 'string' ? last : '';
  }

  /** CPU time that the isolate has used, ms. While it runs, time that it waits for a core counts too. */
  cpuMs(): number {
    return this.isolate.isDisposed ? 0 : Number(this.isolate.cpuTime) / 1e6;
  }

  dispose(): void {
    if (!this.isolate.isDisposed) this.isolate.dispose();
  }

  /** What the guest asks of the host. Answers are strings, and errors never pass: their stacks name paths of this machine. */
  #answer(what: string, first: string, second: string, third: string): string | Promise<string> {
    const { host } = this;
    if (host === undefined) return UNANSWERED;
    if (what === 'call') return host.call(first, second, third);
    if (what === 'library') return host.library(first);
    if (what === 'part') return host.part(first);
    if (what === 'random') return host.random(Number(first));
    host.log(first, second);
    return '';
  }

  async #take(plugins: number): Promise<ivm.Context> {
    this.#alike = plugins === this.#plugins ? this.#alike + 1 : 0;
    let context = this.#ready.shift();
    // What is being made now may have other plugins, so it may take two rounds.
    while (context === undefined || plugins !== this.#plugins) {
      context?.release();
      await (this.#preparing ??= this.#prepare(plugins));
      context = this.#ready.shift();
    }
    return context;
  }

  /** Several at a time: the thread's hand-overs are paid once, and the processor's caches hold what making a context needs. */
  async #prepare(plugins: number): Promise<void> {
    this.preparingSince = performance.now();
    for (const context of this.#ready.splice(0)) context.release();
    this.#plugins = plugins;
    let boot = this.#boots.get(plugins);
    if (boot === undefined) {
      boot = await this.isolate.compileScript(this.#bootText(plugins), { filename: PLATFORM_NAME });
      this.#boots.set(plugins, boot);
    }
    const started = boot;
    // One for the first script, or where the plugins change from script to script: the others would be thrown away.
    const count = this.#alike > 0 ? READY_CONTEXTS : 1;
    if (count > 1) this.#holdTable ??= await this.#tableHolder();
    const contexts = await Promise.all(
      Array.from({ length: count }, () => {
        this.#holdTable?.();
        return this.isolate.createContext();
      }),
    );
    await Promise.all(
      contexts.map((context) => {
        context.global.setIgnored(GUEST_NAMES.host, this.#reference);
        return started.run(context);
      }),
    ).catch(asStartError);
    this.#ready.push(...contexts);
    this.preparingSince = undefined;
    this.#preparing = undefined;
  }

  async #tableHolder(): Promise<() => void> {
    const [context, script] = await Promise.all([this.isolate.createContext(), this.isolate.compileScript(HOLD_TABLE)]);
    return () => script.runIgnored(context);
  }

  /** The functions are put into the context right before the script runs: all in one visit to the isolate's thread. */
  async #define(
    definitions: readonly Definition[],
    context: ivm.Context,
  ): Promise<{ readonly done: Promise<unknown> }> {
    const scripts: ivm.Script[] = [];
    for (const definition of definitions) {
      let script = this.#defined.get(definition.source);
      if (script === undefined) {
        const { source, filename } = definition;
        if (this.#definedChars + source.length > MAX_DEFINED_CHARS) {
          // The ones of this run are let go too, but not ended: a script lives as long as it is held here.
          this.#defined.clear();
          this.#definedChars = 0;
        }
        script = await this.isolate.compileScript(source, { filename });
        this.#defined.set(source, script);
        this.#definedChars += source.length;
      }
      scripts.push(script);
    }
    const done = Promise.all(scripts.map((script) => script.run(context)));
    // Whoever waits for the script meets the failure.
    done.catch(() => undefined);
    return { done };
  }

  async #compile(source: string): Promise<ivm.Script> {
    if (this.#cachedChars + source.length > MAX_CACHED_CHARS) {
      for (const script of this.#scripts.values()) script.release();
      this.#scripts.clear();
      this.#cachedChars = 0;
    }
    const script = await this.isolate.compileScript(source, { filename: SCRIPT_NAME, lineOffset: -LINES_BEFORE });
    this.#scripts.set(source, script);
    this.#cachedChars += source.length;
    return script;
  }
}

/** Our own guest code, or a plugin's, does not start: nothing that a script could be blamed for. */
export const START_ERROR = 'GuestStartError';

/** isolated-vm's own words: "Isolate was disposed during execution due to memory limit". */
export function isMemoryLoss(error: unknown): boolean {
  return error instanceof Error && /memory limit|disposed|allocation failed/i.test(error.message);
}

/** isolated-vm's own words for a script that its time-out has stopped. */
export function isTimeout(error: unknown): error is Error {
  return error instanceof Error && error.message === 'Script execution timed out.';
}

function asStartError(error: unknown): never {
  if (isMemoryLoss(error)) throw error;
  const failure = new Error(error instanceof Error ? error.message : 'it threw no error');
  failure.name = START_ERROR;
  throw failure;
}

/** The text that starts the platform and its plugins in a fresh context. Both are bundles of ours and of the platform's maintainers. */
export function bootText(platformSource: string, limitsJson: string, plugins: PluginSet): string {
  const installs = plugins.map(
    ({ name, source }) => `{ __proto__: null, name: ${JSON.stringify(name)}, load: function () {\n${source}\n} }`,
  );
  return `(function () {\n${platformSource}\n})().start({ __proto__: null, ${limitsJson.slice(1)}, [${installs.join(',\n')}]);`;
}
