/** What the runtime asks of the sandbox. Everything in it is JSON: only strings cross to the runner and into the isolate. */
import type { Json } from '../../plugin/contract/guest.ts';
import type { Metric } from '../../plugin/contract/plugin.ts';
import type { Button } from '../../plugin/contract/message.ts';
import type { TableWrite } from '../tables/contract.ts';
import type { LeadSnapshot } from './lead-snapshot.ts';

/** The five limits of a run (docs/decisions/0002-guarded-runners.md). */
export interface SandboxLimits {
  /** CPU time of one run, ms. Ours (the platform's are not public). */
  readonly cpuMs: number;
  /** Wall clock of one run with its host calls, ms; afterwards the isolate is disposed of, then the runner killed. */
  readonly wallMs: number;
  /** Heap of one isolate, MiB. */
  readonly memoryMb: number;
  /** Runner processes. */
  readonly runners: number;
  /** Isolates of one runner: so many of its scripts run at once. Default 4, on fewer than three cores one more than cores. */
  readonly isolates?: number;
  /** Runners beyond these that stand ready for one that is killed. Default 1; 0 saves memory and makes a kill cost a start. */
  readonly spares?: number;
  /** Scripts of one bot that may wait for a free runner; beyond it a run answers `sandbox_busy`. Default 20,000. */
  readonly queuePerBot?: number;
}

/**
 * The host function that waits for the network, by which a run is known that does nothing but wait: it gives its place
 * to one that runs, and a bot has so many of them at one time only.
 */
export const NETWORK_CALL = { plugin: 'metabot24', name: 'http' } as const;

/** A script to run once. */
export interface ScriptRun {
  /** Whose turn it is: runs wait fairly per bot. */
  readonly botId: string;
  /** The author's file as the author knows it, relative to the bot folder: the only path an error ever shows. */
  readonly file: string;
  /** The body of a sloppy-mode function. */
  readonly code: string;
  /** Bare names in scope: botId, leadId, ticketId, personId, triggerId, isFirstImmediateCall, … */
  readonly args: Readonly<Record<string, Json>>;
  readonly lead: LeadSnapshot;
  /** There is no lead (an endpoint was called without one): `lead` is not in scope, and what would be for it is refused. */
  readonly withoutLead?: boolean;
  readonly bot: { readonly attributes: Readonly<Record<string, string>> };
  readonly memory: Readonly<Record<string, string>>;
  readonly webhookPayload?: Json;
  /**
   * `require` and `snippet`: full name (`Business.Orders.Format`) → source. The same object for every run of a bot version.
   * `sameAs`: the entry is another name of that library, with the same source; a run loads it once.
   */
  readonly libraries: Readonly<
    Record<string, { readonly file: string; readonly code: string; readonly sameAs?: string }>
  >;
  /** Guest bundles to install, in order. */
  readonly plugins: ReadonlyArray<{ readonly name: string; readonly source: string }>;
  /** What its dates begin at, Unix ms: for a replay. Default: the machine's time. */
  readonly startsAt?: number;
  /**
   * What is left of the time of what it belongs to (a message's scenario), ms. Waiting for a runner counts; when it is over,
   * the run ends with `script_deadline`. Default: no bound but `SandboxLimits.wallMs`, which begins with the run.
   */
  readonly withinMs?: number;
  /**
   * Performs a host function: `(plugin, function, argumentsJson)` → JSON text. A rejection's `code` and message reach the script.
   * `leftMs`: wall clock that the run has left.
   */
  readonly call: (
    plugin: string,
    name: string,
    argsJson: string,
    signal: AbortSignal,
    leftMs: number,
  ) => Promise<string>;
  /** What earlier scripts of the message wrote into tables: for whoever answers the calls, it does not cross. */
  readonly tables?: readonly TableWrite[];
  /**
   * Told when the run begins to wait for the network, or for its turn to (`true`), and when it runs again or has ended. Who
   * counts what works may leave it out until then. Must not throw.
   */
  readonly onAway?: (away: boolean) => void;
  /**
   * What some calls would be answered at once: asked when the run is given to a runner, so that such a call crosses no wall.
   * Must not throw.
   */
  readonly known?: () => readonly KnownCall[];
}

/** A host function's answer that is known before it is asked. */
export interface KnownCall {
  readonly plugin: string;
  readonly name: string;
  readonly args: Json;
  readonly value: Json;
  /** How long it may be answered so, ms. */
  readonly forMs: number;
}

