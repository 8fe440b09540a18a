import type { QueueGate, ReadTransaction, StoredJob, StreamEntry, VersionedRecord } from '../contract.ts';
import { fromJsonText } from '../json-text.ts';
import { endOfPrefix } from '../end-of-prefix.ts';
import { storedJob } from './lane-rules.ts';
import type { RecordRow, Tables } from './tables.ts';

function record(row: RecordRow): VersionedRecord {
  return { key: row.key, value: fromJsonText(row.value), version: row.version };
}

/** The reading half of a transaction. A class: one is made for each message, and its methods need not be. */
export class LocalReadTransaction implements ReadTransaction {
  protected readonly check: () => void;
  readonly #tables: Tables;

  /** @param check throws once the transaction has ended */
  constructor(tables: Tables, check: () => void) {
    this.#tables = tables;
    this.check = check;
  }

  async getRecord(collection: string, key: string): Promise<VersionedRecord | undefined> {
    this.check();
    const row = this.#tables.records.get(collection, key);
    return row && record(row);
  }

  async listRecords(
    collection: string,
    page: { readonly prefix?: string; readonly after?: string; readonly limit: number },
  ): Promise<VersionedRecord[]> {
    this.check();
    const prefix = page.prefix ?? '';
    const rows = this.#tables.records.list(collection, page.after ?? '', prefix, endOfPrefix(prefix), page.limit);
    return rows.map(record);
  }

  async readStream(stream: string, page: { readonly after: number; readonly limit: number }): Promise<StreamEntry[]> {
    this.check();
    const rows = this.#tables.streams.read(stream, page.after, page.limit);
    return rows.map((row) => ({ seq: row.seq, value: fromJsonText(row.value), at: row.at }));
  }

  async lastSeq(stream: string): Promise<number> {
    this.check();
    return this.#tables.streams.lastSeq(stream);
  }

  async listJobs(queue: string, lane: string, limit: number): Promise<StoredJob[]> {
    this.check();
    const found = this.#tables.lanes.find(queue, lane);
    if (found === undefined) return [];
    return this.#tables.jobs.listInLane(found.id, limit).map((row) => storedJob(row, { queue, lane }));
  }

  async getGate(queue: string): Promise<QueueGate | undefined> {
    this.check();
    const gate = this.#tables.gates.get(queue);
    return gate && { until: gate.until, reason: gate.reason };
  }
}
