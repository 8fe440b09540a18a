/** A process with a sandbox, to be killed: sends the ids of its runners and waits for ever. */
import { createSandbox } from '../../../runtime-shim/sandbox/index.ts';
import { childrenOf } from '../../support/process-tree.ts';

const sandbox = createSandbox({ runners: 1 });
await sandbox.ready();
process.send?.(childrenOf(process.pid));
setInterval(() => undefined, 60_000);
