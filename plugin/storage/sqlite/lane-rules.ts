import type { ClaimedJob, NewJob, StoredJob } from '../contract.ts';
import { checkName, fromJsonText, toJsonText } from '../values.ts';
import { storageError } from '../errors.ts';
import { proofOf } from '../suspects.ts';
import { CLOCK_STEP_MS, LONGEST_WAIT_MS } from '../system-clock.ts';
import { type Changes, type ClaimBook, count } from './claim-book.ts';
import type { DeadRow, JobRow, LaneRow, Tables } from './tables.ts';

/** What the rules work on: the tables inside an open transaction, what it changed so far, and its time. */
export interface RuleContext {
  readonly tables: Tables;
  readonly changes: Changes;
  readonly claims: ClaimBook;
  readonly now: () => number;
  /** `TryMarks.mayBeOthers`. */
  readonly lastDeathMayBeOthers: boolean;
}

interface QueuedText {
  readonly queue: string;
  readonly lane: string;
  readonly kind: string;
  readonly payload: string;
}

export function storedJob(
  row: Omit<JobRow, 'laneId'>,
  place: { readonly queue: string; readonly lane: string },
): StoredJob {
  return {
    id: row.id,
    queue: place.queue,
    lane: place.lane,
    kind: row.kind,
    payload: fromJsonText(row.payload),
    enqueuedAt: row.enqueuedAt,
    attempts: row.attempts,
    firstFailedAt: row.firstFailedAt,
    lastError: row.lastError,
  };
}

/** A new job's parts, checked, with the payload as text. */
export function queuedText(job: NewJob): QueuedText {
  return {
    queue: checkName('queue', job.queue),
    lane: checkName('lane', job.lane),
    kind: checkName('kind of job', job.kind),
    payload: toJsonText(job.payload),
  };
}

/** Puts one job at the end of its lane. */
export function enqueueText(context: RuleContext, job: QueuedText): void {
  const { tables, changes } = context;
  const now = context.now();
  const id = tables.jobs.nextId();
  let laneId = tables.lanes.find(job.queue, job.lane)?.id;
  if (laneId === undefined) {
    laneId = tables.lanes.insert(job.queue, job.lane, id, now);
    context.claims.touch(changes, laneId);
    count(changes, job.queue, 'lanes', 1);
    changes.queues.add(job.queue);
  }
  const { kind, payload } = job;
  tables.jobs.insert({
    id,
    laneId,
    kind,
    payload,
    enqueuedAt: now,
    attempts: 0,
    firstFailedAt: null,
    lastError: null,
  });
  count(changes, job.queue, 'jobs', 1);
}

/** The lane of a claim that still holds, with its head. @throws claim_lost */
function owned(context: RuleContext, job: ClaimedJob): { lane: LaneRow; head: JobRow } {
  const claim = context.claims.held(job.claim);
  if (claim?.head.id !== job.id) throw storageError('claim_lost', { job: job.id, queue: job.queue });
  return claim;
}

/** Gives the head back: it may be claimed again from `readyAt` on. */
function giveBack(context: RuleContext, lane: LaneRow, readyAt: number, deaths: number): void {
  context.tables.lanes.update(lane, { headId: lane.headId, readyAt, deaths });
  context.changes.hasGivenBack = true;
  context.claims.end(context.changes, lane.id);
  context.claims.touch(context.changes, lane.id);
  context.changes.queues.add(lane.queue);
}

/** Takes a job out of its lane; if it was the head, the next one is ready now. An empty lane goes. */
function leaveLane(context: RuleContext, lane: LaneRow, job: JobRow): void {
  const { tables, changes } = context;
  tables.jobs.remove(job);
  count(changes, lane.queue, 'jobs', -1);
  if (job.firstFailedAt !== null) count(changes, lane.queue, 'retrying', -1);
  if (job.id !== lane.headId) return;
  context.claims.end(changes, lane.id);
  context.claims.touch(changes, lane.id);
  const headId = tables.jobs.nextInLane(lane.id, job.id);
  if (headId === undefined) {
    tables.lanes.remove(lane);
    count(changes, lane.queue, 'lanes', -1);
  } else {
    tables.lanes.update(lane, { headId, readyAt: context.now(), deaths: 0 });
  }
  // Also when the lane is empty: a queue with a bound on its claims has room for another lane now.
  changes.queues.add(lane.queue);
}

/** A try of the lane's head ended in order: the process survives the job. Part of the end, after the lane has been changed. */
function survived({ tables: { lanes }, lastDeathMayBeOthers, now }: RuleContext, { deaths }: LaneRow): void {
  const proof = proofOf(deaths);
  if (proof === 'all others' || (proof === 'one less' && lastDeathMayBeOthers && !lanes.hasFirstDeath())) {
    lanes.clearSuspects(now());
  }
}

function failureOf(context: RuleContext, head: JobRow, error: string) {
  return { attempts: head.attempts + 1, firstFailedAt: head.firstFailedAt ?? context.now(), lastError: error };
}

export function complete(context: RuleContext, job: ClaimedJob): void {
  const { lane, head } = owned(context, job);
  leaveLane(context, lane, head);
  survived(context, lane);
}

