import { keyArgument, valueArgument } from './arguments.guest.ts';
import { defineProperty, type Dict, dictOf, hasOwn, keysOf, ordinary } from './intrinsics.guest.ts';
import { collectWrite, type RunState } from './run-state.guest.ts';

/** What this file puts into scope. */
export const names = ['memory'] as const;

/** The global `memory`: texts that live for the current run of the scenario. */
export function factory(state: RunState): { memory: Record<string, unknown> } {
  const store = createTextStore('memory', state);
  const memory: Record<string, unknown> = {
    __proto__: null,
    getAttr: (key: unknown) => store.get(key),
    setAttr(key: unknown, value: unknown) {
      store.set(key, value);
      return memory;
    },
    getAllAttr: () => store.all(),
    isAttrExist: (key: unknown) => store.has(key),
    deleteAttr(key: unknown) {
      store.remove(key);
      return memory;
    },
  };
  return { memory: ordinary(memory) };
}

/** Texts by key: what the run was given, under what it wrote. */
export interface TextStore {
  get(key: unknown): string | null;
  set(key: unknown, value: unknown): void;
  has(key: unknown): boolean;
  remove(key: unknown): void;
  all(): Record<string, string>;
}

/** The attributes of `bot` and of `memory`. */
export function createTextStore(owner: 'bot' | 'memory', state: RunState): TextStore {
  const writes = state[owner];
  const write = (key: string, value: string | null): void => {
    collectWrite(state, writes, key, value);
  };
  const read = (key: string): string | null => {
    if (key in writes) return writes[key] as string | null;
    const given = state.input[owner];
    return hasOwn(given, key) ? (given[key] as string) : null;
  };
  const store: TextStore & { readonly __proto__: null } = {
    __proto__: null,
    get: (key) => read(keyArgument(`${owner}.getAttr`, key)),
    set(key, value) {
      const name = keyArgument(`${owner}.setAttr`, key);
      write(name, valueArgument(`${owner}.setAttr`, name, value));
    },
    has: (key) => read(keyArgument(`${owner}.isAttrExist`, key)) !== null,
    remove(key) {
      write(keyArgument(`${owner}.deleteAttr`, key), null);
    },
    all() {
      const merged = dictOf<string | null>(state.input[owner]);
      const written = keysOf(writes);
      for (let index = 0; index < written.length; index += 1) {
        const key = written[index] as string;
        merged[key] = writes[key] as string | null;
      }
      return withoutNull(merged);
    },
  };
  return store;
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
