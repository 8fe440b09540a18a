import type { ClaimedJob, ClaimRequest } from '../contract.ts';
import { count } from './changes.ts';
import { enqueueText, type RuleContext, storedJob } from './lane-rules.ts';
import type { GateRow, LaneRow, Tables } from './tables.ts';

/**
 * Due timers moved by one claim. Ours: bounds the length of a commit after a long standstill, when many are due at
 * once; the next claim moves the next ones.
 */
const TIMERS_PER_CLAIM = 500;

/** After `until`, a gate lets one job at a time through, until one of them succeeds. */
const CLAIMED_BEHIND_GATE = 1;

function moveDueTimers(context: RuleContext, queue: string): void {
  const { tables, changes } = context;
  for (const timer of tables.timers.due(queue, context.now(), TIMERS_PER_CLAIM)) {
    tables.timers.remove(queue, timer.id);
    count(changes, queue, 'timers', -1);
    enqueueText(context, timer);
  }
}

/** How many lanes may be claimed now. */
function room(context: RuleContext, request: ClaimRequest, gate: GateRow | undefined): number {
  const now = context.now();
  if (gate !== undefined && gate.until > now) return 0;
  const behindGate = gate === undefined ? Infinity : CLAIMED_BEHIND_GATE;
  const bound = Math.min(request.maxClaimed ?? Infinity, behindGate);
  if (bound === Infinity) return request.limit;
  return Math.min(request.limit, bound - context.tables.lanes.claimed(request.queue, now).count);
}

export function claim(context: RuleContext, request: ClaimRequest, newClaim: () => string): ClaimedJob[] {
  const { tables } = context;
  moveDueTimers(context, request.queue);
  const gate = tables.gates.get(request.queue);
  const limit = room(context, request, gate);
  if (limit <= 0) return [];
  const now = context.now();
  const leaseUntil = now + request.leaseMs;
  return tables.lanes.due(request.queue, now, limit).flatMap((lane) => {
    const head = tables.jobs.get(lane.headId);
    if (head === undefined) return [];
    const token = newClaim();
    tables.lanes.update(lane, { headId: lane.headId, readyAt: leaseUntil, claim: token });
    const job = storedJob(head, { queue: lane.queue, lane: lane.name });
    return [{ ...job, claim: token, leaseUntil, ...(gate === undefined ? {} : { probe: true as const }) }];
  });
}

function holds(lane: LaneRow | undefined, job: ClaimedJob, now: number): lane is LaneRow {
  return lane !== undefined && lane.claim === job.claim && lane.readyAt > now;
}

/** Prolongs leases; returns the jobs whose claim was lost. */
export function extend(context: RuleContext, jobs: readonly ClaimedJob[], leaseMs: number): ClaimedJob[] {
  const now = context.now();
  return jobs.filter((job) => {
    const lane = context.tables.lanes.find(job.queue, job.lane);
    if (!holds(lane, job, now)) return true;
    context.tables.lanes.update(lane, { headId: lane.headId, readyAt: now + leaseMs, claim: lane.claim });
    return false;
  });
}

/** When something of the queue becomes claimable next; a bound on claims is the asker's own and is not looked at. */
export function nextWorkAt(tables: Tables, queue: string, now: number): number | undefined {
  const ready = Math.min(tables.lanes.earliestReady(queue) ?? Infinity, tables.timers.earliest(queue) ?? Infinity);
  if (ready === Infinity) return undefined;
  const gate = tables.gates.get(queue);
  if (gate === undefined) return ready;
  if (gate.until > now) return Math.max(ready, gate.until);
  // The one job behind the gate is under way: the next one waits for it.
  return Math.max(ready, tables.lanes.claimed(queue, now).firstEnd ?? 0);
}
