import ivm from 'isolated-vm';
import type { PluginSet } from '../runner-protocol.ts';
import { GUEST_NAMES, PLATFORM_NAME, SCRIPT_NAME } from './guest-names.ts';
import { LINES_BEFORE } from './compile-unit.ts';

/** What the guest code of a run may reach: set when its run begins. */
export interface SlotHost {
  call(plugin: string, name: string, args: string): Promise<string>;
  library(name: string): string;
  log(level: string, text: string): void;
}

/** Characters of scripts that an isolate keeps compiled. Ours: a bot's scripts together are far smaller; beyond it all are dropped. */
const MAX_CACHED_CHARS = 2_000_000;

/** For a call that comes after the end of its run. */
const UNANSWERED = '{"e":{"code":"script_async","message":"the script has ended"}}';

interface Prepared {
  readonly context: ivm.Context;
  readonly plugins: number;
}

/** One isolate: runs one script at a time, each in a context of its own that was made before it was needed. */
export class IsolateSlot {
  readonly isolate: ivm.Isolate;
  /** Who answers the guest now; `undefined` between runs. */
  host: SlotHost | undefined;
  /** Since when a context is being made, ms of `performance.now()`; `undefined` when none is. */
  preparingSince: number | undefined;
  /** Scripts begun in it. */
  runs = 0;
  readonly #bootText: (plugins: number) => string;
  readonly #reference: ivm.Reference;
  readonly #boots = new Map<number, ivm.Script>();
  readonly #scripts = new Map<string, ivm.Script>();
  #cachedChars = 0;
  #finish: ivm.Script | undefined;
  #prepared: Promise<Prepared> | undefined;

  constructor(memoryMb: number, bootText: (plugins: number) => string, onCatastrophe: (slot: IsolateSlot) => void) {
    this.#bootText = bootText;
    this.isolate = new ivm.Isolate({ memoryLimit: memoryMb, onCatastrophicError: () => onCatastrophe(this) });
    this.#reference = new ivm.Reference((what: unknown, first: unknown, second: unknown, third: unknown) =>
      this.#answer(String(what), String(first), String(second), String(third)),
    );
  }

  /** Makes the next context ahead of need. */
  prepare(plugins: number): void {
    this.#prepared ??= this.#prepare(plugins);
    // Whoever runs the next script meets the failure.
    this.#prepared.catch(() => undefined);
  }

  /** Runs a script and answers its report. Rejects when the isolate is lost: time, memory, or a promise that nobody caught. */
  async run(source: string, input: string, plugins: number): Promise<string> {
    this.runs += 1;
    let prepared = await (this.#prepared ?? this.#prepare(plugins));
    this.#prepared = undefined;
    if (prepared.plugins !== plugins) {
      prepared.context.release();
      prepared = await this.#prepare(plugins);
    }
    const script = this.#scripts.get(source) ?? (await this.#compile(source));
    const { context } = prepared;
    context.global.setIgnored(GUEST_NAMES.input, input);
    const report: unknown = await script.run(context);
    if (report !== '') {
      context.release();
      return typeof report === 'string' ? report : '';
    }
    this.#finish ??= await this.isolate.compileScript(`globalThis[${JSON.stringify(GUEST_NAMES.finish)}]()`);
    const late: unknown = await this.#finish.run(context);
    context.release();
    return typeof late === 'string' ? late : '';
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
    host.log(first, second);
    return '';
  }

  async #prepare(plugins: number): Promise<Prepared> {
    this.preparingSince = performance.now();
    let boot = this.#boots.get(plugins);
    if (boot === undefined) {
      boot = await this.isolate.compileScript(this.#bootText(plugins), { filename: PLATFORM_NAME });
      this.#boots.set(plugins, boot);
    }
    const context = await this.isolate.createContext();
    context.global.setIgnored(GUEST_NAMES.host, this.#reference);
    await boot.run(context).catch(asStartError);
    this.preparingSince = undefined;
    return { context, plugins };
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
