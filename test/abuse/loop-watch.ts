/** How often the loop is looked at, ms. */
const LOOK_EVERY_MS = 5;
/** The server's loop is not blocked for longer, ms of its own work. */
export const MAX_BLOCK_MS = 50;
/** How often the same is done again before its block counts. */
const LOOKS = 3;

/**
 * The longest that this thread's loop was held up by work of its own, ms of the thread's CPU time between two looks. On a
 * machine with other work the loop is late for no fault of ours; the thread uses no CPU time while it waits for a core.
 * What blocks without working (a wait for a disk or another process) is not seen.
 */
function watchLoop(): { readonly stop: () => number } {
  let longest = 0;
  let last = process.threadCpuUsage();
  const look = (): void => {
    const { user, system } = process.threadCpuUsage(last);
    last = process.threadCpuUsage();
    longest = Math.max(longest, (user + system) / 1_000);
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  return {
    stop: () => {
      clearInterval(timer);
      look();
      return longest;
    },
  };
}

/**
 * The longest block of an act, the shortest of so many counts: what the act causes comes every time, while a collection of
 * garbage, the first compiling or a pile of other work that waited for a core does not. Ends with the first short enough.
 */
export async function shortestBlock(act: () => Promise<unknown>): Promise<number> {
  let shortest = Infinity;
  for (let look = 0; look < LOOKS && shortest >= MAX_BLOCK_MS; look += 1) {
    const watch = watchLoop();
    await act();
    shortest = Math.min(shortest, watch.stop());
  }
  return shortest;
}
