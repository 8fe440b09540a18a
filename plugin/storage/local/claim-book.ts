import type { Changes } from './changes.ts';

/** The right to work on a lane's head, up to a time. */
export interface Claim {
  readonly queue: string;
  readonly laneId: number;
  readonly token: string;
  /** Unix ms. */
  until: number;
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
  isClaimed(laneId: number, now: number): boolean;
  /** Is this claim of the lane still good? */
  holds(laneId: number, token: string, now: number): boolean;
  take(claim: {
    readonly queue: string;
    readonly laneId: number;
    readonly token: string;
    readonly until: number;
  }): void;
  prolong(laneId: number, until: number): void;
  /** Lanes of a queue that are claimed now, and when the first of the claims runs out. */
  claimed(queue: string, now: number): { readonly count: number; readonly firstEnd: number | undefined };
  /** Claims of a queue, those whose time is over too. */
  sizeOf(queue: string): number;
  /** Part of a transaction: its lane's head changes. */
  touch(changes: Changes, laneId: number): void;
  /** Part of a transaction: the claim is used up. */
  end(changes: Changes, laneId: number): void;
  /** The changes are committed. */
  commit(changes: Changes): void;
  /** The changes are on the disk. */
  settle(changes: Changes): void;
  /** The changes were undone. */
  revert(changes: Changes): void;
}

export function createClaimBook(): ClaimBook {
  const claims = new Map<number, Claim>();
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
    of(claim.queue).delete(claim);
    if (claims.get(claim.laneId) === claim) claims.delete(claim.laneId);
  }

  function untouch(changes: Changes): void {
    for (const laneId of changes.lanes) {
      const left = (touched.get(laneId) ?? 0) - 1;
      if (left > 0) touched.set(laneId, left);
      else touched.delete(laneId);
    }
  }

  function isClaimed(laneId: number, now: number): boolean {
    const claim = claims.get(laneId);
    return claim !== undefined && (claim.until > now || claim.ended);
  }

  return {
    isDurable: (laneId) => !touched.has(laneId),
    freeSince: (laneId, readyAt, now) =>
      isClaimed(laneId, now) ? undefined : Math.max(readyAt, claims.get(laneId)?.until ?? 0),
    isClaimed,
    holds(laneId, token, now) {
      const claim = claims.get(laneId);
      return claim !== undefined && claim.token === token && !claim.ended && claim.until > now;
    },
    take(claim) {
      const old = claims.get(claim.laneId);
      if (old !== undefined) forget(old);
      const taken = { ...claim, ended: false };
      claims.set(claim.laneId, taken);
      of(claim.queue).add(taken);
    },
    prolong(laneId, until) {
      const claim = claims.get(laneId);
      if (claim !== undefined) claim.until = until;
    },
    claimed(queue, now) {
      let count = 0;
      let firstEnd: number | undefined;
      for (const { until } of of(queue)) {
        if (until <= now) continue;
        count += 1;
        firstEnd = Math.min(until, firstEnd ?? until);
      }
      return { count, firstEnd };
    },
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
    settle: untouch,
    revert(changes) {
      for (const claim of changes.claims) claim.ended = false;
      untouch(changes);
    },
  };
}
