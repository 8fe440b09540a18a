import { afterAll } from 'vitest';
import type { Sandbox } from '../../runtime-shim/sandbox/contract.ts';
import { createSandbox } from '../../runtime-shim/sandbox/index.ts';

let shared: Sandbox | undefined;
afterAll(async () => {
  await shared?.close();
});

/**
 * One sandbox with the limits of the product for all runtimes of a test file: starting a runner costs more than most scripts.
 * What is tested of the sandbox itself takes one of its own.
 */
export function sharedSandbox(): Sandbox {
  shared ??= createSandbox({ runners: 1, spares: 0 });
  return shared;
}
