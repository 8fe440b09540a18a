import type { ReadTransaction, VersionedRecord } from '../contract.ts';
import { fromJsonText } from '../json-text.ts';
import { endOfPrefix } from './end-of-prefix.ts';
import { storedJob } from './lane-rules.ts';
import type { RecordRow, Tables } from './tables.ts';

function record(row: RecordRow): VersionedRecord {
  return { key: row.key, value: fromJsonText(row.value), version: row.version };
}

/** The reading half of a transaction. `check` throws once the transaction has ended. */
export function createReadTransaction(tables: Tables, check: () => void): ReadTransaction {
  return {
    async getRecord(collection, key) {
      check();
      const row = tables.records.get(collection, key);
      return row && record(row);
    },
    async listRecords(collection, page) {
      check();
      const prefix = page.prefix ?? '';
      return tables.records.list(collection, page.after ?? '', prefix, endOfPrefix(prefix), page.limit).map(record);
    },
    async readStream(stream, page) {
      check();
      const rows = tables.streams.read(stream, page.after, page.limit);
      return rows.map((row) => ({ seq: row.seq, value: fromJsonText(row.value), at: row.at }));
    },
    async lastSeq(stream) {
      check();
      return tables.streams.lastSeq(stream);
    },
    async listJobs(queue, lane, limit) {
      check();
      const found = tables.lanes.find(queue, lane);
      if (found === undefined) return [];
      return tables.jobs.listInLane(found.id, limit).map((row) => storedJob(row, { queue, lane }));
    },
    async getGate(queue) {
      check();
      const gate = tables.gates.get(queue);
      return gate && { until: gate.until, reason: gate.reason };
    },
  };
}
