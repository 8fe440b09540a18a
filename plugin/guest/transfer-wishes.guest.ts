/** What an author may say of a transfer that a script asks for: read once, checked, and only then requested. */
import type { GuestPlatform, Json } from '../contract/guest-platform.ts';
import { describe } from '../contract/describe.guest.ts';
import type { Text } from '../contract/text.ts';

/** The same as in the contract (`MAX_REASON_LENGTH`, `MAX_GROUP_NAME`, `MAX_RESERVE`); a test holds them together. */
export const MAX_REASON = 500;
export const MAX_GROUP = 200;
export const MAX_RESERVE_GROUPS = 20;

const { create, defineProperty, keys, setPrototypeOf } = Object;
const { isArray } = Array;
const { isSafeInteger } = Number;
const { call } = Function.prototype;
const includes = call.bind(String.prototype.includes) as (text: string, part: string) => boolean;
const trim = call.bind(String.prototype.trim) as (text: string) => string;
const isWellFormed = call.bind(
  (String.prototype as unknown as { isWellFormed: () => boolean }).isWellFormed,
) as unknown as (text: string) => boolean;

type Wishes = { [key: string]: Json };
type Wrong = (problem: Text) => never;
/** How each key of a call is read. */
type Reader = (name: string, value: unknown, wrong: Wrong) => Json;

interface Readers {
  readonly [key: string]: Reader;
}
const TRANSFER = {
  __proto__: null,
  group: groupOf,
  reserve: reserveOf,
  ignoreOffline: flagOf,
  reason: reasonOf,
} as unknown as Readers;

const MESSAGE = { __proto__: null, group: groupOf, reason: reasonOf } as unknown as Readers;

/** `leaveMessage(group)` or `leaveMessage({ group, reason })`. */
export function messageWishesOf(platform: GuestPlatform, method: string, given: unknown): Json {
  return read(platform, method, given, MESSAGE);
}

/** `transferToOperator(group)` or `transferToOperator({ … })`, without a prototype; without an argument there are none. Fails with the author's mistake. */
export function wishesOf(platform: GuestPlatform, method: string, given: unknown): Json {
  return read(platform, method, given, TRANSFER);
}

/** `hasOnlineOperators(group)`; `null`: no group is named. */
export function groupArgument(platform: GuestPlatform, method: string, given: unknown): Json {
  if (given === undefined || given === null) return null;
  return { __proto__: null, group: groupOf('group', given, failing(platform, method)) } as unknown as Json;
}

function failing(platform: GuestPlatform, method: string): Wrong {
  return (problem) =>
    platform.fail('transfer_argument_invalid', WISH_MESSAGES.transfer_argument_invalid({ method, problem }));
}

function read(platform: GuestPlatform, method: string, given: unknown, known: Readers): Json {
  const wishes = create(null) as Wishes;
  const wrong = failing(platform, method);
  if (given === undefined || given === null) return wishes;
  if (typeof given === 'string' || typeof given === 'number') {
    wishes['group'] = groupOf('group', given, wrong);
    return wishes;
  }
  const names = listed(known);
  if (typeof given !== 'object' || isList(given)) {
    const got = describe(given);
    return wrong({
      en: `takes a group or an object { ${names} }, got ${got.en}`,
      ru: `принимает группу или объект { ${names} }, а получено: ${got.ru}`,
    });
  }
  const own = keys(given);
  for (let index = 0; index < own.length; index += 1) {
    const name = own[index] as string;
    const value = (given as { readonly [key: string]: unknown })[name];
    if (value === undefined || value === null) continue;
    const reader = known[name];
    if (reader === undefined) return wrong({ en: `knows only ${names}`, ru: `знает только ${names}` });
    wishes[name] = reader(name, value, wrong);
  }
  return wishes;
}

/** `group, reserve`, without iterating: a script may have changed how that is done. */
function listed(known: object): string {
  const names = keys(known);
  let text = '';
  for (let index = 0; index < names.length; index += 1) text += `${index === 0 ? '' : ', '}${names[index] as string}`;
  return text;
}

function isList(value: object): boolean {
  try {
    return isArray(value);
  } catch {
    return false;
  }
}

