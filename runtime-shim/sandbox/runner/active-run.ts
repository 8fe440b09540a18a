import type { Text } from '../../../plugin/contract/text.ts';
import { randomBytes } from 'node:crypto';
import type { ScriptLogLine, ScriptPlace } from '../contract.ts';
import {
  MAX_HOST_CALL_CHARS,
  MAX_HOST_CALLS,
  MAX_LOG_CHARS,
  MAX_LOG_LINE_CHARS,
  MAX_LOG_LINES,
  MAX_RANDOM_BYTES,
} from '../run-limits.ts';
import type { FromRunner, LibrarySet, RunnerJob } from '../runner-protocol.ts';
import type { CompileUnit } from './compile-unit.ts';
import type { IsolateSlot, SlotHost } from './isolate-slot.ts';

/** A script that runs in this runner: what it was given, what it used, what it said so far. */
export class ActiveRun implements SlotHost {
  readonly job: RunnerJob;
  readonly unit: CompileUnit;
  readonly slot: IsolateSlot;
  readonly libraries: LibrarySet;
  /** The wall clock goes on where the same script runs again. */
  readonly startedAt: number;
  readonly cpuAtStart: number;
  readonly processCpuAtStart = processCpuMs();
  readonly logLines: ScriptLogLine[] = [];
  hostCalls = 0;
  /** Where it was when V8 stopped it the first time: what is too slow twice was there most likely. */
  place: ScriptPlace | undefined;
  /** The limit that it broke, and when its isolate was disposed of for that. */
  broken: { readonly code: string; readonly message: Text; readonly at: number } | undefined;
  readonly #parts: Readonly<Record<string, string>>;
  readonly #send: (message: FromRunner) => void;
  readonly #answers = new Map<number, (json: string) => void>();
  #callChars = 0;
  #lastCpuMs = 0;
  #logChars = 0;
  #randomBytes = 0;

  constructor(
    job: RunnerJob,
    unit: CompileUnit,
    slot: IsolateSlot,
    libraries: LibrarySet,
    parts: Readonly<Record<string, string>>,
    send: (message: FromRunner) => void,
    startedAt = performance.now(),
  ) {
    this.startedAt = startedAt;
    this.job = job;
    this.unit = unit;
    this.slot = slot;
    this.libraries = libraries;
    this.cpuAtStart = slot.cpuMs();
    this.#parts = parts;
    this.#send = send;
  }

  usage(): { cpuMs: number; wallMs: number; hostCalls: number } {
    const cpuMs = Math.max(this.#lastCpuMs, this.slot.cpuMs() - this.cpuAtStart);
    return { cpuMs: rounded(cpuMs), wallMs: rounded(performance.now() - this.startedAt), hostCalls: this.hostCalls };
  }

  /**
   * CPU time so far, ms. isolated-vm counts the current stretch by the wall clock, so on a loaded machine it is too
   * much; what the whole process used since is never too little. The smaller of the two.
   */
  cpuMs(): number {
    return Math.min(this.slot.cpuMs() - this.cpuAtStart, processCpuMs() - this.processCpuAtStart);
  }

  /** An isolate that was disposed of tells nothing any more. */
  rememberCpu(): void {
    this.#lastCpuMs = Math.max(this.#lastCpuMs, this.cpuMs());
  }

  /** The guest's call leaves the runner here; counted again, since the guest's own count is in the guest's hands. */
  async call(plugin: string, name: string, args: string): Promise<string> {
    this.hostCalls += 1;
    this.#callChars += args.length;
    if (this.hostCalls > MAX_HOST_CALLS) {
      return refusal({
        en: `more than ${MAX_HOST_CALLS} calls to the platform`,
        ru: `больше ${MAX_HOST_CALLS} вызовов платформы`,
      });
    }
    if (this.#callChars > MAX_HOST_CALL_CHARS) {
      return refusal({
        en: `calls to the platform with more than ${MAX_HOST_CALL_CHARS} characters`,
        ru: `вызовы платформы длиннее ${MAX_HOST_CALL_CHARS} знаков`,
      });
    }
    const call = this.hostCalls;
    this.#send({ t: 'call', id: this.job.id, call, plugin, name, args });
    return await new Promise((resolve) => {
      this.#answers.set(call, resolve);
    });
  }

  answer(call: number, json: string): void {
    this.#answers.get(call)?.(json);
    this.#answers.delete(call);
  }

  library(name: string): string {
    return Object.hasOwn(this.libraries, name) ? (this.libraries[name]?.code ?? '') : '';
  }

  part(name: string): string {
    return Object.hasOwn(this.#parts, name) ? (this.#parts[name] ?? '') : '';
  }

  /** Bytes of the host's generator, a character each; `''` beyond the limit, which ends the script. */
  random(bytes: number): string {
    if (!Number.isSafeInteger(bytes) || bytes < 1) return '';
    this.#randomBytes += bytes;
    return this.#randomBytes > MAX_RANDOM_BYTES ? '' : randomBytes(bytes).toString('latin1');
  }

  log(level: string, text: string): void {
    // One line more than the cap: the guest's own note that lines were left out.
    if (this.logLines.length > MAX_LOG_LINES || this.#logChars > MAX_LOG_CHARS) return;
    const line = text.slice(0, MAX_LOG_LINE_CHARS + 1);
    this.#logChars += line.length;
    if (this.#logChars > MAX_LOG_CHARS) {
      this.logLines.push({ level: 'warn', text: `… more than ${MAX_LOG_CHARS} characters: the rest is left out` });
      return;
    }
    this.logLines.push({ level: isLevel(level) ? level : 'info', text: line });
  }
}

function refusal({ en, ru }: Text): string {
  const message = `the script made ${en} and was stopped`;
  return JSON.stringify({ e: { code: 'script_host_calls', message, ru: `скрипт сделал ${ru} и остановлен` } });
}

function isLevel(level: string): level is ScriptLogLine['level'] {
  return level === 'debug' || level === 'info' || level === 'warn' || level === 'error';
}

function processCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** Two digits: enough for a person, and the report stays short. */
function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}
