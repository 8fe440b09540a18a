import { NOW } from './rows.ts';

/** Statements of a writing transaction. `$1` is the test clock's time or null wherever `NOW` stands. */
export const WRITE = {
  /** Locks the record, so that read-modify-write of two transactions happens one after the other, as on SQLite. */
  getRecord: {
    name: 'get_record_locked',
    text: 'SELECT key, value, version FROM records WHERE collection = $1 AND key = $2 FOR NO KEY UPDATE',
  },
  putRecord: {
    name: 'put_record',
    text: `INSERT INTO records (collection, key, value, version) VALUES ($1, $2, $3, 1)
           ON CONFLICT (collection, key) DO UPDATE SET value = excluded.value, version = records.version + 1
           RETURNING version`,
  },
  insertRecord: {
    name: 'insert_record',
    text: `INSERT INTO records (collection, key, value, version) VALUES ($1, $2, $3, 1)
           ON CONFLICT (collection, key) DO NOTHING RETURNING version`,
  },
  updateRecord: {
    name: 'update_record',
    text: `UPDATE records SET value = $3, version = version + 1
           WHERE collection = $1 AND key = $2 AND version = $4 RETURNING version`,
  },
  deleteRecord: { name: 'delete_record', text: 'DELETE FROM records WHERE collection = $1 AND key = $2' },
  appendStream: {
    name: 'append_stream',
    text: `WITH head AS (
             INSERT INTO streams (stream, seq) VALUES ($1, 1)
             ON CONFLICT (stream) DO UPDATE SET seq = streams.seq + 1 RETURNING seq
           )
           INSERT INTO stream_entries (stream, seq, value, at) SELECT $1, head.seq, $2, $3 FROM head RETURNING seq`,
  },
  remember: {
    name: 'remember',
    text: `INSERT INTO remembered (scope, id, value, at) VALUES ($2, $3, $4, ${NOW})
           ON CONFLICT (scope, id) DO NOTHING RETURNING scope`,
  },
  remembered: { name: 'remembered', text: 'SELECT value FROM remembered WHERE scope = $1 AND id = $2' },
  /** Makes and locks the lanes first, in one order everywhere: ids of jobs then grow in the order of commits in a lane. */
  lockLanes: {
    name: 'lock_lanes',
    text: `INSERT INTO lanes (queue, lane, ready_at)
           SELECT DISTINCT queue, lane, ${NOW} FROM unnest($2::text[], $3::text[]) AS t (queue, lane) ORDER BY queue, lane
           ON CONFLICT (queue, lane) DO UPDATE SET ready_at = lanes.ready_at`,
  },
  insertJobs: {
    name: 'insert_jobs',
    text: `INSERT INTO jobs (queue, lane, kind, payload, enqueued_at)
           SELECT queue, lane, kind, payload::json, ${NOW}
           FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) WITH ORDINALITY AS t (queue, lane, kind, payload, n)
           ORDER BY n`,
  },
  schedule: {
    name: 'schedule',
    text: `INSERT INTO timers (queue, id, at, lane, kind, payload) VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (queue, id) DO UPDATE
           SET at = excluded.at, lane = excluded.lane, kind = excluded.kind, payload = excluded.payload`,
  },
  unschedule: { name: 'unschedule', text: 'DELETE FROM timers WHERE queue = $1 AND id = $2' },
  /** The fence: nobody but the owner of the claim ends a job. The lock also holds back those who add to the lane. */
  ownLane: {
    name: 'own_lane',
    text: `SELECT 1 AS owned FROM lanes WHERE queue = $2 AND lane = $3 AND claim = $4 AND lease_until > ${NOW} FOR UPDATE`,
  },
  deleteJob: { name: 'delete_job', text: 'DELETE FROM jobs WHERE id = $1' },
  buryJob: {
    name: 'bury_job',
    text: `WITH gone AS (DELETE FROM jobs WHERE id = $2 RETURNING *)
           INSERT INTO dead_jobs
           SELECT id, queue, lane, kind, payload, enqueued_at, attempts + 1, coalesce(first_failed_at, ${NOW}), $3, ${NOW}
           FROM gone`,
  },
  /** Frees a lane after its head has left: it waits for its next job, or it goes when it is empty. */
  freeLane: {
    name: 'free_lane',
    text: `UPDATE lanes SET claim = NULL, lease_until = NULL, ready_at = ${NOW}
           WHERE queue = $2 AND lane = $3 AND EXISTS (SELECT 1 FROM jobs WHERE queue = $2 AND lane = $3)`,
  },
  dropEmptyLane: {
    name: 'drop_empty_lane',
    text: `DELETE FROM lanes WHERE queue = $1 AND lane = $2
           AND NOT EXISTS (SELECT 1 FROM jobs WHERE queue = $1 AND lane = $2)`,
  },
  releaseLane: {
    name: 'release_lane',
    text: `UPDATE lanes SET claim = NULL, lease_until = NULL, ready_at = coalesce($4::bigint, ${NOW})
           WHERE queue = $2 AND lane = $3`,
  },
  countTry: {
    name: 'count_try',
    text: `UPDATE jobs SET attempts = attempts + 1, first_failed_at = coalesce(first_failed_at, ${NOW}), last_error = $3
           WHERE id = $2`,
  },
  takeDead: { name: 'take_dead', text: 'DELETE FROM dead_jobs WHERE id = $1 RETURNING queue, lane, kind, payload' },
  dropDead: { name: 'drop_dead', text: 'DELETE FROM dead_jobs WHERE id = $1 RETURNING id' },
  laneOfJob: {
    name: 'lane_of_job',
    text: `SELECT l.queue, l.lane, l.claim IS NOT NULL AND l.lease_until > ${NOW} AS claimed,
             j.id = (SELECT min(id) FROM jobs WHERE queue = l.queue AND lane = l.lane) AS head
           FROM jobs j JOIN lanes l ON l.queue = j.queue AND l.lane = j.lane WHERE j.id = $2 FOR UPDATE OF l`,
  },
  setGate: {
    name: 'set_gate',
    text: `INSERT INTO gates (queue, until, reason) VALUES ($1, $2, $3)
           ON CONFLICT (queue) DO UPDATE SET until = excluded.until, reason = excluded.reason`,
  },
  liftGate: { name: 'lift_gate', text: 'DELETE FROM gates WHERE queue = $1' },
} as const;
