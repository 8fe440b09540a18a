import type { JobRow, JobTable, LaneRow, LaneTable } from '../local/tables.ts';
import { change, type Prepare, query } from './prepare.ts';

const LANE = 'id, queue, name, head_id AS headId, ready_at AS readyAt, claim';

export function createLaneTable(prepare: Prepare): LaneTable {
  const find = query<LaneRow>(prepare, `SELECT ${LANE} FROM lane WHERE queue = ? AND name = ?`);
  const get = query<LaneRow>(prepare, `SELECT ${LANE} FROM lane WHERE id = ?`);
  const insert = prepare('INSERT INTO lane (queue, name, head_id, ready_at) VALUES (?, ?, ?, ?)');
  const update = change(prepare, 'UPDATE lane SET head_id = ?, ready_at = ?, claim = ? WHERE id = ?');
  const remove = change(prepare, 'DELETE FROM lane WHERE id = ?');
  const due = query<LaneRow>(
    prepare,
    `SELECT ${LANE} FROM lane WHERE queue = ? AND ready_at <= ? ORDER BY ready_at, head_id LIMIT ?`,
  );
  const claimed = query<{ count: number; firstEnd: number | null }>(
    prepare,
    `SELECT count(*) AS count, min(ready_at) AS firstEnd FROM lane
     WHERE queue = ? AND claim IS NOT NULL AND ready_at > ?`,
  );
  const earliest = query<{ at: number | null }>(prepare, 'SELECT min(ready_at) AS at FROM lane WHERE queue = ?');
  const oldest = query<{ id: number | null }>(prepare, 'SELECT min(head_id) AS id FROM lane WHERE queue = ?');
  return {
    find: (queue, name) => find.one(queue, name),
    get: (id) => get.one(id),
    insert: (queue, name, headId, readyAt) => Number(insert.run(queue, name, headId, readyAt).lastInsertRowid),
    update: (lane, to) => void update(to.headId, to.readyAt, to.claim, lane.id),
    remove: (lane) => void remove(lane.id),
    due: (queue, now, limit) => due.all(queue, now, limit),
    claimed(queue, now) {
      const found = claimed.one(queue, now);
      return { count: found?.count ?? 0, firstEnd: found?.firstEnd ?? undefined };
    },
    earliestReady: (queue) => earliest.one(queue)?.at ?? undefined,
    oldestHead: (queue) => oldest.one(queue)?.id ?? undefined,
  };
}

const JOB = `id, lane_id AS laneId, kind, payload, enqueued_at AS enqueuedAt, attempts,
  first_failed_at AS firstFailedAt, last_error AS lastError`;

export function createJobTable(prepare: Prepare): JobTable {
  const nextId = query<{ id: number }>(
    prepare,
    `UPDATE counter SET value = value + 1 WHERE name = 'job' RETURNING value AS id`,
  );
  const insert = change(
    prepare,
    'INSERT INTO job (id, lane_id, kind, payload, enqueued_at, attempts) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const get = query<JobRow>(prepare, `SELECT ${JOB} FROM job WHERE id = ?`);
  const remove = change(prepare, 'DELETE FROM job WHERE id = ?');
  const markFailed = change(prepare, 'UPDATE job SET attempts = ?, first_failed_at = ?, last_error = ? WHERE id = ?');
  const next = query<{ id: number }>(prepare, 'SELECT id FROM job WHERE lane_id = ? AND id > ? ORDER BY id LIMIT 1');
  const list = query<JobRow>(prepare, `SELECT ${JOB} FROM job WHERE lane_id = ? ORDER BY id LIMIT ?`);
  const failed = query<JobRow>(
    prepare,
    `SELECT ${JOB} FROM job WHERE first_failed_at IS NOT NULL ORDER BY first_failed_at, id LIMIT ?`,
  );
  return {
    nextId: () => nextId.one()?.id ?? 0,
    insert: (job) => void insert(job.id, job.laneId, job.kind, job.payload, job.enqueuedAt, job.attempts),
    get: (id) => get.one(id),
    remove: (job) => void remove(job.id),
    markFailed: (job, failure) => void markFailed(failure.attempts, failure.firstFailedAt, failure.lastError, job.id),
    nextInLane: (laneId, afterId) => next.one(laneId, afterId)?.id,
    listInLane: (laneId, limit) => list.all(laneId, limit),
    failed: (limit) => failed.all(limit),
  };
}
