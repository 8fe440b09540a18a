/** What is kept in lanes: for whoever is asked what is known of somebody. */
import type { DeadJob, Storage, StoredJob } from './contract.ts';

/** Jobs read at one time: each may have hundreds of kilobytes. */
const PAGE = 50;

export interface Lane {
  readonly queue: string;
  readonly lane: string;
}

/** A job of a lane. */
export type LaneJob = StoredJob & {
  /** `dead`: given up. */
  readonly state: 'waiting' | 'dead';
};

/** All jobs of these lanes, dead ones first: at most `limit` waiting ones of each lane. */
export async function laneContents(storage: Storage, lanes: readonly Lane[], limit: number): Promise<LaneJob[]> {
  const wanted = new Set(lanes.map(({ queue, lane }) => JSON.stringify([queue, lane])));
  const dead: DeadJob[] = [];
  for (const queue of new Set(lanes.map((one) => one.queue))) {
    for (let after = 0; ;) {
      const page = await storage.listDead({ queue, after, limit: PAGE });
      dead.push(...page.filter((job) => wanted.has(JSON.stringify([job.queue, job.lane]))));
      after = page.at(-1)?.id ?? after;
      if (page.length < PAGE) break;
    }
  }
  const waiting = await storage.read(async (tx) => {
    const jobs: StoredJob[] = [];
    for (const { queue, lane } of lanes) jobs.push(...(await tx.listJobs(queue, lane, limit)));
    return jobs;
  });
  return [
    ...dead.map((job): LaneJob => ({ ...job, state: 'dead' })),
    ...waiting.map((job): LaneJob => ({ ...job, state: 'waiting' })),
  ];
}
