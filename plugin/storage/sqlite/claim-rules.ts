import type { ClaimedJob, ClaimRequest, NextWork } from '../contract.ts';
import { type ClaimBook, count } from './claim-book.ts';
import { bringToThePresent, enqueueText, isFromTheFuture, type RuleContext, storedJob } from './lane-rules.ts';
import { prefixOf } from '../values.ts';
import type { StepWatch } from '../system-clock.ts';
import type { DueLane, NamedLane, PauseRow, Tables } from './tables.ts';

/**
 * Due timers moved by one claim. Our choice: bounds the length of a commit after a long standstill, when many are due at
 * once; the next claim moves the next ones.
 */
const TIMERS_PER_CLAIM = 500;

/** After `until`, a pause lets one job at a time through, until one of them succeeds. */
const CLAIMED_BEHIND_PAUSE = 1;

/** What a claim reads: what is committed, and who works on what. */
export interface ClaimContext {
  readonly tables: Tables;
  readonly claims: ClaimBook;
  readonly steps: StepWatch;
  readonly now: number;
}

/** Must something be written before a claim: timers are due, or the clock was set back? */
export function mustPrepare(context: ClaimContext, queue: string): boolean {
  return (context.tables.timers.earliest(queue) ?? Infinity) <= context.now || isAhead(context, queue);
}

/** Looked through only where something may be: each table that a claim reads costs it. */
function isAhead({ tables, steps, now }: ClaimContext, queue: string): boolean {
  if (!steps.mayBeAhead(queue)) return false;
  if (isFromTheFuture(tables, queue, now)) return true;
  steps.foundInOrder(queue);
  return false;
}

/** Puts the jobs of due timers into their lanes, after what waits for too long has been put right. */
export function prepareClaim(context: RuleContext, queue: string): void {
  const { tables, changes } = context;
  if (isFromTheFuture(tables, queue, context.now())) bringToThePresent(context, queue);
  for (const timer of tables.timers.due(queue, context.now(), TIMERS_PER_CLAIM)) {
    tables.timers.remove(queue, timer.id);
    count(changes, queue, 'timers', -1);
    enqueueText(context, timer);
  }
}

/** How many lanes may be claimed now. */
function room({ claims, now }: ClaimContext, request: ClaimRequest, pause: PauseRow | undefined): number {
  if (pause !== undefined && pause.until > now) return 0;
  const behindPause = pause === undefined ? Infinity : CLAIMED_BEHIND_PAUSE;
  const bound = Math.min(request.maxClaimed ?? Infinity, behindPause);
  if (bound === Infinity) return request.limit;
  return Math.min(request.limit, bound - claims.claimed(request.queue, now).count);
}

/** Claims heads of lanes that are due. Writes nothing but the claim book. */
export function claim(context: ClaimContext, request: ClaimRequest, newClaim: () => string): ClaimedJob[] {
  const { tables, claims, now } = context;
  const { queue, prefixes } = request;
  const pause = tables.pauses.get(queue);
  const limit = room(context, request, pause);
  if (limit <= 0) return [];
  const until = now + request.leaseMs;
  const suspect = freeSuspect(context, queue, prefixes);
  const lanes =
    suspect === undefined
      ? freeLanes(context, queue, limit, prefixes)
      : [suspect, ...freeLanes(context, queue, limit - 1, prefixes)];
  return lanes.flatMap((laneId) => {
    const lane = tables.lanes.get(laneId);
    const head = lane && tables.jobs.get(lane.headId);
    if (lane === undefined || head === undefined) return [];
    const token = newClaim();
    claims.take({ lane, head, token }, request.leaseMs);
    const job = storedJob(head, { queue, lane: lane.name });
    return [
      {
        ...job,
        claim: token,
        leaseUntil: until,
        ...(pause === undefined ? {} : { probe: true as const }),
        ...(lane.deaths === 0 ? {} : { deaths: lane.deaths }),
      },
    ];
  });
}

