import { codeOf } from '../errors.ts';
import type { Connection, TransactionPort, Written } from './connection.ts';
import { sharedReads, sharedWrites } from './many.ts';
import { isConnectionLost } from './server-errors.ts';
import type { Query } from './session.ts';
import { createSharedPort, type Share, type SharedPort } from './shared-port.ts';

/** Most callers that share a transaction. Our choice: enough to share a commit's cost, few enough to hold lanes but for milliseconds. */
const MOST_TOGETHER = 128;
/**
 * How long a shared transaction waits for a lock, ms: two of different nodes may each hold what the other one wants, which one
 * caller's cannot. The server would see that after a second. Our choice: longer than any transaction that only works.
 */
const LOCK_TIMEOUT_MS = 500;

/** What one caller does in a transaction; it may be done again. */
type Attempt<T> = (port: TransactionPort) => Promise<Written<T>>;

/** Has transactions that are asked for at about the same time share one of the server, as if each were alone. */
export interface Together {
  transaction<T>(attempt: Attempt<T>): Promise<T>;
  read<T>(work: (query: Query) => Promise<T>): Promise<T>;
}

interface Waiting<Act> {
  readonly act: Act;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}
type Writer = Waiting<Attempt<unknown>>;
type Reader = Waiting<(query: Query) => Promise<unknown>>;
type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** What was shared has to be done by each alone; `guilty`: those whose own failure it was. */
class Apart extends Error {
  readonly guilty: readonly Writer[];

  constructor(guilty: readonly Writer[], cause?: unknown) {
    super('a shared transaction was given up', { cause });
    this.guilty = guilty;
  }
}

/** The place is not there: it is not for anybody else either. */
const HOPELESS = /^storage_(unreachable|outcome_unknown|connections|closed|readonly|no_rights)$/;

/** Collects what is asked for while the one before is under way; `work` calls `next` when the next may begin. */
function gather<One>(work: (group: readonly One[], next: () => void) => Promise<void>): (one: One) => void {
  const waiting: One[] = [];
  let isBusy = false;
  const begin = (): void => {
    const group = waiting.splice(0, MOST_TOGETHER);
    let isOver = false;
    const next = (): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(patience);
      isBusy = waiting.length > 0;
      if (isBusy) setImmediate(begin);
    };
    // One that waits for another node's lock, or does very much, holds nobody up.
    const patience = setTimeout(next, LOCK_TIMEOUT_MS);
    void work(group, next).finally(next);
  };
  return (one) => {
    waiting.push(one);
    if (isBusy) return;
    isBusy = true;
    // A turn of the loop later, so that what is asked for in this one goes together.
    setImmediate(begin);
  };
}

export function createTogether(connection: Connection): Together {
  const write = gather(writeGroup);
  const read = gather(readGroup);

  async function alone({ act, resolve, reject }: Writer): Promise<void> {
    await connection.transaction(act).then(resolve, reject);
  }

  async function writeGroup(group: readonly Writer[], next: () => void): Promise<void> {
    const [first, ...others] = group;
    if (first === undefined) return;
    if (others.length === 0) return alone(first);
    let shared: SharedPort | undefined;
    try {
      const outcomes = await connection.transaction(async (port) => {
        port.send({ text: `SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}` }, []);
        shared = createSharedPort(port, sharedWrites);
        const written = await workTogether(shared, group);
        // Only its commit is left: the next one's statements need not wait for that.
        next();
        return written;
      });
      for (const [place, outcome] of outcomes.entries()) settle(group[place], outcome);
    } catch (error) {
      shared?.fail(error);
      next();
      await apart(group, error);
    }
  }

  async function apart(group: readonly Writer[], error: unknown): Promise<void> {
    if (HOPELESS.test(codeOf(error) ?? '')) {
      for (const { reject } of group) reject(error);
      return;
    }
    const guilty = new Set(error instanceof Apart && error.guilty.length > 0 ? error.guilty : group);
    const others = group.filter((one) => !guilty.has(one));
    await Promise.all([...Array.from(guilty, alone), writeGroup(others, () => undefined)]);
  }

  async function readGroup(group: readonly Reader[], next: () => void): Promise<void> {
    const outcomes = connection.read(async (query) => {
      const shared = createSharedPort(
        { query, send: (statement, values) => void query(statement, values) },
        sharedReads,
      );
      const all = group.map(async ({ act }): Promise<Outcome> => {
        const { port } = shared.share();
        return act(port.query).then(
          (value) => ({ value }),
          (error: unknown) => ({ error }),
        );
      });
      return Promise.race([Promise.all(all), shared.failed]);
    });
    // They hold nothing that others wait for.
    next();
    await outcomes.then(
      (found) => {
        for (const [place, outcome] of found.entries()) settle(group[place], outcome);
      },
      async (error: unknown) => {
        if (group.length > 1 && !HOPELESS.test(codeOf(error) ?? '')) {
          // One that the server does not take must not take the others with it.
          await Promise.all(group.map(({ act, resolve, reject }) => connection.read(act).then(resolve, reject)));
        } else {
          for (const { reject } of group) reject(error);
        }
      },
    );
  }

  return {
    transaction: <T>(attempt: Attempt<T>) =>
      new Promise<T>((resolve, reject) =>
        write({ act: attempt, resolve: resolve as (value: unknown) => void, reject }),
      ),
    read: <T>(work: (query: Query) => Promise<T>) =>
      new Promise<T>((resolve, reject) => read({ act: work, resolve: resolve as (value: unknown) => void, reject })),
  };
}

function settle(one: Waiting<unknown> | undefined, outcome: Outcome): void {
  if ('error' in outcome) one?.reject(outcome.error);
  else one?.resolve(outcome.value);
}

/** Does the work of all. @throws Apart; the connection's error when that is lost, so that all of it is done again */
async function workTogether(shared: SharedPort, group: readonly Writer[]): Promise<Written<Outcome[]>> {
  const shares = group.map((writer) => ({ writer, share: shared.share() }));
  const all = shares.map(({ writer, share }) => workOf(writer, share));
  try {
    const result = await Promise.race([Promise.all(all), shared.failed]);
    // Looked for when all have ended, so that what has to be done again is done again once.
    const guilty = shares.filter(({ share }, place) => share.hasWritten() && 'error' in (result[place] ?? {}));
    if (guilty.length > 0) throw new Apart(guilty.map(({ writer }) => writer));
    return { result, hasWritten: shares.some(({ share }) => share.hasWritten()) };
  } catch (error) {
    throw error instanceof Apart || isConnectionLost(error) ? error : new Apart([], error);
  }
}

/** One that fails before it has written anything takes nothing with it. */
async function workOf(writer: Writer, share: Share): Promise<Outcome> {
  let outcome: Outcome;
  try {
    outcome = { value: (await writer.act(share.port)).result };
  } catch (error) {
    outcome = { error };
  }
  try {
    await share.end();
  } catch (error) {
    outcome = { error };
  }
  return outcome;
}
