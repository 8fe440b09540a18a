import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { NOW } from './rows.ts';
import type { Session } from './session.ts';

/**
 * Tells a commit that happened from one that did not, when the answer to COMMIT was lost. Running the work again without
 * knowing could double it; giving up without knowing could report as lost what is stored.
 *
 * Each connection has a row of its own in `sessions`. A writing transaction puts its number there as its last act, so the
 * number is stored exactly if the transaction is. Whoever wants to know first *ends* the row: that waits for a transaction
 * that is still at it, and makes one that comes later fail, so the answer is final, however often it is asked. (The server's own `pg_xact_status`
 * is no such proof: after a crash the number of a lost transaction may be given to another one.)
 */
export const COMMIT_MARK = {
  open: {
    name: 'open_session',
    text: `INSERT INTO sessions (id, committed, at) VALUES ($2, 0, ${NOW})`,
  },
  mark: { name: 'mark_commit', text: 'SELECT mark_commit($1, $2, $3)' },
  settle: {
    name: 'settle_session',
    text: 'UPDATE sessions SET is_ended = true WHERE id = $1 RETURNING committed',
  },
  close: { name: 'close_sessions', text: `DELETE FROM sessions WHERE starts_with(id, $1)` },
} as const;

export interface CommitMark {
  readonly session: string;
  readonly number: number;
}

export interface CommitMarks {
  /** Call before BEGIN: makes the connection's row the first time. */
  prepare(session: Session): void;
  /** Call as the last statement before COMMIT. */
  mark(session: Session): CommitMark;
  /** Did it commit? Asked on another connection. */
  settle(session: Session, mark: CommitMark): Promise<boolean>;
  /** Forgets this process's rows, as far as it can; retention removes what is left. */
  close(session: Session): Promise<void>;
}

export function createCommitMarks(nodeId: string): CommitMarks {
  const known = new WeakMap<pg.PoolClient, { readonly id: string; number: number }>();
  return {
    prepare(session) {
      if (known.has(session.client)) return;
      const id = `${nodeId}/${randomUUID()}`;
      known.set(session.client, { id, number: 0 });
      session.send(COMMIT_MARK.open, [null, id]);
    },
    mark(session) {
      const own = known.get(session.client);
      if (own === undefined) throw new Error('prepare() comes before mark()');
      own.number += 1;
      session.send(COMMIT_MARK.mark, [null, own.id, own.number]);
      return { session: own.id, number: own.number };
    },
    async settle(session, mark) {
      const [row] = await session.query<{ committed: string }>(COMMIT_MARK.settle, [mark.session]);
      return row !== undefined && Number(row.committed) === mark.number;
    },
    async close(session) {
      await session.query(COMMIT_MARK.close, [`${nodeId}/`]);
    },
  };
}
