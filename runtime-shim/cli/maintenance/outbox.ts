/** What could not be delivered: what is stuck, what is dead, and what is held back. */
import type { Storage, StoredJob } from '../../../plugin/storage/contract.ts';
import { pauseOf } from '../../../plugin/storage/index.ts';
import {
  type DroppedJobs,
  type Outbox,
  type OutboxEntry,
  type OutboxQueue,
  reasonOf,
  SHOWN_TEXT,
  type WaitingJobs,
} from './outbox-records.ts';

/** Most entries of one list: more cannot be read at night, and `resend all` takes them in turns. */
const MAX_LISTED = 500;
/** Jobs that are read at one time, and most stuck ones: each may have hundreds of kilobytes, of which a list shows a line. */
const READ_JOBS = 50;
const READ_STUCK = 10;
const MAX_STUCK = 100;
/** Jobs of one lane that are counted. Our choice: more is no other news. */
const COUNTED_BEHIND = 500;
export async function listOutbox(storage: Storage): Promise<Outbox> {
  const stats = await storage.stats();
  const stuck = await listStuck(storage);
  const dead = await listDead(storage);
  return await storage.read(async (tx) => {
    const queues: OutboxQueue[] = [];
    for (const { queue, jobs, retrying, dead: deadJobs, oldestAt } of stats) {
      const pause = await tx.getPause(queue);
      const paused = pause === undefined ? null : { reason: pauseOf(pause).code, until: pause.until };
      queues.push({ queue, jobs, retrying, dead: deadJobs, oldestAt, paused });
    }
    const entries = [...dead];
    for (const entry of stuck) {
      const lane = await tx.readLane(entry.queue, entry.lane, COUNTED_BEHIND + 2);
      // It may have gone meanwhile.
      if (lane === undefined) continue;
      const behind = Math.max(0, lane.jobs - 1);
      const isMore = behind > COUNTED_BEHIND;
      const counted = { behind: Math.min(behind, COUNTED_BEHIND), ...(isMore ? { behindMore: true } : {}) };
      entries.push({ ...entry, ...counted, nextAt: lane.nextAt });
    }
    return { queues, entries, more: stuck.length === MAX_STUCK || dead.length === MAX_LISTED };
  });
}

async function listStuck(storage: Storage): Promise<OutboxEntry[]> {
  const entries: OutboxEntry[] = [];
  for (let after: StoredJob | undefined; entries.length < MAX_STUCK;) {
    const page = await storage.listStuck(READ_STUCK, after);
    entries.push(...page.map((job) => entryOf(job, 'stuck', 0)));
    after = page.at(-1);
    if (page.length < READ_STUCK) break;
  }
  return entries;
}

async function listDead(storage: Storage): Promise<OutboxEntry[]> {
  const entries: OutboxEntry[] = [];
  while (entries.length < MAX_LISTED) {
    const after = entries.at(-1)?.id;
    const page = await storage.listDead({ limit: READ_JOBS, ...(after === undefined ? {} : { after }) });
    for (const job of page) entries.push(entryOf(job, 'dead', 0));
    if (page.length < READ_JOBS) break;
  }
  return entries;
}

/** What is still to be done, oldest first: all of it, or what was stored before a time (Unix ms). */
export async function listWaiting(storage: Storage, before?: number): Promise<WaitingJobs> {
  const entries: WaitingJobs['entries'] = [];
  while (entries.length < MAX_LISTED) {
    const page = await waitingPage(storage, before, entries.at(-1)?.id);
    entries.push(...page.map((job) => ({ ...entryOf(job, 'waiting', 0), enqueuedAt: job.enqueuedAt })));
    if (page.length < READ_JOBS) return { entries, more: false };
  }
  return { entries, more: true };
}

/** Forgets what waits since before a time, in every queue. A job that is being tried this moment stays: it may be done already. */
export async function dropBefore(storage: Storage, before: number): Promise<DroppedJobs> {
  let dropped = 0;
  let underWay = 0;
  for (let after: number | undefined; ;) {
    const page = await waitingPage(storage, before, after);
    for (const { id } of page) {
      if (await storage.transaction((tx) => tx.drop(id))) dropped += 1;
      else underWay += 1;
    }
    after = page.at(-1)?.id;
    if (page.length < READ_JOBS) return { dropped, underWay };
  }
}

async function waitingPage(storage: Storage, before?: number, after?: number): Promise<StoredJob[]> {
  return await storage.listWaiting({
    limit: READ_JOBS,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  });
}

/** Puts a dead job, or all of them, back at the end of its lane. Returns how many. */
export async function resendDead(storage: Storage, which: number | 'all'): Promise<number> {
  if (which !== 'all') return (await storage.transaction((tx) => tx.resend(which))) ? 1 : 0;
  return await forAllDead(storage, (id) => storage.transaction((tx) => tx.resend(id)));
}

