import { checkName, endOfPrefix, fromJsonText, toJsonText } from '../values.ts';
import type {
  ClaimedJob,
  Json,
  LaneState,
  NewJob,
  QueuePause,
  ReadTransaction,
  StoredJob,
  StreamEntry,
  Timer,
  Transaction,
  VersionedRecord,
} from '../contract.ts';
import { storageError } from '../errors.ts';
import { count } from './claim-book.ts';
import {
  type RuleContext,
  clearLane,
  complete,
  deadLetter,
  drop,
  enqueueText,
  queuedText,
  release,
  hasten,
  resend,
  retry,
  storedJob,
} from './lane-rules.ts';
import type { RecordRow, Tables } from './tables.ts';

function record(row: RecordRow): VersionedRecord {
  return { key: row.key, value: fromJsonText(row.value), version: row.version };
}

/** What reading needs: the tables, and who works on what. */
type ReadContext = Pick<RuleContext, 'tables' | 'claims'>;

/** The reading half of a transaction. A class: one is made for each message, and its methods need not be. */
export class SqliteReadTransaction implements ReadTransaction {
  protected readonly check: () => void;
  readonly #tables: Tables;
  readonly #given: ReadContext;

  /** @param check throws once the transaction has ended */
  constructor(given: ReadContext, check: () => void) {
    this.#tables = given.tables;
    this.#given = given;
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

  async streamEnd(stream: string): Promise<number> {
    this.check();
    return this.#tables.streams.end(stream) ?? 0;
  }

  async listJobs(queue: string, lane: string, limit: number, after: number = 0): Promise<StoredJob[]> {
    this.check();
    const found = this.#tables.lanes.find(queue, lane);
    if (found === undefined) return [];
    return this.#tables.jobs.listInLane(found.id, limit, after).map((row) => storedJob(row, { queue, lane }));
  }

  async getPause(queue: string): Promise<QueuePause | undefined> {
    this.check();
    const pause = this.#tables.pauses.get(queue);
    return pause && { until: pause.until, reason: pause.reason };
  }

  async listPauses(): Promise<Array<QueuePause & { readonly queue: string }>> {
    this.check();
    return this.#tables.pauses.list();
  }

  async readLane(queue: string, lane: string, countTo: number): Promise<LaneState | undefined> {
    this.check();
    const found = this.#tables.lanes.find(queue, lane);
    if (found === undefined) return undefined;
    const jobs = this.#tables.jobs.countInLane(found.id, countTo);
    const isUnderWay = this.#given.claims.isClaimed(found.id);
    return { jobs, nextAt: isUnderWay ? null : found.readyAt };
  }
}

/** A writing transaction over the tables. */
export class SqliteTransaction extends SqliteReadTransaction implements Transaction {
  readonly #context: RuleContext;

  /** @param check throws once the transaction has ended */
  constructor(context: RuleContext, check: () => void) {
    super(context, check);
    this.#context = context;
  }

  /** Before something new is stored. */
  #beginNew(): void {
    this.check();
    this.#context.changes.hasNew = true;
  }

  async putRecord(collection: string, key: string, value: Json, expected?: number): Promise<number> {
    this.#beginNew();
    checkName('collection', collection);
    checkName('key', key);
    const version = this.#context.tables.records.put(collection, key, toJsonText(value), expected);
    if (version === undefined) throw storageError('storage_conflict', { collection, key, expected: expected ?? 0 });
    return version;
  }

  async deleteRecord(collection: string, key: string): Promise<void> {
    this.check();
    this.#context.tables.records.remove(collection, key);
  }

  async appendStream(stream: string, value: Json, at: number): Promise<number> {
    this.#beginNew();
    const { tables, changes } = this.#context;
    const seq = tables.streams.append(checkName('stream', stream), toJsonText(value), at);
    changes.streams.add(stream);
    return seq;
  }

  async remember(scope: string, id: string, value: Json): Promise<{ readonly value: Json } | undefined> {
    this.#beginNew();
    const { remembered } = this.#context.tables;
    checkName('scope', scope);
    if (remembered.insert(scope, checkName('id', id), toJsonText(value), this.#context.now())) return undefined;
    const first = remembered.get(scope, id);
    return { value: first === undefined ? null : fromJsonText(first) };
  }

  async enqueue(jobs: readonly NewJob[]): Promise<void> {
    this.#beginNew();
    for (const text of jobs.map(queuedText)) enqueueText(this.#context, text);
  }

  async schedule(timer: Timer): Promise<void> {
    this.#beginNew();
    const { tables, changes } = this.#context;
    const job = queuedText(timer.job);
    const isNew = tables.timers.put({ ...job, id: checkName('timer id', timer.id), at: timer.at }, this.#context.now());
    if (isNew) count(changes, job.queue, 'timers', 1);
    changes.queues.add(job.queue);
  }

  async unschedule(queue: string, id: string): Promise<void> {
    this.check();
    const { tables, changes } = this.#context;
    if (tables.timers.remove(queue, id)) count(changes, queue, 'timers', -1);
  }

  async complete(job: ClaimedJob): Promise<void> {
    this.check();
    complete(this.#context, job);
  }

  async retry(job: ClaimedJob, again: { readonly notBefore: number; readonly error: string }): Promise<void> {
    this.check();
    retry(this.#context, job, again.notBefore, again.error);
  }

  async release(job: ClaimedJob, notBefore?: number): Promise<void> {
    this.check();
    release(this.#context, job, notBefore);
  }

  async deadLetter(job: ClaimedJob, error: string): Promise<void> {
    this.check();
    deadLetter(this.#context, job, error);
  }

  async resend(deadJobId: number): Promise<boolean> {
    this.check();
    return resend(this.#context, deadJobId);
  }

  async hasten(jobId: number): Promise<boolean> {
    this.check();
    return hasten(this.#context, jobId);
  }

  async drop(jobId: number): Promise<boolean> {
    this.check();
    return drop(this.#context, jobId);
  }

  async setPause(queue: string, pause: QueuePause | null): Promise<void> {
    this.check();
    const { tables, changes } = this.#context;
    if (pause === null) tables.pauses.remove(queue);
    else tables.pauses.set(checkName('queue', queue), { until: pause.until, reason: pause.reason });
    changes.queues.add(queue);
  }

  async clearLane(queue: string, lane: string): Promise<{ readonly removed: number; readonly underWay: boolean }> {
    this.check();
    return clearLane(this.#context, queue, lane);
  }

  async deleteStream(stream: string): Promise<number> {
    this.check();
    return this.#context.tables.streams.remove(stream);
  }

  async forgetIds(scope: string): Promise<number> {
    this.check();
    return this.#context.tables.remembered.removeScope(scope);
  }
}
