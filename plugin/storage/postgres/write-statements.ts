import { NOW } from './rows.ts';

/** Statements of a writing transaction. `$1` is the test clock's time or null wherever `NOW` stands. */
export const WRITE = {
  getRecord: { name: 'record_for_update', text: 'SELECT key, value, version FROM record_for_update($1, $2)' },
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
  enqueue: { name: 'enqueue_jobs', text: 'SELECT enqueue_jobs($1, $2, $3, $4, $5)' },
  schedule: {
    name: 'schedule',
    text: `INSERT INTO timers (queue, id, at, lane, kind, payload) VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (queue, id) DO UPDATE
           SET at = excluded.at, n = excluded.n, lane = excluded.lane, kind = excluded.kind, payload = excluded.payload`,
  },
  unschedule: { name: 'unschedule', text: 'DELETE FROM timers WHERE queue = $1 AND id = $2' },
  completeJob: { name: 'complete_job', text: 'SELECT complete_job($1, $2, $3, $4, $5) AS goes_on' },
  completeJobs: { name: 'complete_jobs', text: 'SELECT place, goes_on FROM complete_jobs($1, $2, $3, $4, $5)' },
  buryJob: { name: 'bury_job', text: 'SELECT bury_job($1, $2, $3, $4, $5, $6) AS goes_on' },
  returnJob: { name: 'return_job', text: 'SELECT return_job($1, $2, $3, $4, $5, $6, $7)' },
  takeDead: { name: 'take_dead', text: 'DELETE FROM dead_jobs WHERE id = $1 RETURNING queue, lane, kind, payload' },
  dropJob: {
    name: 'drop_job',
    text: `WITH place AS MATERIALIZED (SELECT queue FROM jobs WHERE id = $2)
           SELECT drop_job($1, $2) AS dropped, (SELECT queue FROM place) AS queue`,
  },
  lockGate: {
    name: 'lock_gate',
    text: `SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' gate ' || $1, 0))`,
  },
  setGate: {
    name: 'set_gate',
    text: `INSERT INTO gates (queue, until, reason) VALUES ($1, $2, $3)
           ON CONFLICT (queue) DO UPDATE SET until = excluded.until, reason = excluded.reason`,
  },
  liftGate: { name: 'lift_gate', text: 'DELETE FROM gates WHERE queue = $1' },
} as const;