/** What a script asked for, in its order; performed by the runtime after it has ended well. */
export type ScriptAction =
  | {
      readonly type: 'send_message';
      readonly text?: string;
      readonly buttons?: ReadonlyArray<readonly Button[]>;
      readonly attachments?: ReadonlyArray<{
        readonly type: 'image' | 'video' | 'audio' | 'file';
        readonly url: string;
        readonly name?: string;
      }>;
      /** A JSON object as text, for the messenger. */
      readonly params?: string;
    }
  /** `at`: the call that asked for it, for when the bot has no such script. */
  | {
      readonly type: 'run_script';
      readonly code: string;
      readonly leadId?: string;
      readonly at?: ScriptPlace;
    }
  | ScheduleAction
  /** Scheduled runs of the lead that are to be forgotten: those of one script, or all. */
  | { readonly type: 'unschedule'; readonly script?: string }
  | { readonly type: 'stop' }
  | { readonly type: 'set_forwarded'; readonly forwarded: boolean }
  | { readonly type: 'set_status'; readonly status: string | number }
  | { readonly type: 'set_name'; readonly name: string | null }
  | { readonly type: 'plugin'; readonly plugin: string; readonly action: Json };

/** A run of a script at another time (`bot.scheduleJob`). */
export interface ScheduleAction {
  readonly type: 'schedule';
  /** The function that the author wrote. */
  readonly call: 'bot.scheduleJob' | 'bot.scheduleScript';
  readonly script: string;
  /** The number of the lead; left out: the one that the script runs for. */
  readonly leadId?: string;
  /** `YYYY-MM-DD HH:MM:SS` in the bot's time zone; wins over `afterSec`. */
  readonly runAt?: string;
  readonly afterSec?: number;
  /** Again and again. */
  readonly everySec?: number;
  /** JavaScript that is looked at when it is due. */
  readonly condition?: string;
  readonly addTags: readonly string[];
  readonly removeTags: readonly string[];
  /** `request.json` as JSON text. */
  readonly params?: string;
  readonly at?: ScriptPlace;
}

/** Writes, collected; `null` deletes. */
export interface ScriptWrites {
  readonly attributes: Readonly<Record<string, { readonly kind: 'text' | 'json'; readonly value: string } | null>>;
  readonly systemAttributes: Readonly<Record<string, Json>>;
  readonly tags: { readonly add: readonly string[]; readonly remove: readonly string[] };
  readonly contexts: Readonly<Record<string, string | null>>;
  readonly bot: Readonly<Record<string, string | null>>;
  readonly memory: Readonly<Record<string, string | null>>;
}

/** A line that a script wrote with `console`. */
export interface ScriptLogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly text: string;
}

/** A place in an author's own `file`; `line` and `column` count from 1, `null` when it is not known where in the file. */
export interface ScriptPlace {
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
}

/** An error as the author sees it. Codes: `runtime-shim/errors.ts`. */
export interface ScriptError extends ScriptPlace {
  readonly code: string;
  readonly message: string;
  /** The message in Russian; left out where its words are an author's own. */
  readonly ru?: string;
}

/** What a run has cost. */
export interface ScriptUsage {
  readonly cpuMs: number;
  readonly wallMs: number;
  /** Those that went to the host. */
  readonly hostCalls: number;
}

/** A run's end. On failure nothing but the log and the usage comes back: a script that fails commits nothing. */
export type ScriptResult =
  | {
      readonly ok: true;
      /** What the script returned, as JSON (`undefined` is `null`). */
      readonly returned: Json;
      readonly writes: ScriptWrites;
      readonly actions: readonly ScriptAction[];
      /** What it wrote into tables; whoever answered its calls adds it. */
      readonly tables?: readonly TableWrite[];
      readonly log: readonly ScriptLogLine[];
      readonly usage: ScriptUsage;
    }
  | {
      readonly ok: false;
      readonly error: ScriptError;
      readonly log: readonly ScriptLogLine[];
      readonly usage: ScriptUsage;
    };

/** The sandbox as it is now, for metrics. */
export interface SandboxStats {
  readonly runners: number;
  readonly queued: number;
  readonly running: number;
  /** Of those that run: how many wait for the network. */
  readonly waiting: number;
  /** Ended runs by outcome: `ok` or an error code. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly runnersKilled: number;
  /** How long they ran. */
  readonly seconds: Metric;
}

/** Runs scripts in isolates of other processes, under limits. `createSandbox` makes one. */
export interface Sandbox {
  /** Never rejects because of what the script does: a failure is a result. Rejects only when closed. */
  run(script: ScriptRun): Promise<ScriptResult>;
  stats(): SandboxStats;
  /** What dates of the scripts that are started from now on are in, an IANA name; `undefined`: as this process. */
  useTimeZone(timeZone: string | undefined): void;
  /** Resolves when the runners are ready. */
  ready(): Promise<void>;
  close(): Promise<void>;
}
