import type { Text } from '../../plugin/contract/text.ts';
import { codeOf, messageOf, textOf } from '../../plugin/contract/coded-error.ts';
import type { Logger } from '../../plugin/contract/host.ts';
import { SHIM_ERRORS } from '../errors.ts';
import type { ScriptResult, ScriptRun, ScriptUsage } from './contract.ts';
import { MAX_HOST_ANSWER_CHARS } from './run-limits.ts';
import type { FromRunner } from './runner-protocol.ts';

/** Performs a script's host call. Never rejects: the guest gets `{"v":…}`, or `{"e":{code,message,ru}}` without stack, path or secret. */
export async function answerCall(
  run: PendingRun,
  call: Extract<FromRunner, { t: 'call' }>,
  logger: Logger | undefined,
): Promise<string> {
  run.abort ??= new AbortController();
  run.calls += 1;
  try {
    const leftMs = run.startedAt + run.wallMs - performance.now();
    const json = await run.script.call(call.plugin, call.name, call.args, run.abort.signal, leftMs);
    if (json.length > MAX_HOST_ANSWER_CHARS) {
      const message = SHIM_ERRORS.script_result_too_large.message({ limit: MAX_HOST_ANSWER_CHARS });
      return JSON.stringify({ e: { code: 'script_result_too_large', message: message.en, ru: message.ru } });
    }
    return `{"v":${json}}`;
  } catch (error) {
    return JSON.stringify({ e: forGuest(error, `${call.plugin}.${call.name}`, logger) });
  } finally {
    run.calls -= 1;
  }
}

/** Only an error of a catalogue may speak to a script: its message is made of typed facts. Any other one stays here. */
function forGuest(error: unknown, call: string, logger: Logger | undefined): object {
  const code = codeOf(error);
  if (code !== undefined && error instanceof Error && 'fault' in error) {
    return { code, message: error.message, ru: textOf(error).ru };
  }
  logger?.warn('a host function failed', { call, error: messageOf(error) });
  const { en, ru } = SHIM_ERRORS.script_host_failed.message({ call });
  return { code: 'script_host_failed', message: en, ru };
}

/** A run from its request to its end, over as many runners as it takes. */
export interface PendingRun {
  readonly id: number;
  readonly script: ScriptRun;
  readonly resolve: (result: ScriptResult) => void;
  readonly reject: (error: unknown) => void;
  /** Unix-free clock of `performance.now()`, ms: when a runner took it. */
  startedAt: number;
  /** When its scenario's time is over, by the same clock. */
  readonly until: number;
  /** Wall clock that it has in this runner, ms. */
  wallMs: number;
  /** It was in a runner that was killed: it runs once more, with nobody beside it. */
  alone: boolean;
  /** Ends its host calls. Made when the first one comes. */
  abort: AbortController | undefined;
  /** Host calls that are not answered yet. */
  calls: number;
  /** May it wait for the network in its runner? `parked`: it may not yet, so its runner was told to end it, and it runs again. */
  network: 'none' | 'held' | 'parked';
  /** It waits for the network, and its place in the runner is another's. */
  waiting: boolean;
}

/** Tells the host calls under way that nobody waits for them any more. Without any there is nobody to tell, and making the reason is dear. */
export function abortCalls(run: PendingRun): void {
  if (run.calls > 0) run.abort?.abort();
}

/** The end of a run that the server itself ended, or never began. */
export function failure(run: PendingRun, code: string, { en, ru }: Text): ScriptResult {
  const wallMs = Math.round(performance.now() - run.startedAt);
  const usage: ScriptUsage = { cpuMs: 0, wallMs, hostCalls: 0 };
  const error = { code, message: en, ru, file: run.script.file, line: null, column: null };
  return { ok: false, error, log: [], usage };
}
