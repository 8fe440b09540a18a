import type { LaneState, QueuePause, ReadTransaction, StoredJob, StreamEntry, VersionedRecord } from '../contract.ts';
import { endOfPrefix, fromJsonText } from '../values.ts';
import type { NodeClock } from './node-clock.ts';
import type { Query } from './session.ts';
import { JOB_COLUMNS, type JobRow, NOW, storedJob } from './rows.ts';

interface RecordRow {
  readonly key: string;
  readonly value: string;
  readonly version: string;
}

const record = (row: RecordRow): VersionedRecord => ({
  key: row.key,
  value: fromJsonText(row.value),
  version: Number(row.version),
});

export const READ = {
  getRecord: {
    name: 'get_record',
    text: 'SELECT key, value, version FROM records WHERE collection = $1 AND key = $2',
  },
  listRecords: {
    name: 'list_records',
    text: `SELECT key, value, version FROM records
           WHERE collection = $1 AND key > $2 AND key >= $3 ORDER BY key LIMIT $4`,
  },
  /** The prefix as a range, so that the primary key serves it: $5 is the first string behind all with the prefix. */
  listRecordsBefore: {
    name: 'list_records_before',
    text: `SELECT key, value, version FROM records
           WHERE collection = $1 AND key > $2 AND key >= $3 AND key < $5 ORDER BY key LIMIT $4`,
  },
  readStream: {
    name: 'read_stream',
    text: 'SELECT seq, value, at FROM stream_entries WHERE stream = $1 AND seq > $2 ORDER BY seq LIMIT $3',
  },
  streamEnd: { name: 'stream_end', text: 'SELECT seq FROM streams WHERE stream = $1' },
  listJobs: {
    name: 'list_jobs',
    text: `SELECT ${JOB_COLUMNS} FROM jobs WHERE queue = $1 AND lane = $2 AND id > $4 ORDER BY id LIMIT $3`,
  },
  getPause: { name: 'get_gate', text: `SELECT until - ${NOW} AS wait, reason FROM gates WHERE queue = $2` },
  listPauses: { name: 'list_gates', text: `SELECT queue, until - ${NOW} AS wait, reason FROM gates ORDER BY queue` },
  readLane: {
    name: 'read_lane',
    text: `SELECT ready_at - ${NOW} AS wait, coalesce(lease_until > ${NOW}, false) AS claimed,
             (SELECT count(*)::int FROM (
               SELECT 1 FROM jobs WHERE jobs.queue = $2 AND jobs.lane = $3 ORDER BY id LIMIT $4
             ) AS first) AS jobs
           FROM lanes WHERE queue = $2 AND lane = $3`,
  },
} as const;

/** The reading half of a transaction. `check` throws once the transaction has ended. */
export function readTransaction(query: Query, clock: NodeClock, check: () => void): ReadTransaction {
  return {
    async getRecord(collection, key): Promise<VersionedRecord | undefined> {
      check();
      const [row] = await query<RecordRow>(READ.getRecord, [collection, key]);
      return row && record(row);
    },
    async listRecords(collection, page): Promise<VersionedRecord[]> {
      check();
      const prefix = page.prefix ?? '';
      const end = endOfPrefix(prefix);
      const values = [collection, page.after ?? '', prefix, page.limit];
      const rows = await (end === null
        ? query<RecordRow>(READ.listRecords, values)
        : query<RecordRow>(READ.listRecordsBefore, [...values, end]));
      return rows.map(record);
    },
    async readStream(stream, page): Promise<StreamEntry[]> {
      check();
      const rows = await query<{ seq: string; value: string; at: string }>(READ.readStream, [
        stream,
        page.after,
        page.limit,
      ]);
      return rows.map((row) => ({ seq: Number(row.seq), value: fromJsonText(row.value), at: Number(row.at) }));
    },
    async streamEnd(stream) {
      check();
      const [row] = await query<{ seq: string }>(READ.streamEnd, [stream]);
      return Number(row?.seq ?? 0);
    },
    async listJobs(queue, lane, limit, after = 0): Promise<StoredJob[]> {
      check();
      return (await query<JobRow>(READ.listJobs, [queue, lane, limit, after])).map(storedJob);
    },
    async getPause(queue): Promise<QueuePause | undefined> {
      check();
      const [row] = await query<{ wait: string; reason: string }>(READ.getPause, [clock.testNow(), queue]);
      return row && { until: clock.after(Number(row.wait)), reason: row.reason };
    },
    async listPauses() {
      check();
      const rows = await query<{ queue: string; wait: string; reason: string }>(READ.listPauses, [clock.testNow()]);
      return rows.map(({ queue, wait, reason }) => ({ queue, until: clock.after(Number(wait)), reason }));
    },
    async readLane(queue, lane, countTo): Promise<LaneState | undefined> {
      check();
      const values = [clock.testNow(), queue, lane, countTo];
      const [row] = await query<{ wait: string; claimed: boolean; jobs: number }>(READ.readLane, values);
      return row && { jobs: row.jobs, nextAt: row.claimed ? null : clock.after(Number(row.wait)) };
    },
  };
}
