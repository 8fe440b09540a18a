import { checkName } from '../check-name.ts';
import type { ClaimedJob, Json, NewJob, Transaction } from '../contract.ts';
import { storageError } from '../errors.ts';
import { toJsonText } from '../json-text.ts';
import type { Query } from './session.ts';
import { readTransaction } from './read-transaction.ts';
import { WRITE } from './write-statements.ts';

/** What a transaction changed that others may wait for: told after the commit. */
export interface Changes {
  readonly queues: Set<string>;
  readonly streams: Set<string>;
}

type Version = { readonly version: string };

/** The writing transaction on an open connection. `testNow` is the test clock's time, `null` for the server's own. */
export function writeTransaction(query: Query, testNow: () => number | null, changes: Changes): Transaction {
  /** Proves and locks the claim. @throws claim_lost */
  async function own(job: ClaimedJob): Promise<void> {
    const rows = await query(WRITE.ownLane, [testNow(), job.queue, job.lane, job.claim]);
    if (rows.length === 0) throw storageError('claim_lost', { job: job.id, queue: job.queue });
  }

  /** After the head has left: the lane waits for its next job, or goes. */
  async function freeLane(queue: string, lane: string): Promise<void> {
    await query(WRITE.freeLane, [testNow(), queue, lane]);
    await query(WRITE.dropEmptyLane, [queue, lane]);
    changes.queues.add(queue);
  }

  async function enqueue(jobs: readonly NewJob[]): Promise<void> {
    if (jobs.length === 0) return;
    const queues = jobs.map((job) => checkName('queue', job.queue));
    const lanes = jobs.map((job) => checkName('lane', job.lane));
    const kinds = jobs.map((job) => checkName('kind of job', job.kind));
    const payloads = jobs.map((job) => toJsonText(job.payload));
    await query(WRITE.lockLanes, [testNow(), queues, lanes]);
    await query(WRITE.insertJobs, [testNow(), queues, lanes, kinds, payloads]);
    for (const queue of queues) changes.queues.add(queue);
  }

  return {
    ...readTransaction(query),
    async getRecord(collection, key) {
      const [row] = await query<{ key: string; value: Json } & Version>(WRITE.getRecord, [collection, key]);
      return row && { key: row.key, value: row.value, version: Number(row.version) };
    },
    async putRecord(collection, key, value, expected) {
      checkName('collection', collection);
      checkName('key', key);
      const text = toJsonText(value);
      let rows: Version[];
      if (expected === undefined) rows = await query<Version>(WRITE.putRecord, [collection, key, text]);
      else if (expected === 0) rows = await query<Version>(WRITE.insertRecord, [collection, key, text]);
      else rows = await query<Version>(WRITE.updateRecord, [collection, key, text, expected]);
      const [row] = rows;
      if (row === undefined) throw storageError('storage_conflict', { collection, key, expected: expected ?? 0 });
      return Number(row.version);
    },
    async deleteRecord(collection, key) {
      await query(WRITE.deleteRecord, [collection, key]);
    },
    async appendStream(stream, value, at) {
      const [row] = await query<{ seq: string }>(WRITE.appendStream, [
        checkName('stream', stream),
        toJsonText(value),
        at,
      ]);
      changes.streams.add(stream);
      return Number(row?.seq);
    },
    async remember(scope, id, value) {
      checkName('scope', scope);
      checkName('id', id);
      const inserted = await query(WRITE.remember, [testNow(), scope, id, toJsonText(value)]);
      if (inserted.length > 0) return undefined;
      const [row] = await query<{ value: Json }>(WRITE.remembered, [scope, id]);
      return { value: row?.value ?? null };
    },
    enqueue,
    async schedule(timer) {
      const { queue, lane, kind, payload } = timer.job;
      checkName('queue', queue);
      checkName('lane', lane);
      checkName('kind of job', kind);
      checkName('timer id', timer.id);
      await query(WRITE.schedule, [queue, timer.id, timer.at, lane, kind, toJsonText(payload)]);
      changes.queues.add(queue);
    },
    async unschedule(queue, id) {
      await query(WRITE.unschedule, [queue, id]);
    },
    async complete(job) {
      await own(job);
      await query(WRITE.deleteJob, [job.id]);
      await freeLane(job.queue, job.lane);
    },
    async retry(job, again) {
      await own(job);
      await query(WRITE.countTry, [testNow(), job.id, again.error]);
      await query(WRITE.releaseLane, [testNow(), job.queue, job.lane, again.notBefore]);
      changes.queues.add(job.queue);
    },
    async release(job, notBefore) {
      await own(job);
      await query(WRITE.releaseLane, [testNow(), job.queue, job.lane, notBefore ?? null]);
      changes.queues.add(job.queue);
    },
    async bury(job, error) {
      await own(job);
      await query(WRITE.buryJob, [testNow(), job.id, error]);
      await freeLane(job.queue, job.lane);
    },
    async resend(deadJobId) {
      const [job] = await query<NewJob & Record<string, unknown>>(WRITE.takeDead, [deadJobId]);
      if (job === undefined) return false;
      await enqueue([job]);
      return true;
    },
    async drop(jobId) {
      if ((await query(WRITE.dropDead, [jobId])).length > 0) return true;
      type Place = { queue: string; lane: string; claimed: boolean; head: boolean };
      const [place] = await query<Place>(WRITE.laneOfJob, [testNow(), jobId]);
      if (place === undefined || place.claimed) return false;
      await query(WRITE.deleteJob, [jobId]);
      // Behind the head, the lane's own time (a retry of the head) stays in force.
      if (place.head) await freeLane(place.queue, place.lane);
      return true;
    },
    async setGate(queue, gate) {
      checkName('queue', queue);
      if (gate === null) await query(WRITE.liftGate, [queue]);
      else await query(WRITE.setGate, [queue, gate.until, gate.reason]);
      changes.queues.add(queue);
    },
  };
}
