import type { QueryResultRow } from 'pg';
import { codeOf } from '../errors.ts';
import type { Connection } from './connection.ts';
import { CLAIM_LOST_STATE } from './functions.ts';
import type { Statement } from './session.ts';
import { WRITE } from './transaction.ts';

/** Most transactions that are committed together. Our choice: enough to share a commit's cost, few enough to hold lanes but for milliseconds. */
const MOST_TOGETHER = 128;

interface Waiting {
  readonly values: readonly unknown[];
  readonly resolve: (rows: QueryResultRow[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Commits many transactions of one statement each in one: as the commit is most of what such a transaction costs. */
export interface Together {
  /** The statement's rows once it is committed; undefined: this statement is none of those that can be put together. */
  take(statement: Statement, values: readonly unknown[]): Promise<QueryResultRow[]> | undefined;
}

export function createTogether(connection: Connection): Together {
  const groups = new Map<string, (one: Waiting) => void>([
    [WRITE.completeJob.name, gather(completeTogether)],
    [WRITE.enqueue.name, gather(enqueueTogether)],
  ]);

  /** While a group is under way, the next one gathers. */
  function gather(commit: (group: readonly Waiting[]) => Promise<void>): (one: Waiting) => void {
    const waiting: Waiting[] = [];
    let isWorking = false;
    async function work(): Promise<void> {
      isWorking = true;
      while (waiting.length > 0) {
        const group = waiting.splice(0, MOST_TOGETHER);
        await commit(group).catch((error: unknown) => {
          for (const { reject } of group) reject(error);
        });
      }
      isWorking = false;
    }
    return (one) => {
      waiting.push(one);
      // A little later, so that what is asked for in the same turn goes together.
      if (!isWorking) queueMicrotask(() => void (isWorking ? undefined : work()));
    };
  }

  async function completeTogether(group: readonly Waiting[]): Promise<void> {
    const rows = await connection.transaction(async ({ query }) => {
      const [now] = group[0]?.values ?? [];
      const column = (index: number): unknown[] => group.map(({ values }) => values[index]);
      const result = await query<{ place: string; goes_on: boolean }>(WRITE.completeJobs, [
        now,
        column(1),
        column(2),
        column(3),
        column(4),
      ]);
      return { result, hasWritten: true };
    });
    const goesOn = new Map(rows.map((row) => [Number(row.place), row.goes_on]));
    for (const [index, { resolve, reject }] of group.entries()) {
      const found = goesOn.get(index + 1);
      if (found === undefined) reject(Object.assign(new Error('claim lost'), { code: CLAIM_LOST_STATE }));
      else resolve([{ goes_on: found }]);
    }
  }

  async function enqueueTogether(group: readonly Waiting[]): Promise<void> {
    const send = (some: readonly Waiting[]): Promise<void> =>
      connection.transaction(async (port) => {
        const [now] = some[0]?.values ?? [];
        const column = (index: number): unknown[] => some.flatMap(({ values }) => values[index] as unknown[]);
        await port.query(WRITE.enqueue, [now, column(1), column(2), column(3), column(4)]);
        return { result: undefined, hasWritten: true };
      });
    try {
      await send(group);
      for (const { resolve } of group) resolve([]);
    } catch (error) {
      // One that the server does not take must not take the others with it.
      if (group.length === 1 || !/^storage_(failed|name_invalid)$/.test(codeOf(error) ?? '')) throw error;
      await Promise.all(group.map((one) => send([one]).then(() => one.resolve([]), one.reject)));
    }
  }

  return {
    take(statement, values) {
      const add = groups.get(statement.name ?? '');
      return add && new Promise((resolve, reject) => add({ values, resolve, reject }));
    },
  };
}