/** The first lanes of these prefixes, as many as are asked for; and which other prefixes have lanes that are due among them. */
function firstLanes(
  { tables, now }: ClaimContext,
  queue: string,
  limit: number,
  prefixes: readonly string[] | undefined,
): { readonly lanes: readonly DueLane[]; readonly left: readonly string[] } {
  if (prefixes === undefined) return { lanes: tables.lanes.first(queue, limit), left: [] };
  const asked = new Set(prefixes);
  // Each time far more: where thousands are left to others, the same rows should not be read again and again.
  for (let most = limit; ; most *= 8) {
    const left = new Set<string>();
    const rows = tables.lanes.firstNamed(queue, most);
    const lanes = rows.filter(({ name, readyAt }) => {
      const prefix = prefixOf(name);
      if (!asked.has(prefix) && readyAt <= now) left.add(prefix);
      return asked.has(prefix);
    });
    if (lanes.length >= limit || rows.length < most) return { lanes: lanes.slice(0, limit), left: [...left] };
  }
}

/** Lanes that may be claimed, the one that has been ready longest first. */
function freeLanes(context: ClaimContext, queue: string, limit: number, prefixes?: readonly string[]): number[] {
  const { claims, now } = context;
  const free: Array<{ readonly id: number; readonly since: number }> = [];
  // Lanes that are claimed already are among the first ones; of one that waits for the disk a wake-up tells afterwards.
  for (const { id, readyAt } of firstLanes(context, queue, limit + claims.sizeOf(queue), prefixes).lanes) {
    if (readyAt > now) break;
    const since = claims.isDurable(id) ? claims.freeSince(id, readyAt, now) : undefined;
    if (since !== undefined) free.push({ id, since });
  }
  // Stable: of equals, the one with the older head comes first, as it was read.
  return free
    .sort((one, other) => one.since - other.since)
    .slice(0, limit)
    .map(({ id }) => id);
}

/** The suspect whose turn it is: one at a time, so that the next death shows which of them it was. */
function freeSuspect(
  { tables, claims, now }: ClaimContext,
  queue: string,
  prefixes: readonly string[] | undefined,
): number | undefined {
  const suspects = suspectsOf(tables, queue, prefixes);
  if (suspects.length === 0 || claims.hasSuspect()) return undefined;
  return suspects.find(({ id, readyAt }) => readyAt <= now && claims.isDurable(id))?.id;
}

function suspectsOf(tables: Tables, queue: string, prefixes: readonly string[] | undefined): NamedLane[] {
  const all = tables.lanes.suspects(queue);
  return prefixes === undefined ? all : all.filter(({ name }) => prefixes.includes(prefixOf(name)));
}

/** When something of the queue becomes claimable next; a bound on claims is the asker's own and is not looked at. */
export function nextWork(context: ClaimContext, queue: string, prefixes?: readonly string[]): NextWork | undefined {
  const { tables, claims, now } = context;
  const { firstEnd } = claims.claimed(queue, now);
  const first = firstLanes(context, queue, claims.sizeOf(queue) + 1, prefixes);
  const lanes = [...first.lanes, ...suspectsOf(tables, queue, prefixes)].map(
    ({ id, readyAt }) => claims.freeSince(id, readyAt, now) ?? Infinity,
  );
  if (isAhead(context, queue)) return { at: now };
  const ready = Math.min(...lanes, firstEnd ?? Infinity, tables.timers.earliest(queue) ?? Infinity);
  const left = first.left.length === 0 ? {} : { left: first.left };
  if (ready === Infinity) return first.left.length === 0 ? undefined : { at: ready, ...left };
  const pause = tables.pauses.get(queue);
  if (pause === undefined) return { at: ready, ...left };
  if (pause.until > now) return { at: Math.max(ready, pause.until), pause, ...left };
  // The one job behind the pause is under way: the next one waits for it.
  return { at: Math.max(ready, firstEnd ?? 0), ...left };
}
