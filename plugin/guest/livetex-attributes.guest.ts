import type { GuestPlatform, Json } from '../contract/guest-platform.ts';
import { describe } from '../contract/describe.guest.ts';
import type { Text } from '../contract/text.ts';

/**
 * The system attributes that hold them all, and how their methods are called. The same as `LIVETEX_ATTRS_KEY` and
 * `LIVETEX_HIDDEN_ATTRS_KEY` of the contract; a test holds them together.
 */
const SHOWN = {
  attribute: 'sys_livetex_attrs',
  set: 'setLiveTexAttr',
  setAll: 'setAllLiveTexAttrs',
  get: 'getLiveTexAttr',
  getAll: 'getAllLiveTexAttrs',
} as const;
const HIDDEN = {
  attribute: 'sys_livetex_hidden_attrs',
  set: 'setLiveTexHiddenAttr',
  setAll: 'setAllLiveTexHiddenAttrs',
  get: 'getLiveTexHiddenAttr',
  getAll: 'getAllLiveTexHiddenAttrs',
} as const;

type Value = string | number | boolean;
/** Without a prototype, so that a key `__proto__` is data like any other. */
type Values = { [key: string]: Value | null };

// Saved before the author's code runs: a script that replaces them must not change what is stored. For the same reason
// nothing here iterates (`for … of`, `[a] = b`) or inherits from a prototype that the script can change.
const {
  create,
  defineProperty,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  hasOwn,
  keys,
  prototype: objectPrototype,
} = Object;
const { isArray } = Array;
const { isFinite } = Number;
const { ownKeys } = Reflect;
const { call } = Function.prototype;
const includes = call.bind(String.prototype.includes) as (text: string, part: string) => boolean;
const isWellFormed = call.bind(
  (String.prototype as unknown as { isWellFormed: () => boolean }).isWellFormed,
) as unknown as (text: string) => boolean;

/** Adds the LiveTex methods to `lead`. */
export function addLiveTexAttributes(lead: Record<string, unknown>, platform: GuestPlatform): void {
  addMethods(lead, SHOWN, platform);
  addMethods(lead, HIDDEN, platform);
}

/** One by one: every context pays for this, and records that are spread and assigned take it several times as long. */
function addMethods(
  lead: Record<string, unknown>,
  { attribute, set, setAll, get, getAll }: typeof SHOWN | typeof HIDDEN,
  platform: GuestPlatform,
): void {
  const stored = (): Values => copied((platform.getSystemAttribute(attribute) ?? {}) as Values);
  const store = (values: Values): object => {
    platform.setSystemAttribute(attribute, values as Json);
    return lead;
  };
  const merge = (change: Values): object => store(merged(stored(), change));
  lead[set] = (...given: unknown[]) => {
    if (given.length < 2 && typeof given[0] !== 'string')
      return merge(checkedObject(platform, `lead.${set}`, given[0], given.length));
    const key = checkedKey(platform, given[0]);
    const change = create(null) as Values;
    change[key] = checkedValue(platform, key, given[1]);
    checkedText(platform, change);
    return merge(change);
  };
  lead[setAll] = (...given: unknown[]) =>
    store(merged(create(null) as Values, checkedObject(platform, `lead.${setAll}`, given[0], given.length)));
  lead[get] = (key: unknown) => stored()[checkedKey(platform, key)] ?? null;
  lead[getAll] = () => plain(stored());
}

/** Reads an author's object once, checks every key and value, and only then is anything written. */
function checkedObject(platform: GuestPlatform, method: string, value: unknown, given: number): Values {
  const wrong = (got: Text): never =>
    platform.fail('attr_argument_invalid', ATTRIBUTE_MESSAGES.attr_argument_invalid({ method, got }));
  if (given === 0) return wrong({ en: 'nothing', ru: 'ничего' });
  if (typeof value !== 'object' || value === null || isList(value)) return wrong(describe(value));
  if (!isPlain(value)) return wrong({ en: 'an object of a class', ru: 'объект класса' });
  const result = create(null) as Values;
  const entries = entriesOf(value, wrong);
  for (let index = 0; index < entries.length; index += 1) {
    const { key, entry } = entries[index] as Entry;
    if (typeof key !== 'string') {
      platform.fail('attr_key_invalid', ATTRIBUTE_MESSAGES.attr_key_invalid({ got: describe(key) }));
    }
    const name = checkedKey(platform, key);
    // A getter is refused, not called: it could answer differently each time.
    const got = hasOwn(entry, 'value') ? entry.value : GETTER;
    result[name] = checkedValue(platform, name, got);
  }
  checkedText(platform, result);
  return result;
}

const GETTER = create(null) as object;

interface Entry {
  readonly key: string | symbol;
  readonly entry: PropertyDescriptor;
}

function entriesOf(value: object, wrong: (got: Text) => never): Entry[] {
  const entries: Entry[] = [];
  try {
    const names = ownKeys(value);
    for (let index = 0; index < names.length; index += 1) {
      const key = names[index] as string | symbol;
      const entry = getOwnPropertyDescriptor(value, key);
      if (entry?.enumerable === true) append(entries, { key, entry });
    }
  } catch {
    // Only a Proxy can fail here.
    return wrong({ en: 'a Proxy that cannot be read', ru: 'Proxy, который нельзя прочитать' });
  }
  return entries;
}

