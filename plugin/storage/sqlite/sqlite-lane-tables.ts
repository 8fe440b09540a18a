import type { DueLane, JobRow, JobTable, LaneRow, LaneTable, NamedLane } from './tables.ts';
import { CLEARED_WAIT_MS, quietSql, TRIED_IN_QUIET_SQL } from '../suspects.ts';
import { LONGEST_WAIT_MS } from '../system-clock.ts';
import { change, only, type Prepare, query } from './prepare.ts';

const LANE = 'id, queue, name, head_id, ready_at, deaths';
type LaneColumns = readonly [id: number, queue: string, name: string, headId: number, readyAt: number, deaths: number];
const laneRow = ([id, queue, name, headId, readyAt, deaths]: LaneColumns): LaneRow => ({
  id,
  queue,
  name,
  headId,
  readyAt,
  deaths,
});

type DueColumns = readonly [id: number, readyAt: number];
const namedLane = ([id, readyAt, name]: readonly [...DueColumns, name: string]): NamedLane => ({ id, readyAt, name });

export function createLaneTable(prepare: Prepare): LaneTable {
  const find = query(prepare, `SELECT ${LANE} FROM lane WHERE queue = ? AND name = ?`, laneRow);
  const get = query(prepare, `SELECT ${LANE} FROM lane WHERE id = ?`, laneRow);
  const insert = prepare('INSERT INTO lane (queue, name, head_id, ready_at) VALUES (?, ?, ?, ?)');
  const update = change(prepare, 'UPDATE lane SET head_id = ?, ready_at = ?, deaths = ? WHERE id = ?');
  const remove = change(prepare, 'DELETE FROM lane WHERE id = ?');
  const first = query(
    prepare,
    'SELECT id, ready_at FROM lane WHERE queue = ? AND deaths = 0 ORDER BY ready_at, head_id LIMIT ?',
    ([id, readyAt]: DueColumns): DueLane => ({ id, readyAt }),
  );
  const firstNamed = query(
    prepare,
    'SELECT id, ready_at, name FROM lane WHERE queue = ? AND deaths = 0 ORDER BY ready_at, head_id LIMIT ?',
    namedLane,
  );
  const suspects = query(
    prepare,
    'SELECT id, ready_at, name FROM lane WHERE queue = ? AND deaths > 0 ORDER BY deaths, ready_at, head_id',
    namedLane,
  );
  // Suspects of all queues on purpose: they are few, and their index holds nobody else.
  const firstDeath = query(prepare, 'SELECT 1 FROM lane INDEXED BY lane_suspect WHERE deaths > 0 AND deaths = 1', only);
  const quiet = change(
    prepare,
    `UPDATE lane INDEXED BY lane_suspect SET ready_at = max(CASE WHEN ready_at > ?1 + ${LONGEST_WAIT_MS} THEN 0 ELSE ready_at END,
     ?1 + ${quietSql('deaths')}) WHERE ${TRIED_IN_QUIET_SQL}`,
  );
  const clear = change(
    prepare,
    `UPDATE lane INDEXED BY lane_suspect SET deaths = 1, ready_at = min(ready_at, ?1 + ${CLEARED_WAIT_MS}) WHERE ${TRIED_IN_QUIET_SQL}`,
  );
  // Deaths are counted when a folder is opened (`try-marks.ts`), so a queue without a suspect gets none.
  const unsuspected = new Set<string>();
  const latest = query(prepare, 'SELECT max(ready_at) FROM lane WHERE queue = ? AND deaths = 0', only<number | null>);
  const latestSuspect = query(
    prepare,
    'SELECT max(ready_at) FROM lane WHERE queue = ? AND deaths > 0',
    only<number | null>,
  );
  const bringBack = change(prepare, 'UPDATE lane SET ready_at = ? WHERE queue = ? AND deaths = 0 AND ready_at > ?');
  const bringSuspectsBack = change(
    prepare,
    'UPDATE lane SET ready_at = ? WHERE queue = ? AND deaths > 0 AND ready_at > ?',
  );
  const oldest = query(prepare, 'SELECT min(head_id) FROM lane WHERE queue = ?', only<number | null>);
  return {
    find: (queue, name) => find.one(queue, name),
    get: (id) => get.one(id),
    insert: (queue, name, headId, readyAt) => Number(insert.run(queue, name, headId, readyAt).lastInsertRowid),
    update: (lane, to) => void update(to.headId, to.readyAt, to.deaths, lane.id),
    remove: (lane) => void remove(lane.id),
    first: (queue, limit) => first.all(queue, limit),
    firstNamed: (queue, limit) => firstNamed.all(queue, limit),
    suspects(queue) {
      if (unsuspected.has(queue)) return [];
      const found = suspects.all(queue);
      if (found.length === 0) unsuspected.add(queue);
      return found;
    },
    hasFirstDeath: () => firstDeath.one() !== undefined,
    beginQuiet: (now) => void quiet(now),
    clearSuspects: (now) => void clear(now),
    latest: (queue) => Math.max(latest.one(queue) ?? 0, latestSuspect.one(queue) ?? 0),
    bringBack(queue, after, now) {
      bringBack(now, queue, after);
      bringSuspectsBack(now, queue, after);
    },
    oldestHead: (queue) => oldest.one(queue) ?? undefined,
  };
}

