import type { CountTable, DeadRow, DeadTable, Tables, TimerRow, TimerTable } from './tables.ts';
import { change, only, type Prepare, query } from './prepare.ts';
import {
  createPauseTable,
  createRecordTable,
  createRememberedTable,
  createStreamTable,
} from './sqlite-keyed-tables.ts';
import { createJobTable, createLaneTable } from './sqlite-lane-tables.ts';

type TimerColumns = readonly [queue: string, id: string, at: number, lane: string, kind: string, payload: string];
const timerRow = ([queue, id, at, lane, kind, payload]: TimerColumns): TimerRow => ({
  queue,
  id,
  at,
  lane,
  kind,
  payload,
});

function createTimerTable(prepare: Prepare): TimerTable {
  const remove = change(prepare, 'DELETE FROM timer WHERE queue = ? AND id = ?');
  const insert = change(
    prepare,
    'INSERT INTO timer (queue, id, at, lane, kind, payload, set_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const due = query(
    prepare,
    'SELECT queue, id, at, lane, kind, payload FROM timer WHERE queue = ? AND at <= ? ORDER BY at, seq LIMIT ?',
    timerRow,
  );
  const earliest = query(prepare, 'SELECT min(at) FROM timer WHERE queue = ?', only<number | null>);
  const latestSet = query(prepare, 'SELECT max(set_at) FROM timer WHERE queue = ?', only<number | null>);
  const bringBack = change(
    prepare,
    'UPDATE timer SET at = at - set_at + ?1, set_at = ?1 WHERE queue = ?2 AND set_at > ?3',
  );
  return {
    put(timer, now) {
      const replaced = remove(timer.queue, timer.id) > 0;
      insert(timer.queue, timer.id, timer.at, timer.lane, timer.kind, timer.payload, now);
      return !replaced;
    },
    remove: (queue, id) => remove(queue, id) > 0,
    removeLane: change(prepare, 'DELETE FROM timer INDEXED BY timer_at WHERE queue = ? AND lane = ?'),
    due: (queue, now, limit) => due.all(queue, now, limit),
    earliest: (queue) => earliest.one(queue) ?? undefined,
    latestSet: (queue) => latestSet.one(queue) ?? undefined,
    bringBack: (queue, latest, now) => void bringBack(now, queue, latest),
  };
}

const DEAD = 'id, queue, lane, kind, payload, enqueued_at, attempts, first_failed_at, last_error, died_at';
type DeadColumns = readonly [
  id: number,
  queue: string,
  lane: string,
  kind: string,
  payload: string,
  enqueuedAt: number,
  attempts: number,
  firstFailedAt: number | null,
  lastError: string | null,
  diedAt: number,
];
function deadRow(columns: DeadColumns): DeadRow {
  const [id, queue, lane, kind, payload, enqueuedAt, attempts, firstFailedAt, lastError, diedAt] = columns;
  return { id, queue, lane, kind, payload, enqueuedAt, attempts, firstFailedAt, lastError, diedAt };
}

function createDeadTable(prepare: Prepare): DeadTable {
  const insert = change(
    prepare,
    `INSERT INTO dead (id, queue, lane, kind, payload, enqueued_at, attempts, first_failed_at, last_error, died_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const get = query(prepare, `SELECT ${DEAD} FROM dead WHERE id = ?`, deadRow);
  const remove = change(prepare, 'DELETE FROM dead WHERE id = ?');
  const list = query(prepare, `SELECT ${DEAD} FROM dead WHERE id > ? ORDER BY id LIMIT ?`, deadRow);
  const listQueue = query(
    prepare,
    `SELECT ${DEAD} FROM dead INDEXED BY dead_queue WHERE queue = ? AND id > ? ORDER BY id LIMIT ?`,
    deadRow,
  );
  const diedBefore = query(prepare, `SELECT ${DEAD} FROM dead WHERE died_at < ? ORDER BY died_at LIMIT ?`, deadRow);
  return {
    insert: ({ id, queue, lane, kind, payload, enqueuedAt, attempts, firstFailedAt, lastError, diedAt }) =>
      void insert(id, queue, lane, kind, payload, enqueuedAt, attempts, firstFailedAt, lastError, diedAt),
    get: (id) => get.one(id),
    remove: (id) => void remove(id),
    // A lead is forgotten seldom, so its lanes have no index of their own: all dead jobs of the queue are looked through.
    removeLane: change(prepare, 'DELETE FROM dead INDEXED BY dead_queue WHERE queue = ? AND lane = ?'),
    list: (queue, after, limit) => (queue === undefined ? list.all(after, limit) : listQueue.all(queue, after, limit)),
    diedBefore: (at, limit) => diedBefore.all(at, limit),
  };
}

type CountColumns = readonly [
  queue: string,
  lanes: number,
  jobs: number,
  retrying: number,
  dead: number,
  timers: number,
];

function createCountTable(prepare: Prepare): CountTable {
  const add = change(
    prepare,
    `INSERT INTO queue_count (queue, lanes, jobs, retrying, dead, timers) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (queue) DO UPDATE SET lanes = lanes + excluded.lanes, jobs = jobs + excluded.jobs,
       retrying = retrying + excluded.retrying, dead = dead + excluded.dead, timers = timers + excluded.timers`,
  );
  const list = query(
    prepare,
    'SELECT queue, lanes, jobs, retrying, dead, timers FROM queue_count ORDER BY queue',
    ([queue, lanes, jobs, retrying, dead, timers]: CountColumns) => ({
      queue,
      counts: { lanes, jobs, retrying, dead, timers },
    }),
  );
  return {
    add: (queue, by) => void add(queue, by.lanes, by.jobs, by.retrying, by.dead, by.timers),
    list: () => list.all(),
  };
}

/** All tables on one connection. */
export function createSqliteTables(prepare: Prepare): Tables {
  const touch = change(prepare, `UPDATE counter SET value = ? WHERE name = 'touch'`);
  return {
    records: createRecordTable(prepare),
    streams: createStreamTable(prepare),
    remembered: createRememberedTable(prepare),
    lanes: createLaneTable(prepare),
    jobs: createJobTable(prepare),
    timers: createTimerTable(prepare),
    dead: createDeadTable(prepare),
    pauses: createPauseTable(prepare),
    counts: createCountTable(prepare),
    touch: (now) => void touch(now),
  };
}
