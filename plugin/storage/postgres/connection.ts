import { Client, Pool, type QueryResultRow } from 'pg';
import { storageError } from '../errors.ts';
import { type Target, clientConfig } from './target.ts';
import { type CommitMark, createCommitMarks } from './commit-mark.ts';
import { describeServerError, isConnectionLost, mustRunAgain } from './server-errors.ts';
import { type Query, type Session, type Statement, openSession } from './session.ts';

/** A statement that was sent without waiting, before there was a connection. */
interface Sent {
  readonly statement: Statement;
  readonly values: readonly unknown[];
  readonly act: ((rows: readonly QueryResultRow[]) => void) | undefined;
}

/** A transaction's way to the server, which takes a connection only when an answer is needed. */
interface LazyPort {
  readonly port: TransactionPort;
  /** What was sent so far and has not gone out: everything, as long as nothing was asked. */
  readonly unsent: readonly Sent[];
  /** The session, opened now if it was not, with everything sent. */
  open(): Promise<Session>;
  /** The session if it was opened, also one that is still being opened. */
  opened(): Promise<Session | undefined>;
}

/** `begin` opens a session and begins the transaction on it. */
function createLazyPort(begin: () => Promise<Session>): LazyPort {
  const unsent: Sent[] = [];
  let opening: Promise<Session> | undefined;
  let session: Session | undefined;

  function open(): Promise<Session> {
    opening ??= begin().then((begun) => {
      session = begun;
      for (const { statement, values, act } of unsent.splice(0)) begun.send(statement, values, act);
      return begun;
    });
    return opening;
  }

  return {
    unsent,
    open,
    opened: async () => opening,
    port: {
      query: async (statement, values) => (session ?? (await open())).query(statement, values),
      send(statement, values, act) {
        if (session === undefined) unsent.push({ statement, values, act });
        else session.send(statement, values, act);
      },
    },
  };
}

/**
 * Awaits a transaction's work, but no longer than `ms` at a time in which it asks nothing of the server: it holds locks
 * that others wait for. @throws storage_stalled; what the work does after that is ignored
 */
async function withinDeadline<T>(lazy: LazyPort, work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      lazy
        .opened()
        .then(async (session) => {
          if (session === undefined) throw storageError('storage_stalled', { deadlineMs: ms });
          return session.stalled(ms);
        }, reject)
        .catch(reject);
    }, ms);
  });
  try {
    return await Promise.race([work, stalled]);
  } finally {
    clearTimeout(timer);
  }
}

/** How long to wait for a free connection of the pool, ms. Our choice: a transaction takes milliseconds, so the pool is far too small. */
export const FREE_CONNECTION_TIMEOUT_MS = 10_000;
/** An unused connection is closed after this, ms. Our choice: it costs the server memory, and opening one takes milliseconds. */
const IDLE_CONNECTION_MS = 60_000;
/** How long work is tried again while the server is away or restarts (fail-over), ms. Our choice: whoever waits for HTTP should hear in time. */
export const RECONNECT_FOR_MS = 15_000;
/** First wait before trying again, ms; doubles, with jitter, up to the longest. */
const FIRST_WAIT_MS = 10;
const LONGEST_WAIT_MS = 500;

/** A transaction on one connection, as the work sees it. */
export interface TransactionPort {
  readonly query: Query;
  /** Sends a statement without waiting for its answer. */
  readonly send: Session['send'];
}

/** What the work of a writing transaction leaves for the connection. */
export interface Written<T> {
  readonly result: T;
  /** False: nothing was written, so it does not matter whether COMMIT arrived. */
  readonly hasWritten: boolean;
}

export interface Connection {
  /**
   * One statement outside a transaction, repeated after a lost connection: only for statements that may run twice.
   * `attempt` counts from 1. `forMs`: how long it is tried again while the server is away; left out: as all work is.
   */
  query<Row extends QueryResultRow>(
    statement: Statement,
    values: (attempt: number) => readonly unknown[],
    forMs?: number,
  ): Promise<Row[]>;
  /** Runs `work` in a transaction; runs it again after a deadlock, a lost connection or a restart of the server. */
  transaction<T>(work: (port: TransactionPort) => Promise<Written<T>>): Promise<T>;
  /** The same on one consistent view, without locks. */
  read<T>(work: (query: Query) => Promise<T>): Promise<T>;
  /** A connection of its own, for LISTEN. */
  dedicated(): Client;
  close(): Promise<void>;
}

