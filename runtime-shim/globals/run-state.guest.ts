import type { Json } from '../../plugin/contract/guest-platform.ts';
import type { Text } from '../../plugin/contract/text.ts';
import type { LeadSnapshot } from '../sandbox/lead-snapshot.ts';
import { fail } from './fail.guest.ts';
import { add, dict, type Dict, hasOwn, list, type List, toJson } from './intrinsics.guest.ts';

/**
 * What the runner hands into a context: one reference of isolated-vm, never to be reached by the author's code. The
 * first argument says what is asked; only strings cross, but for
 * the one function that gives a late report. Options are read through the prototype chain: the only ones inherit nothing.
 */
export interface HostReference {
  /** `call`, plugin, function, arguments as JSON → `{"v":…}` or `{"e":{"code","message"}}`. Waits for the host's promise. */
  applySyncPromise(receiver: undefined, args: readonly ['call', string, string, string]): string;
  /** `library` or `part`, name → its source; `random`, count → as many bytes, a character each, or `''`. Waits for the runner's own loop. */
  applySync(receiver: undefined, args: readonly ['library' | 'part' | 'random', string]): string;
  /** The function that gives the report when the continuations of promises have run. */
  applySync(
    receiver: undefined,
    args: readonly [() => string],
    options: { readonly arguments: { readonly reference: true } },
  ): void;
  /** `log`, level, text. Does not wait. */
  applyIgnored(receiver: undefined, args: readonly ['log', string, string]): void;
}

/** The caps that guest code keeps by itself; the runner and the server check again what they receive. */
export interface GuestLimits {
  readonly hostCalls: number;
  readonly actions: number;
  readonly writes: number;
  readonly systemAttributeChars: number;
  readonly logLines: number;
  readonly logLineChars: number;
  readonly resultChars: number;
}

/** A run's input as JSON (made by the server, see `sandbox/run-input.ts`). */
export interface RunInput {
  readonly file: string;
  /** What its dates begin at, Unix ms, where that is not the machine's time. */
  readonly startsAt?: number;
  readonly args: Readonly<Record<string, Json>>;
  readonly lead: LeadSnapshot;
  /** There is none: `lead` is not in scope, and nothing can be asked for it. */
  readonly withoutLead?: true;
  readonly bot: Readonly<Record<string, string>>;
  readonly memory: Readonly<Record<string, string>>;
  readonly webhookPayload?: Json;
  /** What some calls of the host would be answered, by `<plugin> <function> <arguments as JSON>`: JSON text, and Unix ms up to which it holds. */
  readonly known?: Readonly<Record<string, { readonly v: string; readonly until: number }>>;
  /** Names of the libraries that `require` may load, each with the file that an error names. */
  readonly libraries: Readonly<Record<string, string>>;
  /** Other names that the bot gives to some of them: name → library. */
  readonly libraryNames: Readonly<Record<string, string>>;
}

/** An ordinary attribute as it is written; `null` deletes. */
export type AttributeWrite = { readonly kind: 'text' | 'json'; readonly value: string } | null;

/** The one run of this context: its input, what it wrote and asked for so far. */
export interface RunState {
  /** `before` the script, `during`, and for ever `after` it, when nothing works any more. */
  phase: 'before' | 'during' | 'after';
  /** `bot.stop()` was called: nothing later counts. */
  stopped: boolean;
  /** Something was called after the script's end: by a promise's continuation. */
  late: boolean;
  readonly limits: GuestLimits;
  input: RunInput;
  /** What the runner compiled ahead for this script: libraries by their names, our own parts as `metabot:<part>`. */
  definitions: Dict<(...given: unknown[]) => unknown>;
  readonly attributes: Dict<AttributeWrite>;
  /** JSON text per key; `null` deletes. */
  readonly systemAttributes: Dict<string | null>;
  readonly tags: Dict<boolean>;
  /** `null` deletes. */
  readonly contexts: Dict<string | null>;
  /** The lead's status as this run set it. */
  status: string | number | undefined;
  readonly bot: Dict<string | null>;
  readonly memory: Dict<string | null>;
  /** Actions as JSON texts. */
  readonly actions: List<string>;
  hostCalls: number;
  /** Keys written so far. */
  written: number;
}

/** Thrown by `bot.stop()`. A script that catches it changes nothing: what it does afterwards does not count. */
export const STOP: object = { __proto__: null } as never;

export const ASYNC_MESSAGE: Text = {
  en: 'the script went on after its end: the platform runs scripts synchronously, without async, await or timers',
  ru: 'скрипт продолжался после своего конца: платформа выполняет скрипты синхронно, без async, await и таймеров',
};

/** The state before the script. */
export function createRunState(limits: GuestLimits): RunState {
  const state: RunState & { readonly __proto__: null } = {
    __proto__: null,
    phase: 'before',
    stopped: false,
    late: false,
    limits,
    input: undefined as never,
    definitions: dict(),
    attributes: dict(),
    systemAttributes: dict(),
    tags: dict(),
    contexts: dict(),
    status: undefined,
    bot: dict(),
    memory: dict(),
    actions: list(),
    hostCalls: 0,
    written: 0,
  };
  return state;
}

/** Called before everything that has an effect: after the end nothing may be done, and after `bot.stop()` nothing counts. */
export function enter(state: RunState): void {
  if (state.stopped) throw STOP;
  if (state.phase === 'after') {
    state.late = true;
    fail('script_async', ASYNC_MESSAGE);
  }
}

/** Ends a script that does something more often than one run may. */
export function tooOften(limit: number, what: Text): never {
  return fail('script_host_calls', {
    en: `the script made more than ${limit} ${what.en} and was stopped`,
    ru: `скрипт сделал больше ${limit} ${what.ru} и остановлен`,
  });
}

/** Collects a write: a key of one of the records above. */
export function collectWrite<Value>(state: RunState, record: Dict<Value>, key: string, value: Value): void {
  enter(state);
  if (!(key in record)) {
    state.written += 1;
    if (state.written > state.limits.writes) {
      tooOften(state.limits.writes, { en: 'writes of attributes and tags', ru: 'записей атрибутов и тегов' });
    }
  }
  record[key] = value;
}

/** An action as it leaves the sandbox; it has no prototype, so that no `toJSON` of the script takes part. */
export interface Action {
  readonly __proto__: null;
  readonly type: string;
  /** The lead that it names itself. */
  readonly leadId?: string | undefined;
  /** Its own facts. */
  readonly [fact: string]: unknown;
}

/** Collects an action. */
export function collectAction(state: RunState, action: Action): void {
  enter(state);
  if (hasOwn(state.input, 'withoutLead') && action.type !== 'stop' && action.leadId === undefined) {
    fail('script_argument', {
      en: 'there is no lead here: the endpoint was called without lead_id',
      ru: 'лида здесь нет: вызов пришёл без lead_id',
    });
  }
  if (state.actions.length >= state.limits.actions) {
    tooOften(state.limits.actions, { en: 'messages and other actions', ru: 'сообщений и других действий' });
  }
  add(state.actions, toJson(action) as string);
}