const JOB = 'id, lane_id, kind, payload, enqueued_at, attempts, first_failed_at, last_error';
type JobColumns = readonly [
  id: number,
  laneId: number,
  kind: string,
  payload: string,
  enqueuedAt: number,
  attempts: number,
  firstFailedAt: number | null,
  lastError: string | null,
];
const jobRow = ([id, laneId, kind, payload, enqueuedAt, attempts, firstFailedAt, lastError]: JobColumns): JobRow => ({
  id,
  laneId,
  kind,
  payload,
  enqueuedAt,
  attempts,
  firstFailedAt,
  lastError,
});

export function createJobTable(prepare: Prepare): JobTable {
  const readId = query(prepare, `SELECT value FROM counter WHERE name = 'job'`, only<number>);
  const keepId = change(prepare, `UPDATE counter SET value = ? WHERE name = 'job'`);
  const insert = change(
    prepare,
    'INSERT INTO job (id, lane_id, kind, payload, enqueued_at, attempts) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const get = query(prepare, `SELECT ${JOB} FROM job WHERE id = ?`, jobRow);
  const remove = change(prepare, 'DELETE FROM job WHERE id = ?');
  const markFailed = change(prepare, 'UPDATE job SET attempts = ?, first_failed_at = ?, last_error = ? WHERE id = ?');
  const next = query(prepare, 'SELECT id FROM job WHERE lane_id = ? AND id > ? ORDER BY id LIMIT 1', only<number>);
  const list = query(prepare, `SELECT ${JOB} FROM job WHERE lane_id = ? AND id > ? ORDER BY id LIMIT ?`, jobRow);
  const idsInLane = query(prepare, 'SELECT id FROM job WHERE lane_id = ? ORDER BY id LIMIT ?', only<number>);
  const behind = query(
    prepare,
    'SELECT count(*), count(first_failed_at) FROM job WHERE lane_id = ? AND id > ?',
    ([jobs, retrying]: readonly [jobs: number, retrying: number]) => ({ jobs, retrying }),
  );
  const removeBehind = change(prepare, 'DELETE FROM job WHERE lane_id = ? AND id > ?');
  const failed = query(
    prepare,
    `SELECT ${JOB} FROM job WHERE first_failed_at IS NOT NULL AND (first_failed_at, id) > (?, ?) ORDER BY first_failed_at, id LIMIT ?`,
    jobRow,
  );
  const waiting = query(prepare, `SELECT ${JOB} FROM job WHERE id > ? AND enqueued_at < ? ORDER BY id LIMIT ?`, jobRow);
  // Counted here, since this process alone has the database, and written once a commit. A commit that is lost loses ids
  // that nobody has seen.
  let lastId: number | undefined;
  let keptId: number | undefined;
  return {
    nextId() {
      keptId ??= readId.one() ?? 0;
      lastId = (lastId ?? keptId) + 1;
      return lastId;
    },
    keepIds() {
      if (lastId === undefined || lastId === keptId) return;
      keepId(lastId);
      keptId = lastId;
    },
    insert: (job) => void insert(job.id, job.laneId, job.kind, job.payload, job.enqueuedAt, job.attempts),
    get: (id) => get.one(id),
    remove: (job) => void remove(job.id),
    markFailed: (job, failure) => void markFailed(failure.attempts, failure.firstFailedAt, failure.lastError, job.id),
    nextInLane: (laneId, afterId) => next.one(laneId, afterId),
    listInLane: (laneId, limit, afterId) => list.all(laneId, afterId, limit),
    countInLane: (laneId, limit) => idsInLane.all(laneId, limit).length,
    removeBehind(laneId, afterId) {
      const counted = behind.one(laneId, afterId) ?? { jobs: 0, retrying: 0 };
      removeBehind(laneId, afterId);
      return counted;
    },
    waiting: (before, afterId, limit) => waiting.all(afterId, before, limit),
    failed: (limit, afterTime, afterId) => failed.all(afterTime, afterId, limit),
  };
}