/** The descriptor has no prototype: a `get` on `Object.prototype` would be taken for a part of it. */
function setOwn(target: object, key: string | number, value: unknown): void {
  const descriptor = { __proto__: null, value, writable: true, enumerable: true, configurable: true };
  defineProperty(target, key, descriptor as PropertyDescriptor);
}

/** `push` and an index can be caught by a script that changes `Array.prototype`; an own property cannot. */
function append<Item>(list: Item[], item: Item): void {
  setOwn(list, list.length, item);
}

function checkedKey(platform: GuestPlatform, key: unknown): string {
  if (typeof key === 'string' && key !== '') return key;
  return platform.fail('attr_key_invalid', ATTRIBUTE_MESSAGES.attr_key_invalid({ got: describe(key) }));
}

function checkedValue(platform: GuestPlatform, key: string, value: unknown): Value | null {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && isFinite(value)) return value;
  const got = value === GETTER ? { en: 'a getter', ru: 'геттер' } : describe(value);
  return platform.fail('attr_value_invalid', ATTRIBUTE_MESSAGES.attr_value_invalid({ key, got }));
}

/** What is not in a text that everybody can store and show; `oneLine`: nor a line end. `undefined`: nothing is wrong. */
function problemOf(text: string, oneLine: boolean): Text | undefined {
  if (includes(text, '\u0000')) return { en: 'a string with a NUL character', ru: 'строка со знаком NUL' };
  if (!isWellFormed(text))
    return { en: 'a string with half of a surrogate pair', ru: 'строка с половиной суррогатной пары' };
  if (!oneLine) return undefined;
  for (let index = 0; index < LINE_ENDS.length; index += 1) {
    if (includes(text, LINE_ENDS[index] as string))
      return { en: 'a string with a line end', ru: 'строка с концом строки' };
  }
  return undefined;
}

const LINE_ENDS = '\n\r\v\f\u0085\u2028\u2029';

/** Keys and values that will be stored. A key that is only removed may be anything. */
function checkedText(platform: GuestPlatform, change: Values): void {
  const names = keys(change);
  for (let index = 0; index < names.length; index += 1) {
    const key = names[index] as string;
    const value = change[key] as Value | null;
    if (value === null) continue;
    const wrongKey = problemOf(key, true);
    if (wrongKey !== undefined) {
      platform.fail('attr_key_invalid', ATTRIBUTE_MESSAGES.attr_key_invalid({ got: wrongKey }));
    }
    const got = typeof value === 'string' ? problemOf(value, false) : undefined;
    if (got !== undefined) platform.fail('attr_value_invalid', ATTRIBUTE_MESSAGES.attr_value_invalid({ key, got }));
  }
}

function merged(values: Values, change: Values): Values {
  const names = keys(change);
  for (let index = 0; index < names.length; index += 1) {
    const key = names[index] as string;
    const value = change[key] as Value | null;
    if (value === null) delete values[key];
    else values[key] = value;
  }
  return values;
}

function copied(values: Values): Values {
  const result = create(null) as Values;
  const names = keys(values);
  for (let index = 0; index < names.length; index += 1) {
    const key = names[index] as string;
    result[key] = values[key] as Value;
  }
  return result;
}

/** An ordinary object for the author, `__proto__` included as data. */
function plain(values: Values): object {
  const result = {};
  const names = keys(values);
  for (let index = 0; index < names.length; index += 1) {
    const key = names[index] as string;
    setOwn(result, key, values[key]);
  }
  return result;
}

function isList(value: object): boolean {
  try {
    return isArray(value);
  } catch {
    return false;
  }
}

/** `{ … }`, `Object.create(null)` or JSON; not a Date, a Map or an instance of a class, whose content would be lost. */
function isPlain(value: object): boolean {
  try {
    const parent: unknown = getPrototypeOf(value);
    return parent === null || parent === objectPrototype;
  } catch {
    return false;
  }
}

const slice = call.bind(String.prototype.slice) as (text: string, from: number, to: number) => string;
/** Longest part of a key that an error repeats, UTF-16 units: a script may make one of a million. */
const MAX_SHOWN_KEY = 100;

function shownKey(key: string): string {
  return key.length <= MAX_SHOWN_KEY ? key : `${slice(key, 0, MAX_SHOWN_KEY)}…`;
}

/** The texts of the attribute errors. The catalogue of the plugin's errors (`plugin/errors.ts`) has them from here. */
export const ATTRIBUTE_MESSAGES = {
  attr_key_invalid: ({ got }: { got: Text }): Text => ({
    en: `an attribute's key must be a non-empty string on one line, got ${got.en}`,
    ru: `ключ атрибута должен быть непустой строкой в одну строку, а получено: ${got.ru}`,
  }),
  attr_value_invalid: ({ key, got }: { key: string; got: Text }): Text => ({
    en: `the value of "${shownKey(key)}" must be a string, a finite number, true, false or null, got ${got.en}`,
    ru: `значение "${shownKey(key)}" должно быть строкой, конечным числом, true, false или null, а получено: ${got.ru}`,
  }),
  attr_argument_invalid: ({ method, got }: { method: string; got: Text }): Text => ({
    en: `${method} takes an object { key: value }, got ${got.en}`,
    ru: `${method} принимает объект { ключ: значение }, а получено: ${got.ru}`,
  }),
} as const;
