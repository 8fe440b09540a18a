import { checkName } from '../check-name.ts';
import type { ClaimedJob, Json, NewJob, QueueGate, Timer, Transaction } from '../contract.ts';
import { storageError } from '../errors.ts';
import { fromJsonText, toJsonText } from '../json-text.ts';
import { count } from './changes.ts';
import {
  bury,
  complete,
  drop,
  enqueueText,
  queuedText,
  release,
  resend,
  retry,
  type RuleContext,
} from './lane-rules.ts';
import { LocalReadTransaction } from './read-transaction.ts';

/** A writing transaction over the tables. */
export class LocalTransaction extends LocalReadTransaction implements Transaction {
  readonly #context: RuleContext;

  /** @param check throws once the transaction has ended */
  constructor(context: RuleContext, check: () => void) {
    super(context.tables, check);
    this.#context = context;
  }

  async putRecord(collection: string, key: string, value: Json, expected?: number): Promise<number> {
    this.check();
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
    this.check();
    const { tables, changes } = this.#context;
    const seq = tables.streams.append(checkName('stream', stream), toJsonText(value), at);
    changes.streams.add(stream);
    return seq;
  }

  async remember(scope: string, id: string, value: Json): Promise<{ readonly value: Json } | undefined> {
    this.check();
    const { remembered } = this.#context.tables;
    checkName('scope', scope);
    if (remembered.insert(scope, checkName('id', id), toJsonText(value), this.#context.now())) return undefined;
    const first = remembered.get(scope, id);
    return { value: first === undefined ? null : fromJsonText(first) };
  }

  async enqueue(jobs: readonly NewJob[]): Promise<void> {
    this.check();
    for (const text of jobs.map(queuedText)) enqueueText(this.#context, text);
  }

  async schedule(timer: Timer): Promise<void> {
    this.check();
    const { tables, changes } = this.#context;
    const job = queuedText(timer.job);
    const isNew = tables.timers.put({ ...job, id: checkName('timer id', timer.id), at: timer.at });
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

  async bury(job: ClaimedJob, error: string): Promise<void> {
    this.check();
    bury(this.#context, job, error);
  }

  async resend(deadJobId: number): Promise<boolean> {
    this.check();
    return resend(this.#context, deadJobId);
  }

  async drop(jobId: number): Promise<boolean> {
    this.check();
    return drop(this.#context, jobId);
  }

  async setGate(queue: string, gate: QueueGate | null): Promise<void> {
    this.check();
    const { tables, changes } = this.#context;
    if (gate === null) tables.gates.remove(queue);
    else tables.gates.set(checkName('queue', queue), { until: gate.until, reason: gate.reason });
    changes.queues.add(queue);
  }
}
