import {
  add,
  eachOfMap,
  eachOfSet,
  functionText,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  hasOwn,
  isArray,
  isFinite,
  isoText,
  type List,
  list,
  objectPrototype,
  ownKeys,
  regExpFlags,
  regExpSource,
  slice,
  startsWith,
  testRegExp,
  timeOf,
  toJson,
  toText,
  typedArrayLength,
  typedArrayType,
} from './intrinsics.guest.ts';
import { isErrorObject } from './stack.guest.ts';

/** How deep and how wide an object is printed. Our choice: enough for a person to see what it is. */
const MAX_DEPTH = 4;
const MAX_ENTRIES = 100;
/** A list from this length on is read from its beginning only. */
const LONG_LIST = 1_000;
/** Beyond it the digits would take V8 long, and say nothing to a person. */
const MAX_BIGINT = 2n ** 1_024n;
const MAX_NAME = 100;

/** Any value as a text for a person, a text as it is. Getters are not called, and a hostile value prints as its kind. */
export function print(value: unknown, limit: number): string {
  if (typeof value === 'string') return value.length > limit ? slice(value, 0, limit + 1) : value;
  return inspect(value, limit);
}

/** The same with a text in quotes. */
export function inspect(value: unknown, limit: number): string {
  try {
    if (typeof value === 'string' && value.length > limit) return toJson(slice(value, 0, limit + 1)) as string;
    return printInner(value, list(), { left: limit });
  } catch {
    return typeof value === 'function' ? '[function]' : '[object]';
  }
}

function printInner(value: unknown, seen: List<object>, budget: { left: number }): string {
  const text = printPlain(value) ?? printObject(value as object, seen, budget);
  budget.left -= text.length;
  return text;
}

/** What is not made of parts; `undefined` for what is. */
function printPlain(value: unknown): string | undefined {
  if (typeof value === 'string') return toJson(value) as string;
  if (typeof value === 'bigint') return value > MAX_BIGINT || value < -MAX_BIGINT ? '[bigint]' : `${toText(value)}n`;
  if (typeof value === 'symbol') return toText(value);
  if (typeof value === 'function') return '[function]';
  if (typeof value !== 'object' || value === null) return toText(value);
  return errorHeadline(value) ?? dateText(value) ?? regExpText(value);
}

/** A date as JSON has it; `undefined` for what is not one. */
function dateText(value: object): string | undefined {
  try {
    return isFinite(timeOf(value)) ? isoText(value) : 'Invalid Date';
  } catch {
    return undefined;
  }
}

/** `/a+/gi`; `undefined` for what is not a regular expression. */
function regExpText(value: object): string | undefined {
  try {
    return `/${regExpSource(value)}/${regExpFlags(value)}`;
  } catch {
    return undefined;
  }
}

/** Own keys, at most so many. Those of a long list are not all made first: a million of them would fill the memory. */
export function entryKeys(value: object, most: number): List<string | symbol> {
  const result = list<string | symbol>();
  const length = isArray(value) ? value.length : typedArrayType(value) === undefined ? 0 : typedArrayLength(value);
  if (length > LONG_LIST) {
    for (let index = 0; index < length && result.length < most && index < LONG_LIST; index += 1) {
      if (hasOwn(value, index)) add(result, toText(index));
    }
    return result;
  }
  const keys = ownKeys(value);
  for (let index = 0; index < keys.length && result.length < most; index += 1) {
    const key = keys[index] as string | symbol;
    if (getOwnPropertyDescriptor(value, key)?.enumerable === true) add(result, key);
  }
  return result;
}

/** What an own property holds; the words for a getter, which is not called. */
export function ownValue(value: object, key: string | symbol): unknown {
  const entry = getOwnPropertyDescriptor(value, key);
  return entry === undefined || hasOwn(entry, 'value') ? entry?.value : '[getter]';
}

