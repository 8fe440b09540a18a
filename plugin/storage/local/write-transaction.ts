import { checkName } from '../check-name.ts';
import type { Transaction } from '../contract.ts';
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
import { createReadTransaction } from './read-transaction.ts';

/** A writing transaction over the tables. `check` throws once the transaction has ended. */
export function createWriteTransaction(context: RuleContext, check: () => void): Transaction {
  const { tables, changes } = context;
  return {
    ...createReadTransaction(tables, check),
    async putRecord(collection, key, value, expected) {
      check();
      checkName('collection', collection);
      checkName('key', key);
      const text = toJsonText(value);
      if (expected !== undefined && (tables.records.get(collection, key)?.version ?? 0) !== expected) {
        throw storageError('storage_conflict', { collection, key, expected });
      }
      return tables.records.put(collection, key, text);
    },
    async deleteRecord(collection, key) {
      check();
      tables.records.remove(collection, key);
    },
    async appendStream(stream, value, at) {
      check();
      const seq = tables.streams.append(checkName('stream', stream), toJsonText(value), at);
      changes.streams.add(stream);
      return seq;
    },
    async remember(scope, id, value) {
      check();
      checkName('scope', scope);
      if (tables.remembered.insert(scope, checkName('id', id), toJsonText(value), context.now())) return undefined;
      const first = tables.remembered.get(scope, id);
      return { value: first === undefined ? null : fromJsonText(first) };
    },
    async enqueue(jobs) {
      check();
      for (const text of jobs.map(queuedText)) enqueueText(context, text);
    },
    async schedule(timer) {
      check();
      const job = queuedText(timer.job);
      const isNew = tables.timers.put({ ...job, id: checkName('timer id', timer.id), at: timer.at });
      if (isNew) count(changes, job.queue, 'timers', 1);
      changes.queues.add(job.queue);
    },
    async unschedule(queue, id) {
      check();
      if (tables.timers.remove(queue, id)) count(changes, queue, 'timers', -1);
    },
    async complete(job) {
      check();
      complete(context, job);
    },
    async retry(job, again) {
      check();
      retry(context, job, again.notBefore, again.error);
    },
    async release(job, notBefore) {
      check();
      release(context, job, notBefore);
    },
    async bury(job, error) {
      check();
      bury(context, job, error);
    },
    async resend(deadJobId) {
      check();
      return resend(context, deadJobId);
    },
    async drop(jobId) {
      check();
      return drop(context, jobId);
    },
    async setGate(queue, gate) {
      check();
      if (gate === null) tables.gates.remove(queue);
      else tables.gates.set(checkName('queue', queue), { until: gate.until, reason: gate.reason });
      changes.queues.add(queue);
    },
  };
}