export function retry(context: RuleContext, job: ClaimedJob, notBefore: number, error: string): void {
  const { lane, head } = owned(context, job);
  if (head.firstFailedAt === null) count(context.changes, job.queue, 'retrying', 1);
  context.tables.jobs.markFailed(head, failureOf(context, head, error));
  giveBack(context, lane, notBefore, 0);
  survived(context, lane);
}

export function release(context: RuleContext, job: ClaimedJob, notBefore: number | undefined): void {
  const { lane } = owned(context, job);
  giveBack(context, lane, notBefore ?? context.now(), lane.deaths);
}

export function deadLetter(context: RuleContext, job: ClaimedJob, error: string): void {
  const { lane, head } = owned(context, job);
  const { id, kind, payload, enqueuedAt } = head;
  const place = { queue: lane.queue, lane: lane.name };
  const diedAt = context.now();
  context.tables.dead.insert({ id, ...place, kind, payload, enqueuedAt, ...failureOf(context, head, error), diedAt });
  count(context.changes, lane.queue, 'dead', 1);
  leaveLane(context, lane, head);
  survived(context, lane);
}

export function resend(context: RuleContext, deadJobId: number): boolean {
  const job = context.tables.dead.get(deadJobId);
  if (job === undefined) return false;
  removeDead(context, job);
  enqueueText(context, job);
  return true;
}

export function removeDead(context: RuleContext, job: DeadRow): void {
  context.tables.dead.remove(job.id);
  count(context.changes, job.queue, 'dead', -1);
}

/** A lane that is claimed keeps its jobs: whoever holds it may be about to end the head. */
export function drop(context: RuleContext, jobId: number): boolean {
  const dead = context.tables.dead.get(jobId);
  if (dead !== undefined) {
    removeDead(context, dead);
    return true;
  }
  const job = context.tables.jobs.get(jobId);
  const lane = job && context.tables.lanes.get(job.laneId);
  if (job === undefined || lane === undefined) return false;
  if (context.claims.isClaimed(lane.id)) return false;
  leaveLane(context, lane, job);
  return true;
}

/** Everything of a lane, but a head that somebody works on. */
export function clearLane(
  context: RuleContext,
  queue: string,
  name: string,
): { readonly removed: number; readonly underWay: boolean } {
  const { tables, changes, claims } = context;
  const dead = tables.dead.removeLane(queue, name);
  const timers = tables.timers.removeLane(queue, name);
  if (dead > 0) count(changes, queue, 'dead', -dead);
  if (timers > 0) count(changes, queue, 'timers', -timers);
  const lane = tables.lanes.find(queue, name);
  if (lane === undefined) return { removed: dead + timers, underWay: false };
  const behind = tables.jobs.removeBehind(lane.id, lane.headId);
  count(changes, queue, 'jobs', -behind.jobs);
  count(changes, queue, 'retrying', -behind.retrying);
  const underWay = claims.isClaimed(lane.id);
  const head = underWay ? undefined : tables.jobs.get(lane.headId);
  if (head !== undefined) leaveLane(context, lane, head);
  return { removed: dead + timers + behind.jobs + (head === undefined ? 0 : 1), underWay };
}

/** The head of the job's lane may be tried at once, and one job of its queue whatever holds the queue back. */
export function hasten(context: RuleContext, jobId: number): boolean {
  const { tables, claims, changes } = context;
  const job = tables.jobs.get(jobId);
  const lane = job && tables.lanes.get(job.laneId);
  if (lane === undefined) return false;
  const now = context.now();
  if (!claims.isClaimed(lane.id) && lane.readyAt > now) {
    tables.lanes.update(lane, { headId: lane.headId, readyAt: now, deaths: lane.deaths });
  }
  hastenQueue(context, lane.queue);
  changes.queues.add(lane.queue);
  return true;
}

/** A pause ends now, whosever it is: what follows is one job, and all of them when it goes through. */
function hastenQueue({ tables, now }: RuleContext, queue: string): void {
  const pause = tables.pauses.get(queue);
  if (pause === undefined) return;
  const [reason = pause.reason] = pause.reason.split('@', 1);
  tables.pauses.set(queue, { until: Math.min(pause.until, now()), reason });
}

/** Is something of the queue to wait for longer than anything may? Then the clock was set back since. */
export function isFromTheFuture(tables: Tables, queue: string, now: number): boolean {
  const latest = now + LONGEST_WAIT_MS;
  return (
    tables.lanes.latest(queue) > latest ||
    (tables.pauses.get(queue)?.until ?? 0) > latest ||
    (tables.timers.latestSet(queue) ?? 0) > now + CLOCK_STEP_MS
  );
}

/** What waits for a time that the clock will not reach soon: tries and pauses are due now, a timer waits as long as it was set for. */
export function bringToThePresent(context: RuleContext, queue: string): void {
  const { tables } = context;
  const now = context.now();
  tables.lanes.bringBack(queue, now + LONGEST_WAIT_MS, now);
  const pause = tables.pauses.get(queue);
  if (pause !== undefined && pause.until > now + LONGEST_WAIT_MS) tables.pauses.set(queue, { ...pause, until: now });
  tables.timers.bringBack(queue, now + CLOCK_STEP_MS, now);
}
