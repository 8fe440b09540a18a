import type { Sandbox } from '../../runtime-shim/sandbox/contract.ts';
import { createSandbox } from '../../runtime-shim/sandbox/index.ts';
import { atFileEnd } from './file-end.ts';

let shared: Sandbox | undefined;

/**
 * One sandbox with the limits of the product for all runtimes of a test file: starting a runner costs more than most scripts.
 * What is tested of the sandbox itself takes one of its own.
 */
export function sharedSandbox(): Sandbox {
  if (shared === undefined) {
    const made = createSandbox({ runners: 1, spares: 0 });
    shared = made;
    atFileEnd(async () => {
      shared = undefined;
      await made.close();
    });
  }
  return shared;
}
