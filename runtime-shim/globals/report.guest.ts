import type { Text } from '../../plugin/contract/text.ts';
import { knownFailure } from './fail.guest.ts';
import {
  add,
  arrayPrototype,
  getPrototypeOf,
  joined,
  keysOf,
  type List,
  list,
  objectPrototype,
  promiseThen,
  slice,
  toJson,
} from './intrinsics.guest.ts';
import { platformOnlyName } from './platform-only.guest.ts';
import { errorHeadline, print } from './print.guest.ts';
import type { Libraries } from './require.guest.ts';
import { ASYNC_MESSAGE, type RunState } from './run-state.guest.ts';
import { type Frame, framesFor } from './stack.guest.ts';

/** Longest print of a thrown value that is not an Error. */
const MAX_THROWN_LENGTH = 500;
/** Frames reported: the first that belongs to the author is what a person gets to see. */
const MAX_FRAMES = 10;

const RETURNED_PROMISE: Text = {
  en: 'the script returned a promise: the platform runs scripts synchronously, without async, await or timers',
  ru: 'скрипт вернул промис: платформа выполняет скрипты синхронно, без async, await и таймеров',
};

/** The end of a run that went well, as JSON: what it returned, wrote and asked for. */
export function successReport(state: RunState, returned: unknown): string {
  const ordinary = isOrdinary(returned);
  if (!ordinary && isPromise(returned)) return report('script_async', RETURNED_PROMISE, list());
  // The script's own getters and `toJSON` run here, still within its time.
  const value = toJson(returned) ?? 'null';
  // A promise that the script gave another prototype.
  if (ordinary && value === '{}' && isPromise(returned)) return report('script_async', RETURNED_PROMISE, list());
  const text = `{"ok":true,"returned":${value},"writes":${writes(state)},"actions":[${joined(state.actions, ',')}]}`;
  if (text.length > state.limits.resultChars) {
    const limit = state.limits.resultChars;
    const tooLarge = {
      en: `what the script returned, wrote or sent is larger than ${limit} characters`,
      ru: `скрипт вернул, записал или отправил больше ${limit} знаков`,
    };
    return report('script_result_too_large', tooLarge, list());
  }
  return text;
}

/** The end of a run that failed, as JSON: code, words, and where the author's code was. */
export function failureReport(thrown: unknown, libraries: Libraries): string {
  const known = knownFailure(thrown);
  const frames = list<object>();
  const found = framesFor(thrown);
  for (let index = 0; index < found.length && index < MAX_FRAMES; index += 1) {
    const frame = found[index] as Frame;
    const library = libraries.libraryOf(frame.file) ?? null;
    add(frames, { __proto__: null, library, line: frame.line, column: frame.column });
  }
  if (known !== undefined) return report(known.code, { en: known.message, ru: known.ru }, frames, known.library);
  const text = thrownText(thrown);
  const missing = missingName(text);
  const works = missing === undefined ? undefined : platformOnlyName(missing);
  if (missing === undefined || works === undefined) return report('script_error', { en: text }, frames);
  const unsupported = {
    en: `${missing} is not defined here: ${works.en} on the platform only`,
    ru: `имени ${missing} здесь нет: ${works.ru} только на платформе`,
  };
  return report('script_unsupported', unsupported, frames);
}

/** V8's words for a name that has no value. */
const NOT_DEFINED: readonly [before: string, after: string] = ['ReferenceError: ', ' is not defined'];

function missingName(text: string): string | undefined {
  const name = slice(text, NOT_DEFINED[0].length, text.length - NOT_DEFINED[1].length);
  return text === NOT_DEFINED[0] + name + NOT_DEFINED[1] ? name : undefined;
}

/** The end of a run whose error cannot even be told. */
export function unknownFailureReport(): string {
  return report(
    'script_error',
    { en: 'Uncaught error that cannot be read', ru: 'ошибка, которую нельзя прочитать' },
    list(),
  );
}

/** The end of a run whose promises went on after it. */
export function asyncReport(): string {
  return report('script_async', ASYNC_MESSAGE, list());
}

/** Without `ru`: the words of the engine or of the author, which the server may put into Russian. */
interface ReportedText {
  readonly en: string;
  readonly ru?: string | undefined;
}

function report(code: string, { en, ru }: ReportedText, frames: List<object>, library: string | null = null): string {
  const error = { __proto__: null, code, message: en, ru, frames, library };
  // A list without a prototype is written as an array: JSON looks at what it is, not at what it inherits.
  return toJson({ __proto__: null, ok: false, error }) as string;
}

function writes(state: RunState): string {
  let system = '';
  const keys = keysOf(state.systemAttributes);
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index] as string;
    system += `${index > 0 ? ',' : ''}${toJson(key) as string}:${state.systemAttributes[key] ?? 'null'}`;
  }
  let added = '';
  let removed = '';
  const tags = keysOf(state.tags);
  for (let index = 0; index < tags.length; index += 1) {
    const tag = tags[index] as string;
    const text = toJson(tag) as string;
    if (state.tags[tag] ?? false) added += added === '' ? text : `,${text}`;
    else removed += removed === '' ? text : `,${text}`;
  }
  return (
    `{"attributes":${toJson(state.attributes) as string},"systemAttributes":{${system}},` +
    `"tags":{"add":[${added}],"remove":[${removed}]},"contexts":${toJson(state.contexts) as string},` +
    `"bot":${toJson(state.bot) as string},"memory":${toJson(state.memory) as string}}`
  );
}

function thrownText(thrown: unknown): string {
  const headline = typeof thrown === 'object' && thrown !== null ? errorHeadline(thrown) : undefined;
  return (
    headline ?? `Uncaught ${typeof thrown === 'string' ? (toJson(thrown) as string) : print(thrown, MAX_THROWN_LENGTH)}`
  );
}

/** An object or list as a literal makes it. V8 takes 12 µs to make the error by which a real promise is told from others. */
function isOrdinary(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  try {
    const parent: unknown = getPrototypeOf(value);
    return parent === objectPrototype || parent === arrayPrototype;
  } catch {
    // A Proxy's trap threw.
    return false;
  }
}

/** Only a real promise can be given to `then` of promises; a thenable of the author's own is just an object. */
function isPromise(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  try {
    promiseThen(value, undefined, ignore);
    return true;
  } catch {
    return false;
  }
}

const ignore = (): undefined => undefined;
