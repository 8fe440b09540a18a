/** How the bindings share the workers of dialogs and of the platform's calls, so that one that waits long holds up no other. */
import type { ClaimedJob } from '../storage/contract.ts';
import type { JobFailure, LaneWorkerOptions, WorkerClock } from '../storage/lane-worker-contract.ts';
import { parseDialogLane } from '../core/jobs.ts';

/** A try that has taken so long is slow, ms: it gives its slot to others. Our choice: storing what one is told takes milliseconds. */
const SLOW_AFTER_MS = 500;
/** Slow tries of one binding at one time; further jobs of it are left where they are. Our choice. */
const MOST_SLOW = 4;
/** How long they are left, ms, on average: behind slow tries, and while nothing of the binding has gone well since a slow one failed. Our choice. */
const LEFT_FOR_MS = 1_000;
const LEFT_WHILE_SICK_MS = 5_000;

type Work = Pick<LaneWorkerOptions, 'handle' | 'classify'>;

interface Share {
  underWay: number;
  slow: number;
  /** A slow try has failed, and none has gone well since: one at a time finds out whether that is over. */
  sick: boolean;
}

/** Tells `classify` that a job was not tried. */
class NotNow extends Error {
  readonly forMs: number;

  constructor(forMs: number) {
    super('others of the binding come first');
    this.forMs = forMs;
  }
}

/**
 * The same work, shared. Quick tries are not limited, so that one busy binding may use all slots; what waits outside costs its
 * own binding's share only. For queues whose lanes are named by `dialogLane`.
 */
export function createFairShare(clock: WorkerClock, random: () => number): (work: Work) => Work {
  return ({ handle, classify }) => {
    const shares = new Map<string, Share>();
    return {
      async handle(job, attempt) {
        const { bindingId } = parseDialogLane(job.lane);
        const share = shares.get(bindingId) ?? { underWay: 0, slow: 0, sick: false };
        shares.set(bindingId, share);
        if (share.slow >= MOST_SLOW || (share.sick && share.underWay > 0)) {
          throw new NotNow(share.sick ? LEFT_WHILE_SICK_MS : LEFT_FOR_MS);
        }
        const end = begin(share, () => attempt.onAway(true));
        // A try whose time is over may never end by itself.
        const onAbort = (): void => end(false);
        attempt.signal.addEventListener('abort', onAbort, { once: true });
        try {
          const outcome = await handle(job, attempt);
          end(true);
          return outcome;
        } catch (error) {
          end(false);
          throw error;
        } finally {
          attempt.signal.removeEventListener('abort', onAbort);
          if (share.underWay === 0 && !share.sick) shares.delete(bindingId);
        }
      },
      classify(error: unknown, job: ClaimedJob): JobFailure {
        if (!(error instanceof NotNow)) return classify(error, job);
        // Spread, so that they do not all come again at one moment.
        return { do: 'leave', until: clock.now() + Math.round(error.forMs * (0.5 + random())) };
      },
    };
  };

  function begin(share: Share, giveSlot: () => void): (isWell: boolean) => void {
    let isSlow = false;
    let hasEnded = false;
    share.underWay += 1;
    const cancel = clock.after(SLOW_AFTER_MS, () => {
      isSlow = true;
      share.slow += 1;
      giveSlot();
    });
    return (isWell) => {
      if (hasEnded) return;
      hasEnded = true;
      cancel();
      share.underWay -= 1;
      if (isSlow) share.slow -= 1;
      if (isWell) share.sick = false;
      else if (isSlow) share.sick = true;
    };
  }
}
