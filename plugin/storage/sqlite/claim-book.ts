import type { JobRow, LaneRow, QueueCounts, Tables } from './tables.ts';

/** What a transaction changed that holds only when it commits: wake-ups of listeners, the counts of its queues, its lanes. */
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

/** The right to work on a lane's head, up to a time. */
interface Claim {
  /** As they were claimed: nobody else changes them as long as the claim holds. */
  readonly lane: LaneRow;
  readonly head: JobRow;
  readonly token: string;
  /** By steady time: a clock that is set forward ends no lease, one that is set back prolongs none. */
  readonly until: number;
  /** Its job has left the head in a transaction that is not committed yet. */
  ended: boolean;
}

/**
 * Who works on which lane. One process has the storage, so its claims live in its memory: a claim writes nothing and
 * waits for no disk, and whoever held one in a process that is gone needs no lease to run out.
 *
 * A lane whose head was changed by what is not durable yet is nobody's: what is done for a job must not outlive the
 * memory of the job, and a job must not begin before the end of the one before it is on the disk.
 */
export interface ClaimBook {
  /** Is its head as the disk has it? */
  isDurable(laneId: number): boolean;
  /** Since when nobody has had a lane that became ready at `readyAt`, Unix ms: a lease that ran out counts from its end. `undefined`: somebody has it. */
  freeSince(laneId: number, readyAt: number, now: number): number | undefined;
  /** Does somebody work on it, or end that just now? */
  isClaimed(laneId: number): boolean;
  /** The claim with this token, while it is good. */
  held(token: string): Claim | undefined;
  take(claim: Omit<Claim, 'ended' | 'until'>, leaseMs: number): void;
  /** Lanes of a queue that are claimed now, and when the first of the claims runs out, Unix ms. */
  claimed(queue: string, now: number): { readonly count: number; readonly firstEnd: number | undefined };
  /** Is a suspect (`deaths`) under way, in whatever queue? */
  hasSuspect(): boolean;
  /** The jobs that this process tries, those whose time is over too. */
  jobIds(): number[];
  /** Claims of a queue, those whose time is over too. */
  sizeOf(queue: string): number;
  /** Part of a transaction: its lane's head changes. */
  touch(changes: Changes, laneId: number): void;
  /** Part of a transaction: the claim is used up. */
  end(changes: Changes, laneId: number): void;
  /** The changes are committed. */
  commit(changes: Changes): void;
  /** The changes are on the disk. */
  flushed(changes: Changes): void;
  /** The changes were undone. */
  revert(changes: Changes): void;
}

/** `steady`: time that nobody can set, ms. `now`, where it is asked for, is the clock's. */
export function createClaimBook(steady: () => number): ClaimBook {
  const claims = new Map<number, Claim>();
  const tokens = new Map<string, Claim>();
  const queues = new Map<string, Set<Claim>>();
  /** By lane: how many changes of its head are not durable. */
  const touched = new Map<number, number>();

  function of(queue: string): Set<Claim> {
    let found = queues.get(queue);
    if (found === undefined) {
      found = new Set();
      queues.set(queue, found);
    }
    return found;
  }

  function forget(claim: Claim): void {
    of(claim.lane.queue).delete(claim);
    tokens.delete(claim.token);
    if (claims.get(claim.lane.id) === claim) claims.delete(claim.lane.id);
  }

  function untouch(changes: Changes): void {
    for (const laneId of changes.lanes) {
      const left = (touched.get(laneId) ?? 0) - 1;
      if (left > 0) touched.set(laneId, left);
      else touched.delete(laneId);
    }
  }

  function isClaimed(laneId: number): boolean {
    const claim = claims.get(laneId);
    return claim !== undefined && (claim.until > steady() || claim.ended);
  }

  /** The end of a lease by the clock. */
  function endOf(claim: Claim, now: number): number {
    return now + claim.until - steady();
  }

  return {
    isDurable: (laneId) => !touched.has(laneId),
    freeSince(laneId, readyAt, now) {
      if (isClaimed(laneId)) return undefined;
      const claim = claims.get(laneId);
      return claim === undefined ? readyAt : Math.max(readyAt, endOf(claim, now));
    },
    isClaimed,
    held(token) {
      const claim = tokens.get(token);
      return claim !== undefined && !claim.ended && claim.until > steady() ? claim : undefined;
    },
    take(claim, leaseMs) {
      const old = claims.get(claim.lane.id);
      if (old !== undefined) forget(old);
      const taken = { ...claim, until: steady() + leaseMs, ended: false };
      claims.set(claim.lane.id, taken);
      tokens.set(claim.token, taken);
      of(claim.lane.queue).add(taken);
    },
    claimed(queue, now) {
      let count = 0;
      let firstEnd: number | undefined;
      for (const claim of of(queue)) {
        const end = endOf(claim, now);
        if (end <= now) continue;
        count += 1;
        firstEnd = Math.min(end, firstEnd ?? end);
      }
      return { count, firstEnd };
    },
    hasSuspect() {
      for (const [laneId, { lane }] of claims) if (lane.deaths > 0 && isClaimed(laneId)) return true;
      return false;
    },
    jobIds: () => Array.from(claims.values(), ({ head }) => head.id),
    sizeOf: (queue) => of(queue).size,
    touch(changes, laneId) {
      changes.lanes.push(laneId);
      touched.set(laneId, (touched.get(laneId) ?? 0) + 1);
    },
    end(changes, laneId) {
      const claim = claims.get(laneId);
      if (claim === undefined || claim.ended) return;
      claim.ended = true;
      changes.claims.push(claim);
    },
    commit(changes) {
      for (const claim of changes.claims) forget(claim);
    },
    flushed: untouch,
    revert(changes) {
      for (const claim of changes.claims) claim.ended = false;
      untouch(changes);
    },
  };
}