/** The name of a class of the script's, with a blank behind it. Runs nothing of the class. */
function classPrefix(value: object): string {
  const parent = getPrototypeOf(value) as object | null;
  if (parent === null || parent === objectPrototype) return '';
  const made = getOwnPropertyDescriptor(parent, 'constructor');
  const type: unknown = made !== undefined && hasOwn(made, 'value') ? made.value : undefined;
  if (typeof type !== 'function' || !startsWith(functionText(type), 'class')) return '';
  const named = getOwnPropertyDescriptor(type, 'name');
  const name: unknown = named !== undefined && hasOwn(named, 'value') ? named.value : undefined;
  return typeof name === 'string' && name !== '' ? `${slice(name, 0, MAX_NAME)} ` : '';
}

function printObject(value: object, seen: List<object>, budget: { left: number }): string {
  for (let index = 0; index < seen.length; index += 1) if (seen[index] === value) return '[circular]';
  const asList = isArray(value);
  if (seen.length >= MAX_DEPTH) return asList ? '[array]' : '[object]';
  add(seen, value);
  const bytes = asList ? undefined : typedArrayType(value);
  const keys = entryKeys(value, MAX_ENTRIES + 1);
  let text = '';
  let shown = 0;
  for (let index = 0; index < keys.length && budget.left > 0; index += 1) {
    const key = keys[index] as string | symbol;
    const entry = getOwnPropertyDescriptor(value, key);
    if (entry === undefined) continue;
    if (shown > 0) text += ', ';
    if (shown === MAX_ENTRIES) {
      text += '…';
      break;
    }
    shown += 1;
    if (!asList && bytes === undefined) text += `${typeof key === 'symbol' ? `[${toText(key)}]` : printKey(key)}: `;
    text += hasOwn(entry, 'value') ? printInner(entry.value, seen, budget) : '[getter]';
  }
  const collection = text === '' && !asList ? printCollection(value, seen, budget) : undefined;
  seen.length -= 1;
  if (asList) return `[${text}]`;
  if (bytes !== undefined) return `${bytes} [${text}]`;
  return classPrefix(value) + (collection ?? (text === '' ? '{}' : `{ ${text} }`));
}

/** A Map or a Set: its entries are no properties. `undefined` for what is neither. */
function printCollection(value: object, seen: List<object>, budget: { left: number }): string | undefined {
  let text = '';
  let shown = 0;
  const show = (entry: () => string): void => {
    shown += 1;
    if (shown > MAX_ENTRIES + 1 || budget.left <= 0) return;
    text += (shown > 1 ? ', ' : '') + (shown > MAX_ENTRIES ? '…' : entry());
  };
  const inner = (part: unknown): string => printInner(part, seen, budget);
  try {
    eachOfMap(value, (item, key) => show(() => `${inner(key)} => ${inner(item)}`));
    return text === '' ? 'Map {}' : `Map { ${text} }`;
  } catch {
    // Not a Map.
  }
  try {
    eachOfSet(value, (item) => show(() => inner(item)));
    return text === '' ? 'Set {}' : `Set { ${text} }`;
  } catch {
    return undefined;
  }
}

const PLAIN_KEY = /^[\p{L}_$][\p{L}\p{N}_$]*$/u;

function printKey(key: string): string {
  return testRegExp(PLAIN_KEY, key) ? key : (toJson(key) as string);
}

/** Longest message of an error that leaves the sandbox, UTF-16 units. Our choice: a person reads the first lines. */
const MAX_MESSAGE_LENGTH = 2_000;

/** `TypeError: what V8 says` of an Error object; `undefined` for any other value. May run getters of the script. */
export function errorHeadline(value: object): string | undefined {
  if (!isErrorObject(value)) return undefined;
  const name = readText(value, 'name', 'Error');
  const message = readText(value, 'message', '');
  const text = message === '' ? name : name === '' ? message : `${name}: ${message}`;
  return text.length > MAX_MESSAGE_LENGTH ? `${slice(text, 0, MAX_MESSAGE_LENGTH)}…` : text;
}

function readText(value: object, key: string, otherwise: string): string {
  try {
    const read = (value as Record<string, unknown>)[key];
    return typeof read === 'string' ? read : otherwise;
  } catch {
    return otherwise;
  }
}
