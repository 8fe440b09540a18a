import * as fc from 'fast-check';
import { expect } from 'vitest';
import type { ClaimedJob, Storage } from '../../../plugin/storage/contract.ts';
import type { TestClock } from '../../support/test-clock.ts';
import { claim, job, LEASE_MS, payloads, QUEUE, statsOf, waiting } from './subject.ts';

/** What the lanes should hold, in the simplest possible form. */
interface ModelLane {
  readonly jobs: number[];
  readyAt: number;
  claim: { readonly job: ClaimedJob; until: number } | undefined;
}

export interface LaneModel {
  readonly lanes: Map<string, ModelLane>;
  /** Every claim ever made, also those that ended: stale ones must be refused. */
  readonly claims: ClaimedJob[];
  readonly dead: number[];
  ended: number;
  enqueued: number;
}

export function createLaneModel(): LaneModel {
  return { lanes: new Map(), claims: [], dead: [], ended: 0, enqueued: 0 };
}

const LANES = ['a', 'b', 'c'];
const delay = fc.constantFrom(0, 10, 1_000);
const pick = fc.nat(20);

export const commandArbitrary = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('enqueue' as const), lanes: fc.array(fc.constantFrom(...LANES)) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('claim' as const), limit: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('complete' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('retry' as const), pick, delay }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release' as const), pick, delay }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('dead-letter' as const), pick }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 500, LEASE_MS) }) },
);
type Command = typeof commandArbitrary extends fc.Arbitrary<infer T> ? T : never;

interface World {
  readonly storage: Storage;
  readonly clock: TestClock;
  readonly model: LaneModel;
}

function isClaimed(lane: ModelLane, now: number): boolean {
  return lane.claim !== undefined && lane.claim.until > now;
}

async function performEnqueue({ storage, clock, model }: World, names: readonly string[]): Promise<void> {
  const jobs = names.map((name) => {
    model.enqueued += 1;
    const lane = model.lanes.get(name);
    if (lane === undefined) model.lanes.set(name, { jobs: [model.enqueued], readyAt: clock.now(), claim: undefined });
    else lane.jobs.push(model.enqueued);
    return job(name, model.enqueued);
  });
  await storage.transaction((tx) => tx.enqueue(jobs));
}

async function performClaim({ storage, clock, model }: World, limit: number): Promise<void> {
  const now = clock.now();
  const due = new Map(
    [...model.lanes]
      .filter(([, lane]) => !isClaimed(lane, now) && lane.readyAt <= now)
      .map(([name, lane]) => [name, lane.readyAt]),
  );
  const claimed = await claim(storage, limit);
  expect(claimed).toHaveLength(Math.min(limit, due.size));
  for (const found of claimed) {
    const lane = model.lanes.get(found.lane);
    expect(found.payload).toBe(lane?.jobs[0]);
    model.claims.push(found);
    if (lane === undefined) continue;
    lane.claim = { job: found, until: found.leaseUntil };
    lane.readyAt = found.leaseUntil;
  }
  const taken = claimed.map(({ lane }) => due.get(lane) ?? Infinity);
  for (const { lane } of claimed) due.delete(lane);
  // Oldest ready first: nobody who was ready earlier was passed over. No lane twice, and none that was not due.
  expect(Math.max(0, ...taken)).toBeLessThanOrEqual(Math.min(now, ...due.values()));
}

/** Ends a claim in storage and in the model, or expects both to refuse. */
async function performEnd(world: World, command: Extract<Command, { pick: number }>): Promise<void> {
  const { storage, clock, model } = world;
  const chosen = model.claims[command.pick % Math.max(1, model.claims.length)];
  if (chosen === undefined) return;
  const now = clock.now();
  const lane = model.lanes.get(chosen.lane);
  const holds = lane !== undefined && isClaimed(lane, now) && lane.claim?.job.claim === chosen.claim;
  const end = storage.transaction(async (tx) => {
    if (command.do === 'complete') await tx.complete(chosen);
    if (command.do === 'dead-letter') await tx.deadLetter(chosen, 'x');
    if (command.do === 'retry') await tx.retry(chosen, { notBefore: now + command.delay, error: 'x' });
    if (command.do === 'release') await tx.release(chosen, now + command.delay);
  });
  if (!holds) {
    await expect(end).rejects.toMatchObject({ code: 'claim_lost' });
    return;
  }
  await end;
  lane.claim = undefined;
  lane.readyAt = 'delay' in command ? now + command.delay : now;
  if ('delay' in command) return;
  const gone = lane.jobs.shift();
  if (command.do === 'dead-letter' && gone !== undefined) model.dead.push(gone);
  else model.ended += 1;
  if (lane.jobs.length === 0) model.lanes.delete(chosen.lane);
}

export async function perform(command: Command, world: World): Promise<void> {
  if (command.do === 'enqueue') await performEnqueue(world, command.lanes);
  else if (command.do === 'claim') await performClaim(world, command.limit);
  else if (command.do === 'wait') await world.clock.advance(command.ms);
  else await performEnd(world, command);
}

/** Everything that was enqueued is where the model has it. */
export async function checkAll({ storage, clock, model }: World): Promise<void> {
  for (const name of LANES) expect(await waiting(storage, name)).toEqual(model.lanes.get(name)?.jobs ?? []);
  expect(new Set(payloads(await storage.listDead({ limit: 1_000 })))).toEqual(new Set(model.dead));
  const left = [...model.lanes.values()].reduce((sum, lane) => sum + lane.jobs.length, 0);
  expect(model.ended + model.dead.length + left).toBe(model.enqueued);
  expect(await statsOf(storage)).toMatchObject({ lanes: model.lanes.size, jobs: left, dead: model.dead.length });
  const next = [...model.lanes.values()].map((lane) => lane.readyAt);
  expect((await storage.nextWork(QUEUE))?.at).toBe(next.length === 0 ? undefined : Math.min(...next));
  expect(next.every((at) => at <= clock.now() + LEASE_MS + 1_000)).toBe(true);
}
