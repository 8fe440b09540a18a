/** What waits until it may be told: in the order of the commits. */
export interface FlushQueue {
  /** Is a flush under way? */
  readonly isFlushing: boolean;
  /**
   * Calls `settle` once everything committed so far is durable, with the error when it cannot be made so. A group that
   * needs no flush itself still waits for those before it: nobody may act on what a loss of power could take back.
   */
  add(needsFlush: boolean, settle: (failure: { readonly error: unknown } | undefined) => void): void;
}

/**
 * Flushes to disk beside the event loop: while the disk works, the next groups are run and committed, and one flush makes
 * all of them durable that were committed before it began.
 */
export function createFlushQueue(flush: () => Promise<void>, flushed: () => void): FlushQueue {
  interface Waiting {
    readonly needsFlush: boolean;
    readonly settle: (failure: { readonly error: unknown } | undefined) => void;
  }
  let waiting: Waiting[] = [];
  let isFlushing = false;

  async function drain(): Promise<void> {
    isFlushing = true;
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      let failure: { readonly error: unknown } | undefined;
      try {
        if (group.some(({ needsFlush }) => needsFlush)) await flush();
      } catch (error) {
        failure = { error };
      }
      for (const { needsFlush, settle } of group) settle(needsFlush ? failure : undefined);
    }
    isFlushing = false;
    flushed();
  }

  return {
    get isFlushing() {
      return isFlushing;
    },
    add(needsFlush, settle) {
      if (!needsFlush && !isFlushing) {
        settle(undefined);
        return;
      }
      waiting.push({ needsFlush, settle });
      if (!isFlushing) void drain();
    },
  };
}
