import { CLAIM_LOST_STATE } from './functions.ts';
import { READ } from './read-transaction.ts';
import { JOB_COLUMNS, NOW } from './rows.ts';
import type { Statement } from './session.ts';
import { WRITE } from './transaction.ts';

type Values = readonly unknown[];
type Row = Readonly<Record<string, unknown>>;

/** How a statement goes when transactions of several callers share one of the server (`shared-port.ts`). */
export interface Shared {
  /** What it touches: another caller's statement that touches the same waits until this caller's work has ended. */
  readonly keys: (values: Values) => readonly string[];
  /** What it changes. `answered`: only when it answers with a row. */
  readonly writes: 'nothing' | 'something' | 'answered';
  /** What it means that no row answers. Left out: nothing special. */
  readonly silence?: () => Error;
  /** Many of it as one statement. Left out: each is sent by itself. */
  readonly many?: Many;
}

interface Many {
  readonly statement: Statement;
  readonly values: (calls: readonly Values[]) => unknown[];
  /** Which call a row answers: the same text of the call (its place counts from 1) and of the row. Left out: no call is answered. */
  readonly answers?: { readonly of: (values: Values, place: number) => string; readonly in: (row: Row) => string };
  /** Also of a single call: the statement for one would end everybody's transaction where this one only leaves it out. */
  readonly always?: true;
}

/** Names hold no NUL (`checkName`), so that no two places have the same key. */
const key = (kind: string, ...names: readonly unknown[]): string => [kind, ...names].join('\0');
const recordOf = ([collection, name]: Values): string => key('record', collection, name);
const laneOf = ([, queue, lane]: Values): string => key('lane', queue, lane);
const column = (calls: readonly Values[], index: number): unknown[] => calls.map((values) => values[index]);
const columns = (calls: readonly Values[], ...indexes: readonly number[]): unknown[][] =>
  indexes.map((index) => column(calls, index));
/** The time is a test's, or null: the same for all. */
const timeOf = (calls: readonly Values[]): unknown => calls[0]?.[0];
const byPlace: NonNullable<Many['answers']> = {
  of: (_values, place) => String(place),
  in: (row) => String(row['place']),
};
const byRecord: NonNullable<Many['answers']> = {
  of: recordOf,
  in: (row) => recordOf([row['collection'], row['key']]),
};

export const MANY = {
  getRecords: {
    name: 'get_records',
    text: `SELECT place, found.* FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS given (collection, key, place)
           CROSS JOIN LATERAL (
             SELECT r.key, r.value, r.version FROM records AS r
             WHERE r.collection = given.collection AND r.key = given.key LIMIT 1
           ) AS found`,
  },
  getRecordsForUpdate: {
    name: 'records_for_update',
    text: `SELECT place, found.key, found.value, found.version
           FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS given (collection, key, place)
           CROSS JOIN LATERAL record_for_update(given.collection, given.key) AS found`,
  },
  putRecords: {
    name: 'put_records',
    text: `INSERT INTO records (collection, key, value, version)
           SELECT collection, key, value, 1 FROM unnest($1::text[], $2::text[], $3::text[]) AS given (collection, key, value)
           ON CONFLICT (collection, key) DO UPDATE SET value = excluded.value, version = records.version + 1
           RETURNING collection, key, version`,
  },
  insertRecords: {
    name: 'insert_records',
    text: `INSERT INTO records (collection, key, value, version)
           SELECT collection, key, value, 1 FROM unnest($1::text[], $2::text[], $3::text[]) AS given (collection, key, value)
           ON CONFLICT (collection, key) DO NOTHING RETURNING collection, key, version`,
  },
  updateRecords: {
    name: 'update_records',
    text: `UPDATE records SET value = given.value, version = records.version + 1
           FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) AS given (collection, key, value, expected)
           WHERE records.collection = given.collection AND records.key = given.key AND records.version = given.expected
           RETURNING records.collection, records.key, records.version`,
  },
  nextSeqs: {
    name: 'next_seqs',
    text: `INSERT INTO streams (stream, seq) SELECT stream, 1 FROM unnest($1::text[]) AS given (stream)
           ON CONFLICT (stream) DO UPDATE SET seq = streams.seq + 1 RETURNING stream, seq`,
  },
  appendEntries: {
    name: 'append_entries',
    text: `INSERT INTO stream_entries (stream, seq, value, at)
           SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[])`,
  },
  rememberMany: {
    name: 'remember_many',
    text: `INSERT INTO remembered (scope, id, value, at)
           SELECT scope, id, value, ${NOW} FROM unnest($2::text[], $3::text[], $4::text[]) AS given (scope, id, value)
           ON CONFLICT (scope, id) DO NOTHING RETURNING scope, id`,
  },
  listJobsOfMany: {
    name: 'list_jobs_of_many',
    text: `SELECT place, first.*
           FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) WITH ORDINALITY AS given (of_queue, of_lane, most, after, place)
           CROSS JOIN LATERAL (
             SELECT ${JOB_COLUMNS} FROM jobs WHERE queue = of_queue AND lane = of_lane AND id > after ORDER BY id LIMIT most
           ) AS first ORDER BY place, id`,
  },
} as const;

/** How a statement of a transaction is shared; `undefined`: it is sent when the other callers' work has ended, since it may touch anything. */
export type SharedKinds = (statement: Statement) => Shared | undefined;

