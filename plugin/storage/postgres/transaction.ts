import { checkName, fromJsonText, toJsonText } from '../values.ts';
import type { ClaimedJob, NewJob, Transaction } from '../contract.ts';
import { codeOf, storageError } from '../errors.ts';
import type { TransactionPort } from './connection.ts';
import { CLAIM_LOST_STATE } from './functions.ts';
import type { NodeClock } from './node-clock.ts';
import { readTransaction } from './read-transaction.ts';
import { NOW, storableText } from './rows.ts';
import type { Statement } from './session.ts';

/** What a transaction changed that others may wait for: told after the commit. */
export interface Changes {
  /** Queues in which something may have become claimable, for all nodes. */
  readonly queues: Set<string>;
  /** Queues in which this node itself may find more to do. */
  readonly localQueues: Set<string>;
  /** Streams that were appended to. */
  readonly streams: Set<string>;
  /** Jobs whose claims were used, by claim. */
  readonly ended: Map<string, ClaimedJob>;
}

export function noChanges(): Changes {
  return { queues: new Set(), localQueues: new Set(), streams: new Set(), ended: new Map() };
}

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
  nextSeq: {
    name: 'next_seq',
    text: `INSERT INTO streams (stream, seq) VALUES ($1, 1)
           ON CONFLICT (stream) DO UPDATE SET seq = streams.seq + 1 RETURNING seq`,
  },
  appendEntry: {
    name: 'append_entry',
    text: 'INSERT INTO stream_entries (stream, seq, value, at) VALUES ($1, $2, $3, $4)',
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
    text: `INSERT INTO timers (queue, id, at, lane, kind, payload, set_at)
           VALUES ($2, $3, ${NOW} + $4::bigint, $5, $6, $7, ${NOW})
           ON CONFLICT (queue, id) DO UPDATE SET at = excluded.at, n = excluded.n, lane = excluded.lane,
             kind = excluded.kind, payload = excluded.payload, set_at = excluded.set_at`,
  },
  unschedule: { name: 'unschedule', text: 'DELETE FROM timers WHERE queue = $1 AND id = $2' },
  completeJob: { name: 'complete_job', text: 'SELECT complete_job($1, $2, $3, $4, $5) AS goes_on' },
  completeJobs: { name: 'complete_jobs', text: 'SELECT place, goes_on FROM complete_jobs($1, $2, $3, $4, $5)' },
  deadLetterJob: { name: 'bury_job', text: 'SELECT bury_job($1, $2, $3, $4, $5, $6) AS goes_on' },
  returnJob: { name: 'return_job', text: `SELECT return_job($1, $2, $3, $4, $5, ${NOW} + $6::bigint, $7)` },
  takeDead: { name: 'take_dead', text: 'DELETE FROM dead_jobs WHERE id = $1 RETURNING queue, lane, kind, payload' },
  hastenJob: { name: 'hasten_job', text: 'SELECT hasten_job($1, $2) AS queue' },
  dropJob: {
    name: 'drop_job',
    text: `WITH place AS MATERIALIZED (SELECT queue FROM jobs WHERE id + 0 = $2)
           SELECT drop_job($1, $2) AS dropped, (SELECT queue FROM place) AS queue`,
  },
  lockPause: {
    name: 'lock_gate',
    text: `SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' gate ' || $1, 0))`,
  },
  setPause: {
    name: 'set_gate',
    text: `INSERT INTO gates (queue, until, reason) VALUES ($2, ${NOW} + $3::bigint, $4)
           ON CONFLICT (queue) DO UPDATE SET until = excluded.until, reason = excluded.reason`,
  },
  liftPause: { name: 'lift_gate', text: 'DELETE FROM gates WHERE queue = $1' },
  lockLane: {
    name: 'lock_lane',
    text: `SELECT coalesce(claim IS NOT NULL AND lease_until > ${NOW}, false) AS claimed FROM lanes
           WHERE queue = $2 AND lane = $3 FOR UPDATE`,
  },
  clearJobs: {
    name: 'clear_jobs',
    text: `DELETE FROM jobs WHERE queue = $1 AND lane = $2
             AND NOT ($3 AND id = (SELECT head.id FROM jobs AS head WHERE head.queue = $1 AND head.lane = $2 ORDER BY head.id LIMIT 1))
           RETURNING 1 AS gone`,
  },
  clearLane: { name: 'clear_lane', text: 'DELETE FROM lanes WHERE queue = $1 AND lane = $2' },
  clearDead: { name: 'clear_dead', text: 'DELETE FROM dead_jobs WHERE queue = $1 AND lane = $2 RETURNING 1 AS gone' },
  clearTimers: { name: 'clear_timers', text: 'DELETE FROM timers WHERE queue = $1 AND lane = $2 RETURNING 1 AS gone' },
  deleteStream: { name: 'delete_stream', text: 'DELETE FROM streams WHERE stream = $1' },
  deleteEntries: { name: 'delete_entries', text: 'DELETE FROM stream_entries WHERE stream = $1 RETURNING 1 AS gone' },
  forgetIds: { name: 'forget_ids', text: 'DELETE FROM remembered WHERE scope = $1 RETURNING 1 AS gone' },
} as const;

