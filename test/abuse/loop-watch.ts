/** How often the loop is looked at, ms. */
const LOOK_EVERY_MS = 5;

/**
 * The longest that this thread's loop was held up by work of its own, ms of the thread's CPU time between two looks. On a
 * machine with other work the loop is late for no fault of ours; the thread uses no CPU time while it waits for a core.
 * What blocks without working (a wait for a disk or another process) is not seen.
 */
export function watchLoop(): { readonly stop: () => number } {
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
