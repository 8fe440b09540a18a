/**
 * Options of V8 for the isolates of a runner, set before the first of them is made. Given to the process when it starts, they would let V8 refuse what
 * Node brings compiled of its own modules: a runner's start would take a fifth longer.
 */
import { setFlagsFromString } from 'node:v8';

// Of an isolate's heap a tenth lives when it is collected: marking it at once takes less than sharing it out among threads.
setFlagsFromString('--no-incremental-marking');
// The largest part of V8 that no script of the platform uses: a context is made faster without it, and there is less to attack.
setFlagsFromString('--no-harmony-temporal');
// Each used context is told to V8, which would then collect young objects at once, with eight fresh contexts among them that must be copied.
setFlagsFromString('--no-idle-gc-on-context-disposal');
// Nor when the room for them is nearly full: half of what would be copied is dead a moment later.
setFlagsFromString('--no-minor-gc-task');