export interface WriteContext {
  readonly port: TransactionPort;
  readonly clock: NodeClock;
  readonly changes: Changes;
  /** Throws once the transaction has ended. */
  readonly check: () => void;
  /** Called at the first write. */
  readonly wrote: () => void;
}

type Version = { readonly version: string };

/**
 * The writing transaction on an open connection. What answers nothing is sent without waiting: should the server refuse
 * it, the transaction as a whole rejects with that error.
 */
export function writeTransaction({ port, clock, changes, check, wrote }: WriteContext): Transaction {
  const { query } = port;
  const now = clock.testNow;

  /** Sends a statement that writes. */
  function write(
    statement: Statement,
    values: readonly unknown[],
    act?: (rows: ReadonlyArray<Record<string, unknown>>) => void,
  ): void {
    check();
    wrote();
    port.send(statement, values, act);
  }

  /** The same, waiting for its rows. */
  function ask<Row extends Record<string, unknown>>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    check();
    wrote();
    return query<Row>(statement, values);
  }

  /** Ends a job; other nodes hear of it when its lane goes on. */
  function end(statement: Statement, job: ClaimedJob, more: readonly unknown[]): void {
    changes.ended.set(job.claim, job);
    // Only this node's own: another one has nothing to gain from an empty lane.
    changes.localQueues.add(job.queue);
    write(statement, [now(), job.queue, job.lane, job.claim, job.id, ...more], ([row]) => {
      if (row?.['goes_on'] === true) changes.queues.add(job.queue);
    });
  }

  function giveBack(job: ClaimedJob, waitMs: number | null, error: string | null): void {
    changes.ended.set(job.claim, job);
    write(WRITE.returnJob, [now(), job.queue, job.lane, job.claim, job.id, waitMs, error]);
    changes.queues.add(job.queue);
  }

  async function enqueue(jobs: readonly NewJob[]): Promise<void> {
    check();
    if (jobs.length === 0) return;
    const queues = jobs.map((job) => checkName('queue', job.queue));
    const lanes = jobs.map((job) => checkName('lane', job.lane));
    const kinds = jobs.map((job) => checkName('kind of job', job.kind));
    const payloads = jobs.map((job) => toJsonText(job.payload));
    write(WRITE.enqueue, [now(), queues, lanes, kinds, payloads]);
    for (const queue of queues) changes.queues.add(queue);
  }

  const reading = readTransaction(query, clock, check);
  return {
    ...reading,
    async getRecord(collection, key) {
      check();
      const [row] = await query<{ key: string; value: string } & Version>(WRITE.getRecord, [collection, key]);
      return row && { key: row.key, value: fromJsonText(row.value), version: Number(row.version) };
    },
    async getPause(queue) {
      check();
      // Two jobs that are told to wait at the same time read, compare and write one after the other.
      port.send(WRITE.lockPause, [queue]);
      return reading.getPause(queue);
    },
    async putRecord(collection, key, value, expected) {
      checkName('collection', collection);
      checkName('key', key);
      const text = toJsonText(value);
      let rows: Version[];
      if (expected === undefined) rows = await ask<Version>(WRITE.putRecord, [collection, key, text]);
      else if (expected === 0) rows = await ask<Version>(WRITE.insertRecord, [collection, key, text]);
      else rows = await ask<Version>(WRITE.updateRecord, [collection, key, text, expected]);
      const [row] = rows;
      if (row === undefined) throw storageError('storage_conflict', { collection, key, expected: expected ?? 0 });
      return Number(row.version);
    },
    async deleteRecord(collection, key) {
      write(WRITE.deleteRecord, [collection, key]);
    },
    async appendStream(stream, value, at) {
      checkName('stream', stream);
      const text = toJsonText(value);
      const [row] = await ask<{ seq: string }>(WRITE.nextSeq, [stream]);
      const seq = Number(row?.seq);
      write(WRITE.appendEntry, [stream, seq, text, at]);
      changes.streams.add(stream);
      return seq;
    },
    async remember(scope, id, value) {
      const values = [now(), checkName('scope', scope), checkName('id', id), toJsonText(value)];
      for (;;) {
        if ((await ask(WRITE.remember, values)).length > 0) return undefined;
        const [row] = await query<{ value: string }>(WRITE.remembered, [scope, id]);
        // Gone in between, by retention: then it is new.
        if (row !== undefined) return { value: fromJsonText(row.value) };
      }
    },
    enqueue,
    async schedule(timer) {
      const { queue, lane, kind, payload } = timer.job;
      checkName('queue', queue);
      checkName('lane', lane);
      checkName('kind of job', kind);
      checkName('timer id', timer.id);
      write(WRITE.schedule, [now(), queue, timer.id, clock.until(timer.at), lane, kind, toJsonText(payload)]);
      changes.queues.add(queue);
    },
    async unschedule(queue, id) {
      write(WRITE.unschedule, [queue, id]);
    },
    async complete(job) {
      end(WRITE.completeJob, job, []);
    },
    async retry(job, again) {
      giveBack(job, clock.until(again.notBefore), storableText(again.error));
    },
    async release(job, notBefore) {
      giveBack(job, notBefore === undefined ? null : clock.until(notBefore), null);
    },
    async deadLetter(job, error) {
      end(WRITE.deadLetterJob, job, [storableText(error)]);
    },
    async resend(deadJobId) {
      const [job] = await ask<{ queue: string; lane: string; kind: string; payload: string }>(WRITE.takeDead, [
        deadJobId,
      ]);
      if (job === undefined) return false;
      write(WRITE.enqueue, [now(), [job.queue], [job.lane], [job.kind], [job.payload]]);
      changes.queues.add(job.queue);
      return true;
    },
    async hasten(jobId) {
      const [row] = await ask<{ queue: string | null }>(WRITE.hastenJob, [now(), jobId]);
      if (row?.queue == null) return false;
      changes.queues.add(row.queue);
      return true;
    },
    async drop(jobId) {
      const [row] = await ask<{ dropped: boolean; queue: string | null }>(WRITE.dropJob, [now(), jobId]);
      if (row?.queue != null) changes.queues.add(row.queue);
      return row?.dropped === true;
    },
    async setPause(queue, pause) {
      checkName('queue', queue);
      if (pause === null) write(WRITE.liftPause, [queue]);
      else write(WRITE.setPause, [now(), queue, clock.until(pause.until), storableText(pause.reason)]);
      changes.queues.add(queue);
    },
    async clearLane(queue, lane) {
      // Locked first, as everywhere: whoever adds to the lane or claims its head does so before or after.
      const [row] = await ask<{ claimed: boolean }>(WRITE.lockLane, [now(), queue, lane]);
      const underWay = row?.claimed === true;
      const gone = [
        ...(await ask(WRITE.clearJobs, [queue, lane, underWay])),
        ...(await ask(WRITE.clearDead, [queue, lane])),
        ...(await ask(WRITE.clearTimers, [queue, lane])),
      ];
      if (row !== undefined && !underWay) write(WRITE.clearLane, [queue, lane]);
      return { removed: gone.length, underWay };
    },
    async deleteStream(stream) {
      write(WRITE.deleteStream, [stream]);
      return (await ask(WRITE.deleteEntries, [stream])).length;
    },
    async forgetIds(scope) {
      return (await ask(WRITE.forgetIds, [scope])).length;
    },
  };
}

/** The server says only that a claim was lost; whose it was is known here, when there was but one. */
export function nameLostClaim(error: unknown, changes: Changes): unknown {
  if (codeOf(error) !== CLAIM_LOST_STATE) return error;
  const [job] = changes.ended.values();
  return storageError('claim_lost', { job: job?.id ?? 0, queue: job?.queue ?? '' }, error);
}
