import type { GuestPlatform, Json } from '../../plugin/contract/guest-platform.ts';
import { fail } from './fail.guest.ts';
import type { HostReference } from './run-state.guest.ts';
import { hasOwn, now, ordinary, parseJson, toJson } from './intrinsics.guest.ts';
import { readSystemAttribute } from './lead.guest.ts';
import { collectAction, collectWrite, enter, type RunState, STOP, tooOften } from './run-state.guest.ts';

/** The platform as the plugin's guest code sees it (`plugin/contract/guest-platform.ts`). */
export function pluginPlatform(
  plugin: string,
  state: RunState,
  globals: Record<string, object>,
  host: HostReference,
): GuestPlatform {
  return ordinary<GuestPlatform & { readonly __proto__: null }>({
    __proto__: null,
    globals,
    getSystemAttribute(key) {
      const text = readSystemAttribute(state, key);
      return text === null ? undefined : parseJson(text);
    },
    setSystemAttribute(key, value) {
      const text = value === null ? null : (toJson(value) as string);
      const limit = state.limits.systemAttributeChars;
      if (text !== null && text.length > limit) {
        fail('script_result_too_large', {
          en: `what the script returned, wrote or sent is larger than ${limit} characters: all of "${key}"`,
          ru: `скрипт вернул, записал или отправил больше ${limit} знаков: всё вместе в "${key}"`,
        });
      }
      collectWrite(state, state.systemAttributes, key, text);
    },
    call: (name, args) => callHost(state, host, plugin, name, args),
    request(action) {
      // `action` comes from the plugin's code, built of plain data: as JSON text before any `toJSON` of the script could differ.
      collectAction(state, { __proto__: null, type: 'plugin', plugin, action });
    },
    fail,
  });
}

interface Answer {
  readonly v?: Json;
  readonly e?: { readonly code: string; readonly message: string; readonly ru?: string };
  /** The run begins anew later (`../sandbox/places.ts`): here it ends, as `bot.stop()` ends it. */
  readonly parked?: true;
}

/** Calls a host function and waits. `args` is plain data of our own making, or JSON text of the script's. */
export function callHost(state: RunState, host: HostReference, plugin: string, name: string, args: Json): Json {
  countHostCall(state);
  const argsJson = toJson(args) ?? 'null';
  const known = knownAnswer(state, `${plugin} ${name} ${argsJson}`);
  if (known !== undefined) return parseJson(known);
  const answer = parseJson(host.applySyncPromise(undefined, ['call', plugin, name, argsJson])) as Answer;
  if (hasOwn(answer, 'parked')) {
    state.stopped = true;
    throw STOP;
  }
  if (!hasOwn(answer, 'e') || answer.e === undefined) return answer.v ?? null;
  const { code, message, ru } = answer.e;
  return fail(code, ru === undefined ? message : { en: message, ru });
}

/** As JSON text. After its time the host is asked. */
function knownAnswer({ input }: RunState, call: string): string | undefined {
  const known = hasOwn(input, 'known') ? input.known : undefined;
  if (known === undefined || !hasOwn(known, call)) return undefined;
  const { v, until } = known[call] as { readonly v: string; readonly until: number };
  return now() < until ? v : undefined;
}

function countHostCall(state: RunState): void {
  enter(state);
  state.hostCalls += 1;
  if (state.hostCalls > state.limits.hostCalls) {
    tooOften(state.limits.hostCalls, { en: 'calls to the platform', ru: 'вызовов платформы' });
  }
}
