/** What a run of a scenario is given, and what comes of it. It touches no storage: the caller commits the result, or nothing. */
import type { TableWrite } from '../../tables/contract.ts';
import type { AfterScript, Json } from '../../../plugin/contract/guest.ts';
import type { TransferWishes } from '../../../plugin/contract/events.ts';
import type { Content } from '../../../plugin/contract/message.ts';
import type { ScriptRef, ScriptType } from '../../../plugin/contract/script-types.ts';
import type { LeadRecord } from '../../leads/lead-record.ts';
import type { Scheduled } from '../../leads/schedule.ts';
import type { ScriptError, ScriptLogLine, ScriptResult, ScriptRun, ScriptUsage } from '../../sandbox/contract.ts';
import type { Bot } from '../bot.ts';
import type { ScriptCause } from '../../leads/script-cause.ts';

/** What sets a scenario going. */
export type Trigger =
  | {
      readonly kind: 'message';
      readonly content: Content;
      /** When it was received, Unix ms: files that come one behind the other are one album. */
      readonly at?: number;
      /** Somebody else has the dialog: only routes with `actsDuringTransfer` act. */
      readonly withOperator: boolean;
    }
  | {
      readonly kind: 'script';
      readonly script: ScriptRef;
      readonly cause: ScriptCause;
      readonly duringTransfer: boolean;
      /** It was scheduled and is due. */
      readonly due?: Scheduled;
      /** A question that waits for the lead's answer goes on waiting, unless the scripts ask another one or show a menu. */
      readonly keepsQuestion?: boolean;
    };

/** What the interpreter asks of the runtime. */
export interface ScenarioPorts {
  readonly run: (script: ScriptRun) => Promise<ScriptResult>;
  readonly plugins: ScriptRun['plugins'];
  readonly call: ScriptRun['call'];
  readonly known?: ScriptRun['known'];
  /** What a plugin wants done for the actions that a script requested of it. */
  readonly afterScript: (plugin: string, actions: readonly Json[]) => Promise<readonly AfterScript[]>;
  /** The script for the type «Перевод на оператора», by availability. */
  readonly chooseTransfer: () => Promise<AfterScript>;
}

export interface ScenarioInput {
  readonly bot: Bot;
  readonly lead: LeadRecord;
  readonly botAttributes: Readonly<Record<string, string>>;
  /** The lead lets the bot write no more (`is_mute`). Default: it does. */
  readonly isMuted?: boolean;
  readonly trigger: Trigger;
  /** What is in `memory` at the beginning. Default: nothing. */
  readonly memory?: Readonly<Record<string, string>>;
  /** Unix ms. */
  readonly now: number;
  /** Further names in the scope of its scripts. */
  readonly args?: Readonly<Record<string, Json>>;
  readonly ports: ScenarioPorts;
  /** Aborted when the scenario's time is over: it is stopped then, also while it waits for a script or a plugin. */
  readonly signal: AbortSignal;
  /** Most characters of all that it may say, log, keep and ask for. Default `MAX_TURN_CHARS`. */
  readonly maxChars?: number;
}

/** One thing that the bot says. */
export interface BotSays {
  readonly content: Content;
  /** May be said although an operator has the dialog. */
  readonly duringTransfer: boolean;
}

/** A script, or a file of it, that was run: for the author's log and the timeline. */
interface ScriptReport {
  readonly script: string;
  readonly file?: string;
  readonly cause: ScriptCause;
  readonly log: readonly ScriptLogLine[];
  readonly error?: ScriptError;
  readonly usage?: ScriptUsage;
  readonly attributes?: Readonly<Record<string, Json>>;
}

/** What an author should read, in the order in which it happened. */
export type ScenarioReport =
  | ({ readonly kind: 'script' } & ScriptReport)
  | { readonly kind: 'remark'; readonly level: ScriptLogLine['level']; readonly text: string };

/** Something asked of the plugins: an operator, a message for operators, the dialog back, a line for the operator. */
export type ScenarioRequest = ScenarioWish | { readonly type: 'OperatorNote'; readonly text: string };

export interface ScenarioWish extends TransferWishes {
  readonly type: 'TransferRequested' | 'LeaveMessageRequested' | 'ReturnRequested';
  /** The type of the script that asks, when it is certain (`plugin/contract/events.ts` says what for). */
  readonly scriptType?: ScriptType;
  /** Of a transfer or a message: the script that asks, for the operator. */
  readonly script?: string;
  /** Of a return: the lead's own message set it going. */
  readonly by?: 'lead';
}

/** A script for another lead: at once, or at its time. */
export interface RunForOther {
  /** The function that the author wrote, such as `bot.scheduleJob`. */
  readonly call: string;
  readonly leadId: string;
  readonly code: string;
  readonly scheduled?: Omit<Scheduled, 'n'>;
}

export interface ScenarioResult {
  readonly lead: LeadRecord;
  /** Caption of the menu item that the lead's message has chosen. */
  readonly choice?: string;
  /** Nothing in the bot fits the lead's message: the Fallback script answered, or nobody. */
  readonly misunderstood?: boolean;
  /** Writes to the bot's own attributes; `null` deletes. */
  readonly botWrites: ReadonlyMap<string, string | null>;
  readonly says: readonly BotSays[];
  /** Asked for in this order, to be told to the plugins behind everything that was said. */
  readonly requests: readonly ScenarioRequest[];
  /** The flag "Переведён на оператора", if a script or command set it. */
  readonly forwarded: boolean | undefined;
  /** `bot.runScriptByCodeForLead`, `bot.scheduleJob` and `bot.scheduleScript` for other leads. */
  readonly runsForOthers: readonly RunForOther[];
  /** Writes into the bot's tables, in their order. */
  readonly tables: readonly TableWrite[];
  readonly reports: readonly ScenarioReport[];
  /** What came of it, as it is counted against `maxChars`. */
  readonly chars: number;
}
