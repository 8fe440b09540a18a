/**
 * What our code needs of the language, saved before the author's code runs: a script that replaces
 * `JSON.stringify` or `Array.prototype.push` must spoil its own work only. After start-up our code reads no
 * prototype: its records and lists have none, and what is inherited is called through the functions here. Nor does it
 * iterate (`for … of`, `[a] = b`, `...`): that calls `Array.prototype[Symbol.iterator]` with our own list as `this`.
 */
import type { Json } from '../../plugin/contract/guest-platform.ts';

const { bind, call } = Function.prototype;

/** Turns a method into a function that takes its receiver first and cannot be replaced later. */
const uncurry = bind.bind(call as never) as <Self, Args extends unknown[], Result>(
  method: (this: Self, ...args: Args) => Result,
) => (self: Self, ...args: Args) => Result;

export const parseJson = JSON.parse as (text: string) => Json;
export const toJson = JSON.stringify as (value: unknown) => string | undefined;
export const ErrorType = Error;
export const SyntaxErrorType = SyntaxError;
export const TypeErrorType = TypeError;
export const SymbolType = Symbol;
export const FunctionType = Function;
export const RegExpType = RegExp;
export const ProxyType = Proxy;
export const globalObject: Record<string, unknown> = globalThis as never;
export const { isArray } = Array;
export const { isFinite } = Number;
export const toNumber = Number;
export const { trunc: truncate } = Math;
export const toText = String;
export const apply = Reflect.apply as (target: unknown, self: unknown, args: ArrayLike<unknown>) => unknown;
export const reflectGet = Reflect.get as (target: object, key: string | symbol, receiver: unknown) => unknown;
export const ownKeys = Reflect.ownKeys as (target: object) => (string | symbol)[];
export const {
  defineProperty,
  freeze,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  hasOwn,
  keys: keysOf,
  setPrototypeOf,
} = Object;

export const trim = uncurry(String.prototype.trim);
export const slice = uncurry(String.prototype.slice as (this: string, start: number, end?: number) => string);
export const startsWith = uncurry(String.prototype.startsWith as (this: string, part: string) => boolean);
export const contains = uncurry(String.prototype.includes as (this: string, part: string) => boolean);
export const lowerCase = uncurry(String.prototype.toLowerCase);
export const isWellFormed = uncurry(
  (String.prototype as unknown as { isWellFormed: (this: string) => boolean }).isWellFormed,
);
export const concat = uncurry(String.prototype.concat as (this: string, part: unknown) => string);
export const charCodeAt = uncurry(String.prototype.charCodeAt as (this: string, index: number) => number);
export const indexOf = uncurry(String.prototype.indexOf as (this: string, part: string) => number);
export const { fromCharCode } = String;
export const repeat = uncurry(String.prototype.repeat as (this: string, count: number) => string);
export const functionText = uncurry(Function.prototype.toString as (this: unknown) => string);
export const { now } = Date;
/** Both throw for what is not a Date. */
export const timeOf = uncurry(Date.prototype.getTime as (this: object) => number);
export const isoText = uncurry(Date.prototype.toISOString as (this: object) => string);
const execRegExp = uncurry(RegExp.prototype.exec as (this: RegExp, text: string) => unknown);
/** `RegExp.prototype.test` would look up `exec`, which a script may have replaced (ECMA-262, RegExpExec); `exec` itself looks up nothing. */
export const testRegExp = (expression: RegExp, text: string): boolean => execRegExp(expression, text) !== null;
/** The text between the slashes. Throws for what is not a RegExp. */
export const regExpSource = getterOf(RegExp.prototype, 'source') as (self: object) => string;
/** Asks the value for each of its flags, which a script can answer: for a text that a person reads only. */
export const regExpFlags = getterOf(RegExp.prototype, 'flags') as (self: object) => string;
const typedArrays = getPrototypeOf(Uint8Array.prototype) as object;
/** `Uint8Array` and so on; `undefined` for what is no typed array, whatever its prototype says. */
export const typedArrayType = getterOf(typedArrays, Symbol.toStringTag) as (value: unknown) => string | undefined;
/** Throws for what is no typed array. */
export const typedArrayLength = getterOf(typedArrays, 'length') as (self: object) => number;
export const promiseThen = uncurry(
  Promise.prototype.then as (this: unknown, done: unknown, failed: unknown) => unknown,
);
export const weakGet = uncurry(WeakMap.prototype.get as (this: WeakMap<object, unknown>, key: object) => unknown);
export const weakSet = uncurry(
  WeakMap.prototype.set as (this: WeakMap<object, unknown>, key: object, value: unknown) => unknown,
);

function getterOf(owner: object, key: string | symbol): (self: object) => unknown {
  return uncurry((getOwnPropertyDescriptor(owner, key) as { get: (this: object) => unknown }).get);
}

export const objectPrototype = Object.prototype;
export const arrayPrototype: object = Array.prototype;

/**
 * An ordinary object of these members, given as a literal with `__proto__: null`. V8 makes such a literal a hash table;
 * for any other it makes a hidden class for each member, anew in each context, which takes three times as long.
 */
export function ordinary<Members extends object>(members: Members): Members {
  return setPrototypeOf(members, objectPrototype) as Members;
}

type Each = (this: object, act: (value: unknown, key: unknown) => void) => void;
/** They throw for what is not a Map, or not a Set. */
export const eachOfMap = uncurry(Map.prototype.forEach as Each);
export const eachOfSet = uncurry(Set.prototype.forEach as Each);

/** A record without a prototype: every key, `__proto__` too, is only data. */
export type Dict<Value> = { [key: string]: Value };

/** An empty record without a prototype. */
export function dict<Value>(): Dict<Value> {
  return { __proto__: null } as unknown as Dict<Value>;
}

/** Copies own enumerable entries into a record without a prototype. */
export function dictOf<Value>(source: Readonly<Record<string, Value>>): Dict<Value> {
  const result = dict<Value>();
  const keys = keysOf(source);
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index] as string;
    result[key] = source[key] as Value;
  }
  return result;
}

/** A list that inherits nothing, so that neither a setter on `Array.prototype` nor a `toJSON` can reach it. */
export interface List<Value> {
  [index: number]: Value;
  length: number;
}

/** An empty list. */
export function list<Value>(): List<Value> {
  return setPrototypeOf([], null) as List<Value>;
}

/** Adds to the end of a list. */
export function add<Value>(target: List<Value>, value: Value): void {
  target[target.length] = value;
}

/** Joins the parts with a separator. */
export function joined(parts: List<string>, separator: string): string {
  let text = '';
  for (let index = 0; index < parts.length; index += 1) text += (index > 0 ? separator : '') + (parts[index] as string);
  return text;
}

/** A deep copy of JSON, made of ordinary objects: for handing out to the script. */
export function copyJson(value: Json): Json {
  return typeof value === 'object' && value !== null ? parseJson(toJson(value) as string) : value;
}
