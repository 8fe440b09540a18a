import type { DatabaseSync } from 'node:sqlite';
import { storageError } from '../errors.ts';
import { createStallGuard } from '../transaction-life.ts';
import { describeSqliteError } from './open-database.ts';

/** What waits until it may be told: in the order of the commits. */
interface FlushQueue {
  /** Is a flush under way? */
  readonly isFlushing: boolean;
  /**
   * Calls `settle` once everything committed so far is durable, with the error when it cannot be made so. A group that
   * needs no flush itself still waits for those before it: nobody may act on what a loss of power could take back.
   */
  add(needsFlush: boolean, settle: (failure: { readonly error: unknown } | undefined) => void): void;
}

/**
 * Flushes to disk beside the event loop: while the disk works, the next groups are run and committed, and one flush makes
 * all of them durable that were committed before it began.
 */
function createFlushQueue(flush: () => Promise<void>, flushed: () => void): FlushQueue {
  interface Waiting {
    readonly needsFlush: boolean;
    readonly settle: (failure: { readonly error: unknown } | undefined) => void;
  }
  let waiting: Waiting[] = [];
  let isFlushing = false;

  async function drain(): Promise<void> {
    isFlushing = true;
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      let failure: { readonly error: unknown } | undefined;
      try {
        if (group.some(({ needsFlush }) => needsFlush)) await flush();
      } catch (error) {
        failure = { error };
      }
      for (const { needsFlush, settle } of group) settle(needsFlush ? failure : undefined);
    }
    isFlushing = false;
    flushed();
  }

  return {
    get isFlushing() {
      return isFlushing;
    },
    add(needsFlush, settle) {
      if (!needsFlush && !isFlushing) {
        settle(undefined);
        return;
      }
      waiting.push({ needsFlush, settle });
      if (!isFlushing) void drain();
    },
  };
}

/** What is done about SQLite's write-ahead log beside the commits. */
export interface EngineLog {
  flush(): Promise<void>;
  /** A transaction has just been committed and none is open. */
  committed(): void;
}

/**
 * Group commits on a SQLite connection. A group that need not survive a loss of power (claims only) commits without a
 * flush: `synchronous = NORMAL` leaves that to the next durable commit (sqlite.org/pragma.html#pragma_synchronous).
 * With a `log` no commit flushes: its own `flush` is called for those that must be durable.
 */
export function createSqliteEngine(
  database: DatabaseSync,
  folder: string | undefined,
  close: () => void,
  log?: EngineLog,
): CommitEngine {
  const beginLook = database.prepare('BEGIN');
  const begin = database.prepare('BEGIN IMMEDIATE');
  const savepoint = database.prepare('SAVEPOINT unit');
  const release = database.prepare('RELEASE unit');
  const undo = database.prepare('ROLLBACK TO unit');
  const commit = database.prepare('COMMIT');
  const rollback = database.prepare('ROLLBACK');
  let flushes = true;

  return {
    look(act) {
      // In one transaction: each statement by itself would lock the file and let go of it.
      beginLook.run();
      try {
        return act();
      } finally {
        if (database.isTransaction) commit.run();
      }
    },
    begin(durable) {
      const mustFlush = durable && log === undefined;
      if (mustFlush !== flushes) database.exec(`PRAGMA synchronous = ${mustFlush ? 'FULL' : 'NORMAL'}`);
      flushes = mustFlush;
      begin.run();
    },
    savepoint: () => void savepoint.run(),
    release: () => void release.run(),
    undo() {
      undo.run();
      release.run();
    },
    commit: () => {
      commit.run();
      log?.committed();
    },
    rollback: () => void rollback.run(),
    inTransaction: () => database.isTransaction,
    describe: (error) => describeSqliteError(error, folder),
    close,
    ...(log === undefined ? {} : { flush: () => log.flush() }),
  };
}

/**
 * Units committed together at most. Our choice: at some 30 µs a unit a full group takes about 10 ms, so the event loop is never
 * held for long, while the commit's own cost (a flush to disk) is divided by 256.
 */
const MAX_GROUP = 256;
/**
 * Units that are enough to begin a group while the disk is still flushing the one before. Our choice: fewer wait until it is
 * done, since their own flush could not begin earlier, and each commit writes every page that it touched once more.
 */
const WORTH_A_GROUP = 32;

/** The write side of a database in this process; all calls synchronous. */
export interface CommitEngine {
  /** Reads what is committed, while no group is open. */
  look<T>(act: () => T): T;
  /** Opens the group's transaction. `durable`: its commit must survive a loss of power. */
  begin(durable: boolean): void;
  /** Begins one unit within the group. */
  savepoint(): void;
  /** Keeps what the unit did. */
  release(): void;
  /** Undoes what the unit did. */
  undo(): void;
  /** @throws when nothing of the group could be committed */
  commit(): void;
  /** Makes durable what is committed so far. Left out: `commit` does that itself. @throws when it cannot be done */
  flush?(): Promise<void>;
  rollback(): void;
  /** False when the database itself has given the whole transaction up, as SQLite does on a full disk. */
  inTransaction(): boolean;
  /** Turns an error of the database into one of the catalogue; leaves others alone. */
  describe(error: unknown): unknown;
  close(): void;
}

