/** Who waits until the disk has what was committed before. */
export interface FlushQueue {
  /** Is a flush under way? */
  readonly isFlushing: boolean;
  /** Calls `settle` once everything committed so far is durable, with the error when it cannot be made so. */
  whenFlushed(settle: (failure: Failure | undefined) => void): void;
  /** Calls `settle` once the flush under way, and those that wait for the next one, have ended; at once when there is none. */
  behind(settle: () => void): void;
  /** What was committed shall be durable in a moment, with the next flush or by one of its own. Nobody waits for it. */
  flushLater(): void;
  /** Forgets what is only wanted later: the database is about to close, and flushes by itself. */
  close(): void;
}

export interface Failure {
  readonly error: unknown;
}

/**
 * How long relaxed transactions may stay without a flush, ms: what a loss of power makes happen once more. Ours: far below
 * what people take for simultaneous, and ten flushes a second cost a disk nothing.
 */
const LATER_MS = 100;

/**
 * Flushes to disk beside the event loop: while the disk works, the next groups are run and committed, and one flush makes
 * all of them durable that were committed before it began. `flushed` is called when the queue has run empty.
 */
export function createFlushQueue(flush: () => Promise<void>, flushed: () => void): FlushQueue {
  let waiting: Array<(failure: Failure | undefined) => void> = [];
  let isWanted = false;
  let isFlushing = false;
  let later: NodeJS.Timeout | undefined;

  async function drain(): Promise<void> {
    isFlushing = true;
    while (waiting.length > 0 || isWanted) {
      const group = waiting;
      waiting = [];
      let failure: Failure | undefined;
      if (isWanted) {
        isWanted = false;
        clearTimeout(later);
        later = undefined;
        failure = await failureOf(flush);
      }
      for (const settle of group) settle(failure);
    }
    isFlushing = false;
    flushed();
  }

  function want(): void {
    isWanted = true;
    if (!isFlushing) void drain();
  }

  return {
    get isFlushing() {
      return isFlushing;
    },
    whenFlushed(settle) {
      waiting.push(settle);
      want();
    },
    behind(settle) {
      if (isFlushing) waiting.push(() => settle());
      else settle();
    },
    flushLater() {
      later ??= setTimeout(want, LATER_MS).unref();
    },
    close() {
      clearTimeout(later);
    },
  };
}

async function failureOf(act: () => Promise<void>): Promise<Failure | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    return { error };
  }
}
