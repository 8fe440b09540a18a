/** What is kept in lanes: for whoever is asked what is known of somebody. */
import { setImmediate } from 'node:timers/promises';
import type { Storage, StoredJob } from './contract.ts';

/** Jobs read at one time: each may have hundreds of kilobytes. */
const PAGE = 8;
/** Most that is shown of payloads, in UTF-16 units of their JSON: all of it is one answer. */
const MAX_CHARS = 4 * 1_024 * 1_024;
/** How far waiting jobs that are not shown are counted in one lane. */
const MAX_COUNTED = 1_000_000;

export interface Lane {
  readonly queue: string;
  readonly lane: string;
}

/** A job of a lane. */
type LaneJob = StoredJob & {
  /** `dead`: given up. */
  readonly state: 'waiting' | 'dead';
};

export interface LaneContents {
  readonly jobs: readonly LaneJob[];
  /** Jobs behind these that are not shown, because all together would be too much for one answer. */
  readonly jobsLeftOut: number;
}

/** The jobs of these lanes, dead ones first. Everybody else has a turn after each few. */
export async function laneContents(storage: Storage, lanes: readonly Lane[]): Promise<LaneContents> {
  const wanted = new Set(lanes.map(({ queue, lane }) => JSON.stringify([queue, lane])));
  const jobs: LaneJob[] = [];
  let chars = 0;
  let jobsLeftOut = 0;
  const isFull = (): boolean => chars > MAX_CHARS;
  const show = (job: StoredJob, state: LaneJob['state']): void => {
    if (isFull()) {
      jobsLeftOut += 1;
      return;
    }
    chars += JSON.stringify(job.payload).length;
    jobs.push({ ...job, state });
  };
  for (const queue of new Set(lanes.map((one) => one.queue))) {
    for (let after = 0; ;) {
      const page = await storage.listDead({ queue, after, limit: PAGE });
      for (const job of page) if (wanted.has(JSON.stringify([job.queue, job.lane]))) show(job, 'dead');
      after = page.at(-1)?.id ?? after;
      if (page.length < PAGE) break;
      await setImmediate();
    }
  }
  for (const { queue, lane } of lanes) {
    let shown = 0;
    for (let after = 0; !isFull();) {
      const page = await storage.read((tx) => tx.listJobs(queue, lane, PAGE, after));
      for (const job of page) show(job, 'waiting');
      shown += page.length;
      after = page.at(-1)?.id ?? after;
      if (page.length < PAGE) break;
      await setImmediate();
    }
    if (!isFull()) continue;
    const count = (await storage.read((tx) => tx.readLane(queue, lane, MAX_COUNTED)))?.jobs ?? 0;
    jobsLeftOut += Math.max(0, count - shown);
  }
  return { jobs, jobsLeftOut };
}