/** Something to be done within a group: all of it, or nothing. */
interface Unit<T> {
  readonly durable: boolean;
  readonly work: () => T | Promise<T>;
  /** The unit has ended: its tx must not be used any more. */
  readonly ended?: () => void;
  /** Called when its work is kept, before the group commits. */
  readonly kept?: () => void;
}

export interface GroupCommit {
  run<T>(unit: Unit<T>): Promise<T>;
  /** Refuses new units and resolves when the last group has ended. */
  close(): Promise<void>;
}

export interface GroupCommitOptions {
  readonly engine: CommitEngine;
  readonly deadlineMs: number;
  /** Called inside the group's transaction, before it commits. */
  readonly beforeCommit: () => void;
  /**
   * Called after the group committed, or with `false` after it was lost. What it returns is called when its promises are
   * settled: with `true` once the group is durable, with `false` when it cannot be made so.
   */
  readonly afterGroup: (committed: boolean) => ((durable: boolean) => void) | undefined;
  /** Starts a group a little later, so that others may join it. */
  readonly soon: (act: () => void) => void;
}

interface Waiting {
  readonly unit: Unit<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

type Result = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown };

/**
 * Commits what is asked for at about the same time in one transaction of the database: one flush to disk for all. Each
 * unit runs alone, within a savepoint: when it rejects, it is undone and takes no other with it. A promise resolves only
 * after the commit; when the commit fails, all reject.
 */
export function createGroupCommit(options: GroupCommitOptions): GroupCommit {
  const { engine } = options;
  const guarded = createStallGuard(options.deadlineMs);
  const waiting: Waiting[] = [];
  let working = false;
  let closing = false;
  let whenIdle: (() => void)[] = [];
  const flushes = createFlushQueue(async () => {
    try {
      await engine.flush?.();
    } catch (error) {
      throw engine.describe(error);
    }
  }, startSoon);

  async function runUnit(unit: Unit<unknown>): Promise<Result> {
    engine.savepoint();
    try {
      const result = unit.work();
      const value = result instanceof Promise ? await guarded(result) : result;
      engine.release();
      unit.kept?.();
      return { ok: true, value };
    } catch (error) {
      if (engine.inTransaction()) engine.undo();
      return { ok: false, error: engine.describe(error) };
    } finally {
      unit.ended?.();
    }
  }

  /** Runs the units and commits. Throws when the group as a whole is lost. */
  async function runGroup(group: readonly Waiting[]): Promise<Result[]> {
    engine.begin(group.some(({ unit }) => unit.durable));
    const results: Result[] = [];
    for (const { unit } of group) {
      const result = await runUnit(unit);
      if (!engine.inTransaction()) throw result.ok ? storageError('storage_failed', { detail: 'lost' }) : result.error;
      results.push(result);
    }
    options.beforeCommit();
    engine.commit();
    return results;
  }

  async function settleGroup(group: readonly Waiting[]): Promise<void> {
    let results: Result[];
    try {
      results = await runGroup(group);
    } catch (cause) {
      const error = engine.describe(cause);
      if (engine.inTransaction()) engine.rollback();
      options.afterGroup(false);
      for (const { reject } of group) reject(error);
      return;
    }
    const tell = options.afterGroup(true);
    const needsFlush = engine.flush !== undefined && group.some(({ unit }) => unit.durable);
    flushes.add(needsFlush, (failure) => {
      results.forEach((result, place) => {
        if (!result.ok) group[place]?.reject(result.error);
        else if (failure !== undefined) group[place]?.reject(failure.error);
        else group[place]?.resolve(result.value);
      });
      tell?.(failure === undefined);
    });
  }

  /** The next group starts a turn of the loop later, so that input and output go on under load. */
  function startGroup(): void {
    const group = waiting.splice(0, MAX_GROUP);
    void settleGroup(group).then(() => {
      working = false;
      startSoon();
    });
  }

  function startSoon(): void {
    if (working || waiting.length === 0) {
      tellIdle();
      return;
    }
    if (flushes.isFlushing && waiting.length < WORTH_A_GROUP) return;
    working = true;
    options.soon(startGroup);
  }

  function tellIdle(): void {
    if (working || flushes.isFlushing || waiting.length > 0) return;
    for (const resolve of whenIdle) resolve();
    whenIdle = [];
  }

  return {
    run<T>(unit: Unit<T>): Promise<T> {
      if (closing) return Promise.reject(storageError('storage_closed', undefined));
      return new Promise<T>((resolve, reject) => {
        waiting.push({ unit, resolve: resolve as (value: unknown) => void, reject });
        startSoon();
      });
    },
    close() {
      closing = true;
      return new Promise((resolve) => {
        whenIdle.push(resolve);
        tellIdle();
      });
    },
  };
}
