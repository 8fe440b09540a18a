import { ordinary } from './intrinsics.guest.ts';
import type { RunState } from './run-state.guest.ts';
import { createTextStore } from './text-store.guest.ts';

/** What this file puts into scope. */
export const names = ['memory'] as const;

/** The global `memory`: texts that live for the current run of the scenario (reference, "`bot`, `memory`, others"). */
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