export interface ConnectionOptions {
  readonly target: Target;
  readonly nodeId: string;
  readonly transactionDeadlineMs: number;
  /** How long work is tried again while the server is away, ms. */
  readonly reconnectForMs: number;
  /** How long to wait for a free connection of the pool, ms. */
  readonly freeConnectionTimeoutMs: number;
  /** An idle connection that broke; the pool replaces it. */
  readonly onIdleError: (error: unknown) => void;
}

export function createConnection({
  target,
  nodeId,
  transactionDeadlineMs,
  reconnectForMs,
  freeConnectionTimeoutMs,
  onIdleError,
}: ConnectionOptions): Connection {
  const config = clientConfig(target);
  const pool = new Pool({
    ...config,
    connectionTimeoutMillis: freeConnectionTimeoutMs,
    idleTimeoutMillis: IDLE_CONNECTION_MS,
    max: target.poolSize,
  });
  // An idle connection that breaks is replaced by the pool. One that was given back broken may still hear why from the
  // server. Without listeners for both the process would end.
  pool.on('error', onIdleError);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const marks = createCommitMarks(nodeId);
  let closing: Promise<void> | undefined;

  async function again<T>(attempt: (number: number) => Promise<T>, forMs = reconnectForMs): Promise<T> {
    const giveUpAt = performance.now() + forMs;
    for (let number = 1, wait = FIRST_WAIT_MS; ; number += 1, wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      if (closing !== undefined) throw storageError('storage_closed', undefined);
      try {
        return await attempt(number);
      } catch (error) {
        if (!mustRunAgain(error) || performance.now() > giveUpAt) throw describeServerError(error, target);
        await new Promise((resolve) => setTimeout(resolve, wait * (0.5 + Math.random() / 2)));
      }
    }
  }

  async function withSession<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const session = await openSession(pool);
    try {
      const result = await work(session);
      session.release();
      return result;
    } catch (error) {
      session.abandon(error);
      throw error;
    }
  }

  async function begin(): Promise<Session> {
    const session = await openSession(pool);
    marks.prepare(session);
    session.send({ text: 'BEGIN' }, []);
    return session;
  }

  async function write<T>(work: (port: TransactionPort) => Promise<Written<T>>): Promise<T> {
    const lazy = createLazyPort(begin);
    let inDoubt: { readonly mark: CommitMark; readonly result: T } | undefined;
    try {
      const { result, hasWritten } = await withinDeadline(lazy, work(lazy.port), transactionDeadlineMs);
      if (lazy.unsent.length === 0 && (await lazy.opened()) === undefined) return result;
      const session = await lazy.open();
      if (hasWritten) inDoubt = { mark: marks.mark(session), result };
      const failed = await session.commit();
      if (failed !== undefined) {
        inDoubt = undefined;
        throw failed.rolledBackFor;
      }
      session.release();
      return result;
    } catch (error) {
      (await lazy.opened().catch(() => undefined))?.abandon(error);
      if (inDoubt !== undefined && isConnectionLost(error) && (await hasCommitted(inDoubt.mark))) {
        return inDoubt.result;
      }
      throw error;
    }
  }

  /** @throws storage_outcome_unknown when the server stays away */
  async function hasCommitted(mark: CommitMark): Promise<boolean> {
    try {
      return await again(() => withSession((session) => marks.settle(session, mark)));
    } catch (failure) {
      throw storageError('storage_outcome_unknown', { server: target.label }, failure);
    }
  }

  async function readOnce<T>(work: (query: Query) => Promise<T>): Promise<T> {
    return withSession(async (session) => {
      session.send({ text: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY' }, []);
      const result = await Promise.race([work(session.query), session.stalled(transactionDeadlineMs)]);
      // Nothing depends on its answer; the connection's next owner queues behind it.
      session.send({ text: 'COMMIT' }, []);
      return result;
    });
  }

  return {
    query: (statement, values, forMs) =>
      again((attempt) => withSession((session) => session.query(statement, values(attempt))), forMs),
    transaction: (work) => again(() => write(work)),
    read: (work) => again(() => readOnce(work)),
    dedicated: () => new Client(config),
    close() {
      closing ??= (async () => {
        // Transactions under way end first: the pool waits for their connections.
        await withSession((session) => marks.close(session)).catch(() => undefined);
        await pool.end();
      })();
      return closing;
    },
  };
}
