import { randomUUID } from 'node:crypto';
import type { Storage, StorageClock, Logger, Transaction } from '../contract.ts';
import { storageError } from '../errors.ts';
import { watchStorage } from '../watched-storage.ts';
import { TRANSACTION_DEADLINE_MS, createLife } from '../transaction-life.ts';
import { systemClock } from '../system-clock.ts';
import { nameLostClaim, noChanges, writeTransaction } from './transaction.ts';
import { claim, nextWork } from './claim.ts';
import {
  createConnection,
  FREE_CONNECTION_TIMEOUT_MS,
  RECONNECT_FOR_MS,
  type TransactionPort,
  type Written,
} from './connection.ts';
import { createQueueStats, listDead, listStuck, listWaiting, prune } from './inspection.ts';
import { createJoin } from './joined-transaction.ts';
import { migrate } from './migrate.ts';
import { createNodeClock } from './node-clock.ts';
import { createNodeWatch, GONE_AFTER_MS } from './node-watch.ts';
import { createNodeWakeUps, type NodeWakeUps, NOTIFY } from './node-wake-ups.ts';
import { readTransaction } from './read-transaction.ts';
import { openServiceConnection } from './service-connection.ts';
import { parseTarget } from './target.ts';
import { createTogether } from './together.ts';

export interface PostgresStorageOptions {
  /** This node's clock. Default: the system's. */
  readonly clock?: StorageClock;
  /** Whose time decides what is due: the server's, the same for all nodes (default), or `clock`, for tests. */
  readonly timeSource?: 'server' | 'clock';
  /** Whose data this is: another one on the same schema is refused. `?cluster=` in the URL goes before it. Neither: whoever asks. */
  readonly owner?: string;
  readonly logger?: Logger;
  /** How long a transaction's work may await something other than its tx before it is given up, real ms. */
  readonly transactionDeadlineMs?: number;
  /** How long work is tried again while the server is away or restarts, real ms. Default 15,000. */
  readonly reconnectForMs?: number;
  /** How long to wait for a free connection of the pool, real ms. Default 10,000. */
  readonly freeConnectionTimeoutMs?: number;
  /** A node that is silent for so long counts as dead, and its lanes are taken over, ms. The same on all nodes. Default 10,000. */
  readonly nodeGoneAfterMs?: number;
}

/** A connection that broke while nobody used it is replaced within this, ms. */
const PING_FOR_MS = 100;

const PING = {
  name: 'ping',
  text: `INSERT INTO meta (key, value) VALUES ('ping', $1) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
};

/**
 * Storage in PostgreSQL 15 or newer, shared by any number of nodes. `spec` is a `postgres://` URL; `?schema=` (default
 * `metabot_livetex`), `?pool=` (connections, default 10; one more listens) and `?cluster=` (whose data it is) are ours.
 *
 * A transaction's `work` may run more than once (deadlock, lost connection): it must act through its `tx` only.
 * @throws StorageError naming server and schema, never the password
 */
