import { randomUUID } from 'node:crypto';
import type {
  Backup,
  ClaimedJob,
  ClaimRequest,
  DeadJob,
  OpenStorageOptions,
  QueueStats,
  ReadTransaction,
  Retention,
  Storage,
  StoredJob,
} from '../contract.ts';
import { storageError } from '../errors.ts';
import { createStepWatch, steadyTime } from '../system-clock.ts';
import { createLife, TRANSACTION_DEADLINE_MS } from '../transaction-life.ts';
import { watchStorage } from '../watched-storage.ts';
import { createWakeUps } from '../wake-ups.ts';
import { type Changes, createClaimBook, mergeChanges, noChanges, writeCounts } from './claim-book.ts';
import { claim, type ClaimContext, mustPrepare, nextWork, prepareClaim } from './claim-rules.ts';
import { type CommitEngine, createGroupCommit } from './group-commit.ts';
import { removeDead, type RuleContext, storedJob } from './lane-rules.ts';
import type { JobRow, Tables } from './tables.ts';
import { SqliteReadTransaction, SqliteTransaction } from './transaction.ts';

/** Runs reads on a consistent view of what is committed. */
export interface Reader {
  run<T>(work: (tables: Tables) => T | Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface DatabaseStorageContext extends OpenStorageOptions {
  readonly driver: 'memory' | 'sqlite';
  readonly tables: Tables;
  readonly engine: CommitEngine;
  /** Left out: reads take their turn among the writes. */
  readonly reader?: Reader;
  readonly soon: (act: () => void) => void;
  /** Throws when nothing new may be written; what ends a job, and what frees space, still is. */
  readonly refuseNew?: () => void;
  /** Takes what was deleted out of the engine's files. Left out: there are none. */
  readonly scrub?: () => Promise<void>;
  readonly created: boolean;
  /** The note of the last backup. Left out: there is none. */
  readonly lastBackup?: () => Promise<Backup | null>;
  /** What the check of the file has found. Left out: there is none. */
  readonly damage?: () => string | undefined;
  /** Is told which jobs are under way before their claims are handed out. Left out: nobody asks after this process. */
  readonly onTrying?: (jobIds: readonly number[]) => void;
  /** `TryMarks.mayBeOthers`. */
  readonly lastDeathMayBeOthers?: boolean;
}

/** Storage in this process: the rules of lanes on the tables of one database, committed in groups. */
export function createDatabaseStorage(given: DatabaseStorageContext): Storage {
  const { clock, engine, tables, lastDeathMayBeOthers = false } = given;
  const work = createWakeUps(given.logger);
  const appends = createWakeUps(given.logger);
  const claims = createClaimBook(steadyTime(clock));
  const steps = createStepWatch(clock);
  let groupChanges = noChanges();

  const commits = createGroupCommit({
    engine,
    deadlineMs: given.transactionDeadlineMs ?? TRANSACTION_DEADLINE_MS,
    soon: given.soon,
    beforeCommit: () => {
      writeCounts(tables, groupChanges);
      tables.jobs.keepIds();
    },
    afterGroup: (committed) => {
      const changes = groupChanges;
      groupChanges = noChanges();
      if (!committed) {
        claims.revert(changes);
        return undefined;
      }
      claims.commit(changes);
      if (changes.hasGivenBack) given.onTrying?.(claims.jobIds());
      return (durable) => {
        // What could not be made durable is nobody's work: it was promised to nobody, and may be gone after a restart.
        if (!durable) return;
        claims.flushed(changes);
        work.tell(changes.queues);
        appends.tell(changes.streams);
      };
    },
  });

  /** A unit that may write. */
  function write<T>(durable: boolean, act: (context: RuleContext, check: () => void) => T | Promise<T>): Promise<T> {
    const changes: Changes = noChanges();
    const life = createLife();
    let isKept = false;
    return commits.run({
      durable,
      work: () => act({ tables, changes, claims, now: () => steps.now(), lastDeathMayBeOthers }, life.check),
      kept: () => {
        isKept = true;
        mergeChanges(groupChanges, changes);
      },
      ended: () => {
        life.end();
        if (!isKept) claims.revert(changes);
      },
    });
  }

  let closed: Promise<void> | undefined;
  const readers: Reader = given.reader ?? {
    run: (act) => commits.run({ durable: false, work: () => act(tables) }),
    close: async () => undefined,
  };

  function read<T>(act: (readable: Tables) => T | Promise<T>): Promise<T> {
    return closed === undefined ? readers.run(act) : Promise.reject(storageError('storage_closed', undefined));
  }

  /**
   * A read that waits for nothing. While no group is open, the writing connection has what is committed too, and its pages in
   * memory; the reading one reads them again after each commit.
   */
  async function look<T>(act: (readable: Tables) => T): Promise<T> {
    if (closed !== undefined || engine.inTransaction()) return await read(act);
    try {
      return engine.look(() => act(tables));
    } catch (error) {
      throw engine.describe(error);
    }
  }

  async function close(): Promise<void> {
    await commits.close();
    await readers.close();
    engine.close();
  }

  const claimContext = (readable: Tables): ClaimContext => ({ tables: readable, claims, steps, now: steps.now() });

  function claimNow(context: ClaimContext, request: ClaimRequest): ClaimedJob[] {
    const claimed = claim(context, request, randomUUID);
    if (claimed.length > 0) given.onTrying?.(claims.jobIds());
    return claimed;
  }

  async function claimJobs(request: ClaimRequest): Promise<ClaimedJob[]> {
    // A turn of the loop later, as with commits: whoever asks again and again must not keep the network from its turn.
    await new Promise<void>((resolve) => given.soon(resolve));
    const claimed = await look((readable) => {
      const context = claimContext(readable);
      return mustPrepare(context, request.queue) ? undefined : claimNow(context, request);
    });
    if (claimed !== undefined) return claimed;
    // Need not be durable: a timer whose move a loss of power forgets is due again.
    await write(false, (context) => {
      prepareClaim(context, request.queue);
    });
    return await look((readable) => claimNow(claimContext(readable), request));
  }

  async function readTransaction<T>(act: (tx: ReadTransaction) => Promise<T>): Promise<T> {
    const life = createLife();
    try {
      return await read((tables) => act(new SqliteReadTransaction({ claims, tables }, life.check)));
    } finally {
      life.end();
    }
  }

  const storage: Omit<Storage, 'failures'> = {
    driver: given.driver,
    created: given.created,
    transaction: (act) =>
      write(true, async (context, check) => {
        const result = await act(new SqliteTransaction(context, check));
        if (context.changes.hasNew && context.changes.claims.length === 0) given.refuseNew?.();
        return result;
      }),
    read: readTransaction,
    claim: claimJobs,
    onWakeUp: (listener) => work.listen(listener),
    onAppend: (listener) => appends.listen(listener),
    nextWork: (queue, prefixes) => look((readable) => nextWork(claimContext(readable), queue, prefixes)),
    stats: () => read(stats),
    listDead: (page) => read((tables) => listDead(tables, page)),
    listStuck: (limit, after) => read((tables) => listStuck(tables, limit, after)),
    listWaiting: (page) => read((tables) => listWaiting(tables, page)),
    prune: (retention) => write(false, (context) => prune(context, retention)),
    scrub: async () => {
      await given.scrub?.();
    },
    lastBackup: async () => (await given.lastBackup?.()) ?? null,
    ping: () =>
      write(true, () => {
        tables.touch(clock.now());
        given.refuseNew?.();
      }),
    close() {
      closed ??= close();
      return closed;
    },
  };
  return watchStorage(storage, clock, given.damage);
}

/** Rows removed by one call. Our choice: about 10 ms, so that no lane feels it. */
const PRUNE_BATCH = 500;

function stats(tables: Tables): QueueStats[] {
  return tables.counts.list().map(({ queue, counts }) => {
    const oldest = tables.lanes.oldestHead(queue);
    const oldestAt = oldest === undefined ? null : (tables.jobs.get(oldest)?.enqueuedAt ?? null);
    return { queue, ...counts, oldestAt };
  });
}

function listDead(
  tables: Tables,
  page: { readonly queue?: string; readonly after?: number; readonly limit: number },
): DeadJob[] {
  return tables.dead
    .list(page.queue, page.after ?? 0, page.limit)
    .map((row) => ({ ...storedJob(row, row), diedAt: row.diedAt }));
}

function listWaiting(
  tables: Tables,
  { before = Number.MAX_SAFE_INTEGER, after = 0, limit }: { before?: number; after?: number; limit: number },
): StoredJob[] {
  return tables.jobs.waiting(before, after, limit).flatMap((row) => inItsLane(tables, row));
}

function listStuck(tables: Tables, limit: number, after?: StoredJob): StoredJob[] {
  return tables.jobs.failed(limit, after?.firstFailedAt ?? 0, after?.id ?? 0).flatMap((row) => inItsLane(tables, row));
}

function inItsLane(tables: Tables, row: JobRow): StoredJob[] {
  const lane = tables.lanes.get(row.laneId);
  return lane === undefined ? [] : [storedJob(row, { queue: lane.queue, lane: lane.name })];
}

/** One small batch of what retention allows; how many rows went. */
function prune(context: RuleContext, retention: Retention): number {
  const { tables } = context;
  const now = context.now();
  let left = PRUNE_BATCH;
  left -= tables.remembered.removeBefore(now - retention.rememberedMs, left);
  if (retention.streamMs !== undefined && left > 0) {
    left -= tables.streams.removeBefore(now - retention.streamMs, left);
  }
  if (retention.deadMs !== undefined && left > 0) {
    const gone = tables.dead.diedBefore(now - retention.deadMs, left);
    for (const job of gone) removeDead(context, job);
    left -= gone.length;
  }
  return PRUNE_BATCH - left;
}
