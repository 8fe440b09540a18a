import { defineProperty, freeze, globalObject, ownKeys } from './intrinsics.guest.ts';

/**
 * Puts the globals into scope for ever: they are frozen and the names cannot be given another value, so that a library
 * cannot attack the script that loads it. Their functions are not frozen one by one: that takes a tenth of the start
 * of a context, and `call` and `apply` of a function can be replaced on `Function.prototype` all the same.
 */
export function publish(globals: Record<string, object>): void {
  const names = ownKeys(globals) as string[];
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index] as string;
    defineHidden(name, freeze(globals[name] as object), false);
  }
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
