import type { Json, QueueGate, ReadTransaction, StoredJob, StreamEntry, VersionedRecord } from '../contract.ts';
import { endOfPrefix } from '../local/end-of-prefix.ts';
import type { Query } from './session.ts';
import { JOB_COLUMNS, type JobRow, storedJob } from './rows.ts';

interface RecordRow {
  readonly key: string;
  readonly value: Json;
  readonly version: string;
}

const record = (row: RecordRow): VersionedRecord => ({ key: row.key, value: row.value, version: Number(row.version) });

export const READ = {
  getRecord: {
    name: 'get_record',
    text: 'SELECT key, value, version FROM records WHERE collection = $1 AND key = $2',
  },
  listRecords: {
    name: 'list_records',
    // The prefix as a range, so that the primary key serves it; $4 is the first string behind all with the prefix.
    text: `SELECT key, value, version FROM records
           WHERE collection = $1 AND key > $2 AND key >= $3 AND ($4::text IS NULL OR key < $4) ORDER BY key LIMIT $5`,
  },
  readStream: {
    name: 'read_stream',
    text: 'SELECT seq, value, at FROM stream_entries WHERE stream = $1 AND seq > $2 ORDER BY seq LIMIT $3',
  },
  lastSeq: { name: 'last_seq', text: 'SELECT seq FROM streams WHERE stream = $1' },
  listJobs: {
    name: 'list_jobs',
    text: `SELECT ${JOB_COLUMNS} FROM jobs WHERE queue = $1 AND lane = $2 ORDER BY id LIMIT $3`,
  },
  getGate: { name: 'get_gate', text: 'SELECT until, reason FROM gates WHERE queue = $1' },
} as const;

export function readTransaction(query: Query): ReadTransaction {
  return {
    async getRecord(collection, key): Promise<VersionedRecord | undefined> {
      const [row] = await query<RecordRow>(READ.getRecord, [collection, key]);
      return row && record(row);
    },
    async listRecords(collection, page): Promise<VersionedRecord[]> {
      const prefix = page.prefix ?? '';
      const rows = await query<RecordRow>(READ.listRecords, [
        collection,
        page.after ?? '',
        prefix,
        endOfPrefix(prefix),
        page.limit,
      ]);
      return rows.map(record);
    },
    async readStream(stream, page): Promise<StreamEntry[]> {
      const rows = await query<{ seq: string; value: Json; at: string }>(READ.readStream, [
        stream,
        page.after,
        page.limit,
      ]);
      return rows.map((row) => ({ seq: Number(row.seq), value: row.value, at: Number(row.at) }));
    },
    async lastSeq(stream): Promise<number> {
      const [row] = await query<{ seq: string }>(READ.lastSeq, [stream]);
      return Number(row?.seq ?? 0);
    },
    async listJobs(queue, lane, limit): Promise<StoredJob[]> {
      return (await query<JobRow>(READ.listJobs, [queue, lane, limit])).map(storedJob);
    },
    async getGate(queue): Promise<QueueGate | undefined> {
      const [row] = await query<{ until: string; reason: string }>(READ.getGate, [queue]);
      return row && { until: Number(row.until), reason: row.reason };
    },
  };
}
