import { defineProperty, freeze, getOwnPropertyDescriptor, globalObject, ownKeys } from './intrinsics.guest.ts';

/**
 * Puts the globals into scope for ever: they are frozen and the names cannot be given another value, so that a library
 * cannot attack the script that loads it. Their functions are not frozen one by one: that takes a tenth of the start
 * of a context, and `call` and `apply` of a function can be replaced on `Function.prototype` all the same.
 * What has a getter is made when the script first asks for it; the script always reads one and the same frozen object.
 * @param last the one that is put there when it is known whether this run has it
 */
export function publish(globals: Record<string, object>, last: string): void {
  const names = ownKeys(globals) as string[];
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index] as string;
    if (name === last) continue;
    if (getOwnPropertyDescriptor(globals, name)?.get === undefined) publishOne(globals, name);
    else publishLater(globals, name);
  }
}

export function publishOne(globals: Record<string, object>, name: string): void {
  defineHidden(name, freeze(globals[name] as object), false);
}

function publishLater(globals: Record<string, object>, name: string): void {
  let made: object | undefined;
  defineGetter(name, () => (made ??= freeze(globals[name] as object)), false);
}

/** The same as `defineHidden`, for a value that is looked up each time. */
export function defineGetter(name: string, get: () => unknown, open: boolean): void {
  defineProperty(globalObject, name, {
    __proto__: null,
    get,
    enumerable: false,
    configurable: open,
  } as PropertyDescriptor);
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

/**
 * Taken away before the author's code: memory outside the heap's limit (WebAssembly, shared and resizable buffers),
 * threads' waiting (Atomics), and code that runs after the end (FinalizationRegistry, WeakRef). See docs/security.md.
 */
const REMOVED = [
  'WebAssembly',
  'SharedArrayBuffer',
  'Atomics',
  'FinalizationRegistry',
  'WeakRef',
  'AsyncDisposableStack',
] as const;

/** Removes the globals that no script of the platform needs and that a hostile one would. */
export function removeGlobals(): void {
  for (let index = 0; index < REMOVED.length; index += 1) delete globalObject[REMOVED[index] as string];
  const buffer = ArrayBuffer.prototype as unknown as Record<string, unknown>;
  // Resizable buffers grow past the isolate's limit without being counted.
  delete buffer['resize'];
  delete buffer['transfer'];
  delete buffer['transferToFixedLength'];
}
