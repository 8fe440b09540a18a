import type { ClaimedJob } from '../contract.ts';

/** What a transaction changed that others may wait for: told after the commit. */
export interface Changes {
  /** Queues in which something may have become claimable, for all nodes. */
  readonly queues: Set<string>;
  /** Queues in which this node itself may find more to do. */
  readonly localQueues: Set<string>;
  /** Streams that were appended to. */
  readonly streams: Set<string>;
  /** Jobs whose claims were used, by claim. */
  readonly ended: Map<string, ClaimedJob>;
}

export function noChanges(): Changes {
  return { queues: new Set(), localQueues: new Set(), streams: new Set(), ended: new Map() };
}
