import { keyArgument, valueArgument } from './arguments.guest.ts';
import { defineProperty, type Dict, dictOf, hasOwn, keysOf } from './intrinsics.guest.ts';

/** Texts by key: what the run was given, under what it wrote. */
export interface TextStore {
  get(key: unknown): string | null;
  set(key: unknown, value: unknown): void;
  has(key: unknown): boolean;
  remove(key: unknown): void;
  all(): Record<string, string>;
}

/** The attributes of `bot` and of `memory`. `snapshot` is asked at each call, since the run's input comes after start-up. */
export function createTextStore(
  owner: string,
  snapshot: () => Readonly<Record<string, string>>,
  writes: Dict<string | null>,
): TextStore {
  const read = (key: string): string | null => {
    if (key in writes) return writes[key] as string | null;
    const given = snapshot();
    return hasOwn(given, key) ? (given[key] as string) : null;
  };
  return {
    get: (key) => read(keyArgument(`${owner}.getAttr`, key)),
    set(key, value) {
      const name = keyArgument(`${owner}.setAttr`, key);
      writes[name] = valueArgument(`${owner}.setAttr`, name, value);
    },
    has: (key) => read(keyArgument(`${owner}.isAttrExist`, key)) !== null,
    remove(key) {
      writes[keyArgument(`${owner}.deleteAttr`, key)] = null;
    },
    all() {
      const merged = dictOf<string | null>(snapshot());
      const written = keysOf(writes);
      for (let index = 0; index < written.length; index += 1) {
        const key = written[index] as string;
        merged[key] = writes[key] as string | null;
      }
      return withoutNull(merged);
    },
  };
}

/** An ordinary object for the script, without the deleted keys. */
export function withoutNull(merged: Dict<string | null>): Record<string, string> {
  const result: Record<string, string> = {};
  const keys = keysOf(merged);
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index] as string;
    const value = merged[key];
    if (typeof value === 'string') setOwn(result, key, value);
  }
  return result;
}

/** Sets an own property whatever its name is: `__proto__` becomes data. */
export function setOwn(target: object, key: string, value: unknown): void {
  defineProperty(target, key, {
    __proto__: null,
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  } as PropertyDescriptor);
}