export async function createPostgresStorage(spec: string, options: PostgresStorageOptions = {}): Promise<Storage> {
  const { logger } = options;
  const target = parseTarget(spec);
  const { created } = await migrate(target, target.cluster ?? options.owner);
  const nodeId = randomUUID();
  const goneAfterMs = options.nodeGoneAfterMs ?? GONE_AFTER_MS;
  const clock = createNodeClock(options.clock ?? systemClock, options.timeSource ?? 'server');
  const connection = createConnection({
    target,
    nodeId,
    transactionDeadlineMs: options.transactionDeadlineMs ?? TRANSACTION_DEADLINE_MS,
    reconnectForMs: options.reconnectForMs ?? RECONNECT_FOR_MS,
    freeConnectionTimeoutMs: options.freeConnectionTimeoutMs ?? FREE_CONNECTION_TIMEOUT_MS,
    onIdleError: (error) =>
      logger?.warn('a connection to the database broke', { error: error instanceof Error ? error.message : '' }),
  });
  const together = createTogether(connection);
  const channel = `${target.schema}_changes`;
  const join = createJoin({ connection, target, clock, channel });
  let listening: NodeWakeUps | undefined;
  const service = await openServiceConnection({
    connect: () => connection.dedicated(),
    channel,
    onNotification: (payload) => listening?.receive(payload),
    logger,
  });
  const wakeUps = createNodeWakeUps(nodeId, (payloads) => service.query(NOTIFY, [channel, payloads]), logger);
  listening = wakeUps;
  const watch = createNodeWatch({
    nodeId,
    goneAfterMs,
    // Through the pool when there is no other way: a node must not count as dead because one connection broke.
    query: async (text, values) =>
      (await service.query(text, values)) ??
      (await connection.query<never>({ text }, () => values).catch(() => undefined)),
    testNow: clock.testNow,
    logger,
    onFreed: (queues) => wakeUps.tell({ queues: new Set(queues) }),
  });
  await watch.beat();
  let closing: Promise<void> | undefined;
  const underWay = new Set<Promise<void>>();

  async function transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    let changes = noChanges();
    const attempt = async (port: TransactionPort): Promise<Written<T>> => {
      changes = noChanges();
      let hasWritten = false;
      const life = createLife();
      const wrote = (): void => {
        hasWritten = true;
      };
      try {
        const result = await work(writeTransaction({ port, clock, changes, check: life.check, wrote }));
        return { result, hasWritten };
      } finally {
        life.end();
      }
    };
    try {
      const result = await together.transaction(attempt);
      wakeUps.tell(changes);
      return result;
    } catch (error) {
      throw nameLostClaim(error, changes);
    }
  }

  const storage: Omit<Storage, 'failures'> = {
    driver: 'postgres',
    created,
    transaction(work) {
      if (closing !== undefined) return Promise.reject(storageError('storage_closed', undefined));
      const result = transaction(work);
      const ended = result.then(
        () => undefined,
        () => undefined,
      );
      underWay.add(ended);
      void ended.then(() => underWay.delete(ended));
      return result;
    },
    join: (client, work) =>
      closing === undefined ? join(client, work) : Promise.reject(storageError('storage_closed', undefined)),
    read(work) {
      if (closing !== undefined) return Promise.reject(storageError('storage_closed', undefined));
      return together.read(async (query) => {
        const life = createLife();
        try {
          return await work(readTransaction(query, clock, life.check));
        } finally {
          life.end();
        }
      });
    },
    async claim(request) {
      const { jobs, hasMovedTimers } = await claim(connection, request, clock, { nodeId, goneAfterMs });
      if (hasMovedTimers) wakeUps.tell({ queues: new Set([request.queue]) });
      return jobs;
    },
    onWakeUp: (listener) => wakeUps.onWakeUp(listener),
    onAppend: (listener) => wakeUps.onAppend(listener),
    nextWork: (queue, prefixes) => nextWork(connection, queue, clock, prefixes),
    stats: createQueueStats(connection),
    listDead: (page) => listDead(connection, page),
    listStuck: (limit, after) => listStuck(connection, limit, after),
    listWaiting: (page) => listWaiting(connection, page),
    prune: (retention) => prune(connection, retention, clock),
    // Deleted rows are taken out of the files by autovacuum.
    scrub: () => Promise.resolve(),
    lastBackup: () => Promise.resolve(null),
    async ping() {
      // Whoever asks whether all is well wants to hear at once that it is not.
      await connection.query(PING, () => [new Date(clock.now()).toISOString()], PING_FOR_MS);
    },
    close() {
      closing ??= (async () => {
        // What was asked for before is still done.
        await Promise.all(underWay);
        await wakeUps.close();
        await watch.close();
        await service.close();
        await connection.close();
      })();
      return closing;
    },
  };
  return watchStorage(storage, options.clock ?? systemClock);
}
