import type { Client } from 'pg';
import type { Logger } from '../contract.ts';

/** Wait before connecting again after the connection was lost, ms. */
const CONNECT_AGAIN_MS = 500;

export interface ServiceConnectionOptions {
  readonly connect: () => Client;
  readonly channel: string;
  readonly onNotification: (payload: string) => void;
  readonly logger: Logger | undefined;
}

/** A connection beside the pool that listens, tells others, and says that this node is alive. */
export interface ServiceConnection {
  /** Undefined while there is no connection; never rejects. */
  query<Row extends Record<string, unknown>>(text: string, values: readonly unknown[]): Promise<Row[] | undefined>;
  close(): Promise<void>;
}

/** Resolves after the first try to connect; keeps trying for as long as it is open. */
export async function openServiceConnection(options: ServiceConnectionOptions): Promise<ServiceConnection> {
  const { channel, logger } = options;
  let client: Client | undefined;
  /** Resolves when that client's connection has ended: pg leaves a query that was under way without an answer. */
  let ended: Promise<undefined> = Promise.resolve(undefined);
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  function connectAgainSoon(): void {
    if (isClosed || timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      void connect();
    }, CONNECT_AGAIN_MS).unref();
  }

  function drop(lost: Client, why?: Error): void {
    if (client === lost) {
      client = undefined;
      if (!isClosed)
        logger?.warn('the connection that listens for other nodes was lost', { error: why?.message ?? '' });
    }
    void lost.end().catch(() => undefined);
    connectAgainSoon();
  }

  async function connect(): Promise<void> {
    const fresh = options.connect();
    fresh.on('error', (error) => drop(fresh, error));
    const end = Promise.withResolvers<undefined>();
    fresh.on('end', () => {
      end.resolve(undefined);
      drop(fresh);
    });
    fresh.on('notification', ({ payload }) => options.onNotification(payload ?? ''));
    try {
      await fresh.connect();
      await fresh.query(`LISTEN ${channel}`);
      if (isClosed) {
        await fresh.end();
        return;
      }
      client = fresh;
      ended = end.promise;
    } catch (error) {
      drop(fresh, error instanceof Error ? error : undefined);
    }
  }

  await connect();
  return {
    async query<Row extends Record<string, unknown>>(text: string, values: readonly unknown[]) {
      const open = client;
      if (open === undefined) return undefined;
      try {
        return (await Promise.race([open.query<Row>(text, [...values]), ended]))?.rows;
      } catch (error) {
        drop(open, error instanceof Error ? error : undefined);
        return undefined;
      }
    },
    async close() {
      isClosed = true;
      clearTimeout(timer);
      const open = client;
      client = undefined;
      await open?.end().catch(() => undefined);
    },
  };
}
