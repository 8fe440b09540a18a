import type { Claim } from './claim-book.ts';
import type { QueueCounts, Tables } from './tables.ts';

/** What a transaction changed that is settled only when it commits: wake-ups of listeners, the counts of its queues, its lanes. */
export interface Changes {
  /** Queues in which something may have become claimable. */
  readonly queues: Set<string>;
  /** Streams that were appended to. */
  readonly streams: Set<string>;
  readonly counts: Map<string, QueueCounts>;
  /** Lanes whose head changed, once for each change. */
  readonly lanes: number[];
  /** Claims that were used up. */
  readonly claims: Claim[];
  /** Something new was stored, which was not accepted before. */
  hasNew: boolean;
  /** A claim was used up whose job stays where it is. */
  hasGivenBack: boolean;
}

export function noChanges(): Changes {
  return {
    queues: new Set(),
    streams: new Set(),
    counts: new Map(),
    lanes: [],
    claims: [],
    hasNew: false,
    hasGivenBack: false,
  };
}

/** Adds to a count of a queue. */
export function count(changes: Changes, queue: string, what: keyof QueueCounts, by: number): void {
  let counts = changes.counts.get(queue);
  if (counts === undefined) {
    counts = { lanes: 0, jobs: 0, retrying: 0, dead: 0, timers: 0 };
    changes.counts.set(queue, counts);
  }
  counts[what] += by;
}

/** Adds the changes of one transaction to those of its group. */
export function mergeChanges(into: Changes, from: Changes): void {
  for (const queue of from.queues) into.queues.add(queue);
  for (const stream of from.streams) into.streams.add(stream);
  for (const lane of from.lanes) into.lanes.push(lane);
  for (const claim of from.claims) into.claims.push(claim);
  into.hasGivenBack ||= from.hasGivenBack;
  for (const [queue, counts] of from.counts) {
    for (const what of Object.keys(counts) as (keyof QueueCounts)[]) count(into, queue, what, counts[what]);
  }
}

/** Writes the counts of a group, once per queue and group: so counting costs almost nothing per job. */
export function writeCounts(tables: Tables, changes: Changes): void {
  for (const [queue, counts] of changes.counts) tables.counts.add(queue, counts);
}
