import { randomUUID } from 'node:crypto';
import type { Storage, StorageClock } from '../contract.ts';
import { claim, extend, nextWorkAt } from './claim.ts';
import { createConnection, parseTarget } from './connection.ts';
import { listDead, listStuck, prune, stats } from './inspection.ts';
import { migrate } from './migrate.ts';
import { createNotifications } from './notifications.ts';
import { readTransaction } from './read-transaction.ts';
import { type Changes, writeTransaction } from './transaction.ts';

export interface PostgresStorageOptions {
  /** Whose data this is: a second owner on one schema is refused. Default `default`. */
  readonly owner?: string;
  /** A test's clock instead of the server's own. */
  readonly testClock?: StorageClock;
  /** Idle connections that broke, for the log; they are replaced. */
  readonly onIdleError?: (error: unknown) => void;
}

/**
 * Storage in PostgreSQL 15 or newer, shared by any number of nodes. `spec` is a `postgres://` URL; `?schema=` (default
 * `metabot_livetex`) and `?pool=` (connections, default 10) are ours.
 *
 * A transaction's `work` may run more than once (deadlock, lost connection): it must act through its `tx` only.
 * @throws StorageError naming server and schema, never the password
 */
export async function createPostgresStorage(spec: string, options: PostgresStorageOptions = {}): Promise<Storage> {
  const target = parseTarget(spec);
  await migrate(target, options.owner ?? 'default');
  const connection = createConnection(target, options.onIdleError ?? (() => undefined));
  const notifications = await createNotifications(connection, `${target.schema}_changes`, randomUUID());
  const testNow = (): number | null => options.testClock?.now() ?? null;
  const noChanges = (): Changes => ({ queues: new Set(), streams: new Set() });

  return {
    driver: 'postgres',
    async transaction(work) {
      let changes = noChanges();
      const result = await connection.transaction('READ COMMITTED', async (query) => {
        changes = noChanges();
        return work(writeTransaction(query, testNow, changes));
      });
      notifications.tell(changes);
      return result;
    },
    read: (work) => connection.transaction('REPEATABLE READ READ ONLY', (query) => work(readTransaction(query))),
    async claim(request) {
      const changes = noChanges();
      const jobs = await claim(connection, request, testNow, changes);
      return jobs;
    },
    extend: (jobs, leaseMs) => extend(connection, jobs, leaseMs, testNow),
    onWork: (listener) => notifications.onWork(listener),
    onAppend: (listener) => notifications.onAppend(listener),
    nextWorkAt: (queue) => nextWorkAt(connection, queue, testNow),
    stats: () => stats(connection),
    listDead: (page) => listDead(connection, page),
    listStuck: (limit) => listStuck(connection, limit),
    prune: (retention) => prune(connection, retention, testNow),
    async ping() {
      await connection.transaction('READ COMMITTED', async (query) => {
        await query(
          {
            name: 'ping',
            text: `INSERT INTO meta (key, value) VALUES ('ping', '') ON CONFLICT (key) DO UPDATE SET value = ''`,
          },
          [],
        );
      });
    },
    async close() {
      await notifications.close();
      await connection.close();
    },
  };
}
