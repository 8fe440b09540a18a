import { globalObject } from './intrinsics.guest.ts';

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
