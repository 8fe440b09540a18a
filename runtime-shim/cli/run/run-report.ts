import type { Json } from '../../../plugin/contract/guest.ts';
import type { Content } from '../../../plugin/contract/message.ts';
import type { ScriptLogLine, ScriptUsage } from '../../sandbox/contract.ts';

/** A message that the bot sent to the lead. */
export type RunMessage = Content;

/**
 * What became of a request for an operator. `transferred`: LiveTex has the dialog and an operator is online.
 * `no_operators`: the script of the type «Нет доступных операторов» took its place. `queued`: nobody is online and there is
 * no such script, so LiveTex keeps the dialog for the first operator who comes.
 */
export interface RunTransfer {
  readonly outcome: 'transferred' | 'no_operators' | 'queued';
  /** As LiveTex gets them: all strings. */
  readonly attributes: Readonly<Record<string, string>>;
}

export interface RunError {
  readonly code: string;
  readonly message: string;
  readonly line: number | null;
  readonly column: number | null;
}

/** `run --json` prints exactly this (README, "One script"). */
export interface RunReport {
  readonly ok: boolean;
  readonly returned: Json;
  readonly messages: readonly RunMessage[];
  /** The lead's ordinary attributes after the run. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly systemAttributes: Readonly<Record<string, Json>>;
  readonly transfer: RunTransfer | null;
  /** Codes of the scripts that ran, in order. */
  readonly scripts: readonly string[];
  readonly log: readonly ScriptLogLine[];
  readonly error: RunError | null;
  readonly usage: ScriptUsage;
}

/** A report of a run that did not come about. */
export function failedReport(error: RunError): RunReport {
  return {
    ok: false,
    returned: null,
    messages: [],
    attributes: {},
    systemAttributes: {},
    transfer: null,
    scripts: [],
    log: [],
    error,
    usage: { cpuMs: 0, wallMs: 0, hostCalls: 0 },
  };
}
