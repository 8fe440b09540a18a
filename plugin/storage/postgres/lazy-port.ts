import type { QueryResultRow } from 'pg';
import type { TransactionPort } from './connection.ts';
import type { Session, Statement } from './session.ts';

/** A statement that was sent without waiting, before there was a connection. */
interface Sent {
  readonly statement: Statement;
  readonly values: readonly unknown[];
  readonly act: ((rows: readonly QueryResultRow[]) => void) | undefined;
}

/** A transaction's way to the server, which takes a connection only when an answer is needed. */
export interface LazyPort {
  readonly port: TransactionPort;
  /** What was sent so far and has not gone out: everything, as long as nothing was asked. */
  readonly unsent: readonly Sent[];
  /** The session, opened now if it was not, with everything sent. */
  open(): Promise<Session>;
  /** The session if it was opened, also one that is still being opened. */
  opened(): Promise<Session | undefined>;
}

/** `begin` opens a session and begins the transaction on it. */
export function createLazyPort(begin: () => Promise<Session>): LazyPort {
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