/**
 * Has a waiting job, or all that are stuck and all queues that are held back, tried at once instead of when their time comes.
 * Returns how many wait less long.
 */
export async function retryJobs(storage: Storage, which: number | 'all', now: number): Promise<number> {
  if (which !== 'all') return (await storage.transaction((tx) => tx.hasten(which))) ? 1 : 0;
  const heldBack = new Set<string>();
  let done = 0;
  for (const { queue, jobs } of await storage.stats()) {
    const lifted = await storage.transaction(async (tx) => {
      const pause = await tx.getPause(queue);
      if (pause === undefined || pause.until <= now) return false;
      await tx.setPause(queue, { ...pause, until: now });
      return true;
    });
    if (!lifted) continue;
    heldBack.add(queue);
    done += jobs;
  }
  for (let after: StoredJob | undefined; ;) {
    const page = await storage.listStuck(READ_STUCK, after);
    const hastened = await storage.transaction(async (tx) => {
      let count = 0;
      for (const { id, queue } of page) if ((await tx.hasten(id)) && !heldBack.has(queue)) count += 1;
      return count;
    });
    done += hastened;
    after = page.at(-1);
    if (page.length < READ_STUCK) return done;
  }
}

/** Forgets a dead or waiting job, or all dead ones. Returns how many. */
export async function dropJobs(storage: Storage, which: number | 'all'): Promise<number> {
  if (which !== 'all') return (await storage.transaction((tx) => tx.drop(which))) ? 1 : 0;
  return await forAllDead(storage, (id) => storage.transaction((tx) => tx.drop(id)));
}

/** Those dead now; one that dies again meanwhile gets a new place in the list and is not taken twice. */
async function forAllDead(storage: Storage, act: (id: number) => Promise<boolean>, reason?: string): Promise<number> {
  let done = 0;
  const all: number[] = [];
  for (let after: number | undefined; ;) {
    const page = await storage.listDead({ limit: READ_JOBS, ...(after === undefined ? {} : { after }) });
    const taken = page.filter(({ lastError }) => reason === undefined || reasonOf(lastError) === reason);
    all.push(...taken.map(({ id }) => id));
    after = page.at(-1)?.id;
    if (page.length < READ_JOBS) break;
  }
  for (const id of all) if (await act(id)) done += 1;
  return done;
}

/** Most jobs of one lead that are shown, in each of its lanes. */
const MAX_OF_LEAD = 20;

/** What waits in some lanes, and what of them was given up, as far as the list of the dead goes. */
export async function listLanes(
  storage: Storage,
  lanes: ReadonlyArray<{ readonly queue: string; readonly lane: string }>,
): Promise<OutboxEntry[]> {
  const waiting = await storage.read(async (tx) => {
    const entries: OutboxEntry[] = [];
    for (const { queue, lane } of lanes) {
      const state = await tx.readLane(queue, lane, 1);
      const jobs = state === undefined ? [] : await tx.listJobs(queue, lane, MAX_OF_LEAD);
      for (const [place, job] of jobs.entries()) {
        const entry = entryOf(job, 'waiting', 0);
        entries.push(place === 0 ? { ...entry, nextAt: state?.nextAt ?? null } : entry);
      }
    }
    return entries;
  });
  const dead = (await listDead(storage)).filter((entry) =>
    lanes.some(({ queue, lane }) => queue === entry.queue && lane === entry.lane),
  );
  return [...waiting, ...dead];
}

/** Puts back or forgets all dead jobs that ended with one reason. Returns how many. */
export async function settleDead(storage: Storage, does: 'resend' | 'drop', reason: string): Promise<number> {
  return await forAllDead(storage, (id) => storage.transaction((tx) => tx[does](id)), reason);
}

function entryOf(job: StoredJob, state: OutboxEntry['state'], behind: number): OutboxEntry {
  return {
    id: job.id,
    state,
    queue: job.queue,
    lane: job.lane,
    kind: job.kind,
    text: textOf(job.payload),
    attempts: job.attempts,
    error: job.lastError,
    failingSince: job.firstFailedAt,
    behind,
    nextAt: null,
  };
}

/** Jobs say what they carry under these names, at whatever depth. */
const TEXT_KEYS = ['text', 'url', 'comment'] as const;

function textOf(payload: unknown): string {
  if (typeof payload !== 'object' || payload === null) return '';
  for (const key of TEXT_KEYS) {
    const value: unknown = Object.hasOwn(payload, key) ? (payload as Record<string, unknown>)[key] : undefined;
    if (typeof value === 'string') return value.length > SHOWN_TEXT ? beginningOf(value) : value;
  }
  for (const value of Object.values(payload)) {
    const text = textOf(value);
    if (text !== '') return text;
  }
  return '';
}

/** A copy: a slice would keep the whole text in memory. */
function beginningOf(text: string): string {
  return `${Buffer.from(text.slice(0, SHOWN_TEXT), 'utf16le').toString('utf16le')}…`;
}
