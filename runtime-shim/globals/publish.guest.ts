import { apply, defineProperty, freeze, globalObject, ownKeys } from './intrinsics.guest.ts';
import { enter, type RunState } from './run-state.guest.ts';

/**
 * Puts the globals into scope for ever: the objects are frozen and the names cannot be given another value, so that a
 * library cannot attack the script that loads it. Every function first asks whether the run is still going on.
 */
export function publish(globals: Record<string, object>, state: RunState): void {
  for (const name of ownKeys(globals) as string[]) {
    const value = globals[name] as object;
    if (typeof value === 'function') {
      globals[name] = guarded(value as () => unknown, name, state);
    } else {
      for (const key of ownKeys(value) as string[]) {
        const member = (value as Record<string, unknown>)[key];
        if (typeof member === 'function') {
          (value as Record<string, unknown>)[key] = guarded(member as () => unknown, key, state);
        }
      }
      freeze(value);
    }
    defineHidden(name, globals[name], false);
  }
}

function guarded(method: (...args: unknown[]) => unknown, name: string, state: RunState): object {
  const checked = (...args: unknown[]): unknown => {
    enter(state);
    return apply(method, undefined, args);
  };
  defineProperty(checked, 'name', { __proto__: null, value: name } as PropertyDescriptor);
  return freeze(checked);
}

/** A global that `for … in` does not show; `open`: the script may give the name another value. */
export function defineHidden(name: string, value: unknown, open: boolean): void {
  defineProperty(globalObject, name, {
    __proto__: null,
    value,
    writable: open,
    enumerable: false,
    configurable: open,
  } as PropertyDescriptor);
}
