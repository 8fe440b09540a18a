/** One node that works jobs off: ours, or pg-boss in one of two ways. Told what to do by its parent. */
import { PgBoss } from 'pg-boss';
import type { Storage } from '../../../plugin/storage/contract.ts';
import { createLaneWorker, openStorage, systemClock } from '../../../plugin/storage/index.ts';
import { answerParent } from '../child.ts';
import { type Began, machineMs } from './order-violations.ts';

export interface NodeQuestion {
  readonly do: 'open' | 'enqueue' | 'work';
  readonly url: string;
  readonly contender: Contender;
  readonly keys: number;
  readonly perKey: number;
}
export type Contender = 'ours' | 'pg-boss, own fetch loop' | 'pg-boss, its worker';

export const QUEUE = 'bench';
/** Jobs under way at one time in a node. */
const CONCURRENCY = 64;
/** Transactions that enqueue at one time. */
const WRITERS = 10;
/** Nothing came for so long, ms: the work is done. */
const QUIET_MS = 3_000;
/** pg-boss's shortest, s. */
const POLL_S = 0.5;

interface Node {
  enqueue(key: number, number: number): Promise<void>;
  /** Works until nothing has come for a while. */
  work(): Promise<Began[]>;
  close(): Promise<void>;
}

let node: Node | undefined;

answerParent(
  async (question: NodeQuestion) => {
    node ??= question.contender === 'ours' ? await ours(question.url) : await pgBoss(question.url, question.contender);
    if (question.do === 'enqueue') return enqueueAll(node, question);
    return question.do === 'work' ? node.work() : undefined;
  },
  async () => node?.close(),
);

/** Each job in a transaction of its own, a key's in order. Returns ms. */
async function enqueueAll(to: Node, { keys, perKey }: NodeQuestion): Promise<number> {
  const begun = machineMs();
  await Promise.all(
    Array.from({ length: WRITERS }, async (_, writer) => {
      for (let number = 0; number < perKey; number += 1) {
        for (let key = writer; key < keys; key += WRITERS) await to.enqueue(key, number);
      }
    }),
  );
  return machineMs() - begun;
}

/** Collects what began, and knows when nothing more comes. */
function recorder() {
  const began: Began[] = [];
  return {
    began,
    note: (key: number, number: number): void => void began.push([key, number, machineMs()]),
    async quiet(): Promise<void> {
      const start = machineMs();
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, QUIET_MS / 10));
        if (machineMs() - (began.at(-1)?.[2] ?? start) > QUIET_MS) return;
      }
    },
  };
}

async function ours(url: string): Promise<Node> {
  const storage: Storage = await openStorage(url, { clock: systemClock });
  return {
    enqueue: (key, number) =>
      storage.transaction((tx) =>
        tx.enqueue([{ queue: QUEUE, lane: `key ${key}`, kind: 'k', payload: [key, number] }]),
      ),
    async work() {
      const record = recorder();
      const worker = createLaneWorker({
        storage,
        queue: QUEUE,
        concurrency: CONCURRENCY,
        deadlineMs: 30_000,
        leaseMs: 60_000,
        handle: async ({ payload }) => {
          const [key, number] = payload as [number, number];
          record.note(key, number);
          return {};
        },
        classify: () => ({ do: 'retry', error: 'failed' }),
        clock: systemClock,
        random: Math.random,
        onError: (error) => {
          throw error;
        },
      });
      worker.start();
      await record.quiet();
      await worker.stop();
      return record.began;
    },
    close: () => storage.close(),
  };
}

async function pgBoss(url: string, contender: Contender): Promise<Node> {
  const boss = new PgBoss({ connectionString: url, max: 10, schema: 'pgboss' });
  boss.on('error', (error) => {
    throw error;
  });
  await boss.start();
  if ((await boss.getQueue(QUEUE)) === null) await boss.createQueue(QUEUE, { policy: 'key_strict_fifo' });
  type Data = { readonly key: number; readonly number: number };

  async function fetchLoop(note: (key: number, number: number) => void, isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const jobs = await boss.fetch<Data>(QUEUE, { batchSize: CONCURRENCY });
      for (const { data } of jobs) note(data.key, data.number);
      if (jobs.length > 0) {
        await boss.complete(
          QUEUE,
          jobs.map(({ id }) => id),
        );
      } else await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  return {
    async enqueue(key, number) {
      await boss.send(QUEUE, { key, number }, { singletonKey: `key ${key}` });
    },
    async work() {
      const record = recorder();
      if (contender === 'pg-boss, own fetch loop') {
        let isOver = false;
        const loop = fetchLoop(record.note, () => isOver);
        await record.quiet();
        isOver = true;
        await loop;
      } else {
        await boss.work<Data>(QUEUE, { batchSize: CONCURRENCY, pollingIntervalSeconds: POLL_S }, async (jobs) => {
          for (const { data } of jobs) record.note(data.key, data.number);
        });
        await record.quiet();
      }
      return record.began;
    },
    close: () => boss.stop({ graceful: false }),
  };
}
