import type { DeadJob, QueueStats, Retention, StoredJob } from '../contract.ts';
import { removeDead, type RuleContext, storedJob } from './lane-rules.ts';
import type { Tables } from './tables.ts';

/** Rows removed by one call. Our choice: about 10 ms, so that no lane feels it. */
const PRUNE_BATCH = 500;

export function stats(tables: Tables): QueueStats[] {
  return tables.counts.list().map(({ queue, counts }) => {
    const oldest = tables.lanes.oldestHead(queue);
    const oldestAt = oldest === undefined ? null : (tables.jobs.get(oldest)?.enqueuedAt ?? null);
    return { queue, ...counts, oldestAt };
  });
}

export function listDead(
  tables: Tables,
  page: { readonly queue?: string; readonly after?: number; readonly limit: number },
): DeadJob[] {
  return tables.dead
    .list(page.queue, page.after ?? 0, page.limit)
    .map((row) => ({ ...storedJob(row, row), diedAt: row.diedAt }));
}

export function listStuck(tables: Tables, limit: number, after?: StoredJob): StoredJob[] {
  return tables.jobs.failed(limit, after?.firstFailedAt ?? 0, after?.id ?? 0).flatMap((row) => {
    const lane = tables.lanes.get(row.laneId);
    return lane === undefined ? [] : [storedJob(row, { queue: lane.queue, lane: lane.name })];
  });
}

/** One small batch of what retention allows; how many rows went. */
export function prune(context: RuleContext, retention: Retention): number {
  const { tables } = context;
  const now = context.now();
  let left = PRUNE_BATCH;
  left -= tables.remembered.removeBefore(now - retention.rememberedMs, left);
  if (retention.streamMs !== undefined && left > 0) {
    left -= tables.streams.removeBefore(now - retention.streamMs, left);
  }
  if (retention.deadMs !== undefined && left > 0) {
    const gone = tables.dead.diedBefore(now - retention.deadMs, left);
    for (const job of gone) removeDead(context, job);
    left -= gone.length;
  }
  return PRUNE_BATCH - left;
}
