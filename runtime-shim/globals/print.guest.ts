import {
  add,
  eachOfMap,
  eachOfSet,
  getOwnPropertyDescriptor,
  hasOwn,
  isArray,
  isFinite,
  isoText,
  type List,
  list,
  ownKeys,
  slice,
  testRegExp,
  timeOf,
  toJson,
  toText,
} from './intrinsics.guest.ts';
import { isErrorObject } from './stack.guest.ts';

/** How deep and how wide an object is printed. Our choice: enough for a person to see what it is. */
const MAX_DEPTH = 4;
const MAX_ENTRIES = 100;

/** Any value as a text for a person. Getters are not called, and a hostile value prints as its kind. */
export function print(value: unknown, limit: number): string {
  if (typeof value === 'string') return value.length > limit ? slice(value, 0, limit + 1) : value;
  try {
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
  if (typeof value === 'bigint') return '[bigint]';
  if (typeof value === 'symbol') return toText(value);
  if (typeof value === 'function') return '[function]';
  if (typeof value !== 'object' || value === null) return toText(value);
  return errorHeadline(value) ?? dateText(value);
}

/** A date as JSON has it; `undefined` for what is not one. */
function dateText(value: object): string | undefined {
  try {
    return isFinite(timeOf(value)) ? isoText(value) : 'Invalid Date';
  } catch {
    return undefined;
  }
}

function printObject(value: object, seen: List<object>, budget: { left: number }): string {
  for (let index = 0; index < seen.length; index += 1) if (seen[index] === value) return '[circular]';
  const asList = isArray(value);
  if (seen.length >= MAX_DEPTH) return asList ? '[array]' : '[object]';
  add(seen, value);
  const keys = ownKeys(value);
  let text = '';
  let shown = 0;
  for (let index = 0; index < keys.length && budget.left > 0; index += 1) {
    const key = keys[index] as string | symbol;
    const entry = getOwnPropertyDescriptor(value, key);
    if (entry === undefined || !entry.enumerable) continue;
    if (shown > 0) text += ', ';
    if (shown === MAX_ENTRIES) {
      text += '…';
      break;
    }
    shown += 1;
    if (!asList) text += `${typeof key === 'symbol' ? `[${toText(key)}]` : printKey(key)}: `;
    text += hasOwn(entry, 'value') ? printInner(entry.value, seen, budget) : '[getter]';
  }
  const collection = text === '' && !asList ? printCollection(value, seen, budget) : undefined;
  seen.length -= 1;
  if (asList) return `[${text}]`;
  return collection ?? (text === '' ? '{}' : `{ ${text} }`);
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
