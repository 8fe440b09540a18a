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
  for (const name of REMOVED) delete globalObject[name];
  const buffer = ArrayBuffer.prototype as unknown as Record<string, unknown>;
  // Resizable buffers grow past the isolate's limit without being counted.
  for (const name of ['resize', 'transfer', 'transferToFixedLength']) delete buffer[name];
}