/** Of reading transactions: they lock nothing, so each may be sent at any time. */
const FREE: Shared = { keys: () => [], writes: 'nothing' };
const READS: Readonly<Record<string, Shared>> = {
  [READ.getRecord.name]: {
    ...FREE,
    many: { statement: MANY.getRecords, values: (calls) => columns(calls, 0, 1), answers: byPlace },
  },
  [READ.listJobs.name]: {
    ...FREE,
    many: { statement: MANY.listJobsOfMany, values: (calls) => columns(calls, 0, 1, 2, 3), answers: byPlace },
  },
};
export const sharedReads: SharedKinds = ({ name = '' }) => READS[name] ?? FREE;

const WRITES: Readonly<Record<string, Shared>> = {
  [WRITE.getRecord.name]: {
    keys: (values) => [recordOf(values)],
    writes: 'nothing',
    many: { statement: MANY.getRecordsForUpdate, values: (calls) => columns(calls, 0, 1), answers: byPlace },
  },
  [WRITE.putRecord.name]: {
    keys: (values) => [recordOf(values)],
    writes: 'something',
    many: { statement: MANY.putRecords, values: (calls) => columns(calls, 0, 1, 2), answers: byRecord },
  },
  [WRITE.insertRecord.name]: {
    keys: (values) => [recordOf(values)],
    writes: 'answered',
    many: { statement: MANY.insertRecords, values: (calls) => columns(calls, 0, 1, 2), answers: byRecord },
  },
  [WRITE.updateRecord.name]: {
    keys: (values) => [recordOf(values)],
    writes: 'answered',
    many: { statement: MANY.updateRecords, values: (calls) => columns(calls, 0, 1, 2, 3), answers: byRecord },
  },
  [WRITE.deleteRecord.name]: { keys: (values) => [recordOf(values)], writes: 'something' },
  [WRITE.nextSeq.name]: {
    keys: ([stream]) => [key('stream', stream)],
    writes: 'something',
    many: {
      statement: MANY.nextSeqs,
      values: (calls) => columns(calls, 0),
      answers: { of: ([stream]) => String(stream), in: (row) => String(row['stream']) },
    },
  },
  [WRITE.appendEntry.name]: {
    keys: ([stream]) => [key('stream', stream)],
    writes: 'something',
    many: { statement: MANY.appendEntries, values: (calls) => columns(calls, 0, 1, 2, 3) },
  },
  [WRITE.remember.name]: {
    keys: ([, scope, id]) => [key('id', scope, id)],
    writes: 'answered',
    many: {
      statement: MANY.rememberMany,
      values: (calls) => [timeOf(calls), ...columns(calls, 1, 2, 3)],
      answers: {
        of: ([, scope, id]) => key('id', scope, id),
        in: (row) => key('id', row['scope'], row['id']),
      },
    },
  },
  [WRITE.remembered.name]: { keys: ([scope, id]) => [key('id', scope, id)], writes: 'nothing' },
  [READ.listJobs.name]: {
    keys: ([queue, lane]) => [key('lane', queue, lane)],
    writes: 'nothing',
    many: { statement: MANY.listJobsOfMany, values: (calls) => columns(calls, 0, 1, 2, 3), answers: byPlace },
  },
  [WRITE.enqueue.name]: {
    keys: ([, queues, lanes]) =>
      (lanes as readonly unknown[]).map((lane, index) => key('lane', (queues as readonly unknown[])[index], lane)),
    writes: 'something',
    many: {
      statement: WRITE.enqueue,
      values: (calls) => [timeOf(calls), ...[1, 2, 3, 4].map((index) => column(calls, index).flat())],
    },
  },
  [WRITE.completeJob.name]: {
    keys: (values) => [laneOf(values)],
    writes: 'answered',
    silence: () => Object.assign(new Error('claim lost'), { code: CLAIM_LOST_STATE }),
    many: {
      statement: WRITE.completeJobs,
      values: (calls) => [timeOf(calls), ...columns(calls, 1, 2, 3, 4)],
      answers: byPlace,
      always: true,
    },
  },
  [WRITE.deadLetterJob.name]: { keys: (values) => [laneOf(values)], writes: 'something' },
  [WRITE.returnJob.name]: { keys: (values) => [laneOf(values)], writes: 'something' },
  [READ.readLane.name]: { keys: (values) => [laneOf(values)], writes: 'nothing' },
  [WRITE.schedule.name]: { keys: ([, queue, id]) => [key('timer', queue, id)], writes: 'something' },
  [WRITE.unschedule.name]: { keys: ([queue, id]) => [key('timer', queue, id)], writes: 'something' },
  [WRITE.lockPause.name]: { keys: ([queue]) => [key('pause', queue)], writes: 'nothing' },
  [READ.getPause.name]: { keys: ([, queue]) => [key('pause', queue)], writes: 'nothing' },
  [WRITE.setPause.name]: { keys: ([, queue]) => [key('pause', queue)], writes: 'something' },
  [WRITE.liftPause.name]: { keys: ([queue]) => [key('pause', queue)], writes: 'something' },
};
/** Of writing transactions. */
export const sharedWrites: SharedKinds = ({ name = '' }) => WRITES[name];
