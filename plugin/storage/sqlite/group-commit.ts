import { storageError } from '../errors.ts';
import { createFlushQueue } from './flush-queue.ts';
import { createStallGuard } from '../stall-guard.ts';

/**
 * Units committed together at most. Ours: at some 30 µs a unit a full group takes about 10 ms, so the event loop is never
 * held for long, while the commit's own cost (a flush to disk) is divided by 256.
 */
const MAX_GROUP = 256;
/**
 * Units that are enough to begin a group while the disk is still flushing the one before. Ours: fewer wait until it is
 * done, since their own flush could not begin earlier, and each commit writes every page that it touched once more.
 */
const WORTH_A_GROUP = 32;

/** The write side of a database in this process; all calls synchronous. */
export interface CommitEngine {
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
      for (const [place, result] of results.entries()) {
        if (!result.ok) group[place]?.reject(result.error);
        else if (failure !== undefined) group[place]?.reject(failure.error);
        else group[place]?.resolve(result.value);
      }
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