function reasonOf(name: string, value: unknown, wrong: Wrong): Json {
  return textOf(name, value, MAX_REASON, wrong);
}

/** A name or an id, which may be written as a number. */
function groupOf(name: string, value: unknown, wrong: Wrong): Json {
  return textOf(name, typeof value === 'number' && isSafeInteger(value) ? `${value}` : value, MAX_GROUP, wrong);
}

function reserveOf(name: string, value: unknown, wrong: Wrong): Json {
  if (typeof value !== 'object' || value === null || !isList(value)) {
    const got = describe(value);
    return wrong({
      en: `"${name}" must be a list of groups, got ${got.en}`,
      ru: `«${name}» должно быть списком групп, а получено: ${got.ru}`,
    });
  }
  const given = value as { readonly length: number; readonly [index: number]: unknown };
  const { length } = given;
  if (length > MAX_RESERVE_GROUPS) {
    return wrong({
      en: `"${name}" has more than ${MAX_RESERVE_GROUPS} groups`,
      ru: `в «${name}» больше ${MAX_RESERVE_GROUPS} групп`,
    });
  }
  // Without a prototype: a `toJSON` there, or a setter of an index, would be the script's.
  const groups = setPrototypeOf([], null) as Json[];
  for (let index = 0; index < length; index += 1) {
    const value = groupOf(name, given[index], wrong);
    const item = { __proto__: null, value, writable: true, enumerable: true, configurable: true };
    defineProperty(groups, index, item as PropertyDescriptor);
  }
  return groups;
}

function flagOf(name: string, value: unknown, wrong: Wrong): Json {
  if (typeof value === 'boolean') return value;
  const got = describe(value);
  return wrong({
    en: `"${name}" must be true or false, got ${got.en}`,
    ru: `«${name}» должно быть true или false, а получено: ${got.ru}`,
  });
}

function textOf(name: string, value: unknown, longest: number, wrong: Wrong): string {
  if (typeof value !== 'string' || trim(value) === '') {
    const got = describe(value);
    return wrong({
      en: `"${name}" must be a text, got ${got.en}`,
      ru: `«${name}» должно быть текстом, а получено: ${got.ru}`,
    });
  }
  if (value.length > longest || includes(value, '\u0000') || !isWellFormed(value)) {
    return wrong({
      en: `"${name}" must be at most ${longest} characters, without NUL and half surrogate pairs`,
      ru: `«${name}» — не длиннее ${longest} знаков, без знака NUL и половин суррогатных пар`,
    });
  }
  return value;
}

/** Longest line for an operator, UTF-16 units: the same as `MAX_TEXT_LENGTH` of the contract; a test holds them together. */
export const MAX_NOTE = 100_000;

/** The text of `livetex.notifyOperator`. Fails with the author's mistake. */
export function noteOf(platform: GuestPlatform, given: unknown): string {
  const text = typeof given === 'number' ? `${given}` : given;
  const wrong = (got: Text): never => platform.fail('note_text_invalid', WISH_MESSAGES.note_text_invalid({ got }));
  if (typeof text !== 'string' || trim(text) === '') return wrong(describe(given));
  if (text.length > MAX_NOTE) return wrong({ en: 'a longer one', ru: 'более длинный' });
  if (includes(text, '\u0000') || !isWellFormed(text)) {
    return wrong({
      en: 'one with NUL or half of a surrogate pair',
      ru: 'текст со знаком NUL или половиной суррогатной пары',
    });
  }
  return text;
}

/** The texts of these errors. The catalogue of the plugin's errors (`plugin/errors.ts`) has them from here. */
export const WISH_MESSAGES = {
  transfer_argument_invalid: ({ method, problem }: { method: string; problem: Text }): Text => ({
    en: `${method}: ${problem.en}`,
    ru: `${method}: ${problem.ru}`,
  }),
  note_text_invalid: ({ got }: { got: Text }): Text => ({
    en: `livetex.notifyOperator needs a text of at most ${MAX_NOTE} characters, got ${got.en}`,
    ru: `livetex.notifyOperator нужен текст не длиннее ${MAX_NOTE} знаков, а получено: ${got.ru}`,
  }),
} as const;
