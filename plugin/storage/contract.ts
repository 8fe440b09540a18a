/**
 * What the plugin (and a platform that shares its database) needs of durable storage. One contract, several drivers,
 * one contract suite (`test/contract/storage`). The primitives are general: records, streams, remembered ids and lanes.
 *
 * Names (collections, keys, streams, scopes, ids, queues, lanes, kinds) are not empty, at most 512 UTF-16 units, and
 * contain no NUL and no half of a surrogate pair (`values.ts`): databases would change or refuse them. Values are any JSON.
 *
 * Words. A *lane* is a strictly ordered durable queue for one key; lanes with the same purpose form a *queue*, which is
 * what a worker works on. A *claim* is the right to work on the head of a lane for the length of a *lease*.
 */

/** A JSON value: what may be stored. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Time, passed in so that a test can own it. */
export interface StorageClock {
  /** Unix ms. Somebody may set it, forward or back. */
  now(): number;
  /** ms since whenever; only ever grows, as time passes, and nobody can set it. Left out: `now()`. */
  steady?(): number;
}

/** A stored value and the version it has; a version starts at 1 and grows by 1 with each write. */
export interface VersionedRecord {
  readonly key: string;
  readonly value: Json;
  readonly version: number;
}

/** One entry of an append-only stream; `seq` counts from 1 within its stream, without gaps. */
export interface StreamEntry {
  readonly seq: number;
  readonly value: Json;
  /** Unix ms. */
  readonly at: number;
}

/** A job to be put at the end of a lane. */
export interface NewJob {
  readonly queue: string;
  readonly lane: string;
  /** What handler it is for. */
  readonly kind: string;
  readonly payload: Json;
}

/**
 * A job that is due at a time: then it is put at the end of its lane, so that waiting blocks nobody.
 *
 * A timer is a wait, not an appointment: when the clock is set back, it is still due after as long as it was set for.
 */
export interface Timer {
  /** Unique within the queue; scheduling the same id again replaces the timer. */
  readonly id: string;
  /** Unix ms. */
  readonly at: number;
  readonly job: NewJob;
}

/** A job as it is stored. */
export interface StoredJob extends NewJob {
  /** Grows in the order of enqueueing within a lane. */
  readonly id: number;
  /** Unix ms. */
  readonly enqueuedAt: number;
  /** Tries so far, the one under way not counted. */
  readonly attempts: number;
  /** Unix ms of the first failed try; `null` before it. */
  readonly firstFailedAt: number | null;
  readonly lastError: string | null;
}

/** The head of a lane, claimed. The token fences: a worker whose lease ran out can no longer complete it. */
export interface ClaimedJob extends StoredJob {
  readonly claim: string;
  /** Unix ms. */
  readonly leaseUntil: number;
  /** Claimed while the queue has a pause whose time is over: whoever completes this job lifts the pause (the lane worker does). */
  readonly probe?: true;
  /** Processes in a row that died while they tried this job; left out: none. The lane worker does not try a deadly one again. */
  readonly deaths?: number;
}

/** A job that was given up, kept until somebody resends or drops it or retention removes it. */
export interface DeadJob extends StoredJob {
  /** Unix ms. */
  readonly diedAt: number;
}

/** When a queue's worker has something to do. */
export interface NextWork {
  /** Unix ms. `Infinity`: nothing waits in the lanes that were asked for. */
  readonly at: number;
  /** Prefixes that were not asked for and have lanes that are due; of very many lanes those that are due longest. */
  readonly left?: readonly string[];
  /** The pause that holds the queue back now, if one does. */
  readonly pause?: QueuePause;
}

/** Holds a whole queue back, on all nodes: a refused token, or a pause that the remote asked for. */
export interface QueuePause {
  /** Unix ms: nothing is claimed before; afterwards one job at a time, until the pause is lifted. */
  readonly until: number;
  /** A code of the error catalogue; behind an `@` the mark of whose pause it is (`LaneWorkerOptions.owner`), if it is not everybody's. */
  readonly reason: string;
}

/** A lane as it stands. */
export interface LaneState {
  /** Jobs waiting or under way. */
  readonly jobs: number;
  /** Unix ms from which the head may be tried; `null`: it is under way. */
  readonly nextAt: number | null;
}

/** What went wrong at a storage itself, in this process: not what its callers did wrong. */
export interface StorageFailures {
  /** How often, by code. */
  readonly totals: Readonly<Record<string, number>>;
  /** The newest one, if it is not a minute old and nothing has shown that it is over. */
  readonly recent: { readonly code: string; readonly message: string } | null;
  /** What the check of the file at the start has found (`checkFile`). */
  readonly damage: string | null;
}

/** What may be read inside a transaction, and in one of its own: one state of everything. */
export interface ReadTransaction {
  getRecord(collection: string, key: string): Promise<VersionedRecord | undefined>;
  /** By key in code point order (the byte order of UTF-8, which every database has), at most `limit`, after the key `after`, with keys that start with `prefix`. */
  listRecords(
    collection: string,
    page: { readonly prefix?: string; readonly after?: string; readonly limit: number },
  ): Promise<VersionedRecord[]>;
  /** Entries with `seq > after`, in order, at most `limit`. */
  readStream(stream: string, page: { readonly after: number; readonly limit: number }): Promise<StreamEntry[]>;
  /** The number of the newest entry that a stream ever had; 0: none. */
  streamEnd(stream: string): Promise<number>;
  /** Jobs waiting in a lane, head first, at most `limit`, behind the job `after`. Each may have hundreds of kilobytes: take few at a time. */
  listJobs(queue: string, lane: string, limit: number, after?: number): Promise<StoredJob[]>;
  getPause(queue: string): Promise<QueuePause | undefined>;
  /** All pauses that are noted, those whose time is over too (until a job has gone through). */
  listPauses(): Promise<Array<QueuePause & { readonly queue: string }>>;
  /** How much of a lane waits, counted up to `countTo` without reading a job, and when its head may be tried; `undefined`: there is no such lane. */
  readLane(queue: string, lane: string, countTo: number): Promise<LaneState | undefined>;
}

/** What may be written; all of it or nothing becomes durable, at once. */
export interface Transaction extends ReadTransaction {
  /**
   * Writes a record and returns its new version. With `expected` (0: must not exist yet) it is a compare-and-set.
   * @throws storage_conflict when the stored version is another one.
   */
  putRecord(collection: string, key: string, value: Json, expected?: number): Promise<number>;
  deleteRecord(collection: string, key: string): Promise<void>;
  /** Returns the entry's `seq`. */
  appendStream(stream: string, value: Json, at: number): Promise<number>;
  /**
   * Remembers an id once. Returns `undefined` the first time; afterwards what was remembered with it.
   * The first write wins for as long as retention keeps it (at least 24 h plus a margin).
   */
  remember(scope: string, id: string, value: Json): Promise<{ readonly value: Json } | undefined>;
  /** Puts jobs at the end of their lanes, in the order given. */
  enqueue(jobs: readonly NewJob[]): Promise<void>;
  schedule(timer: Timer): Promise<void>;
  unschedule(queue: string, id: string): Promise<void>;
  /** The job is done: it leaves its lane. @throws claim_lost */
  complete(job: ClaimedJob): Promise<void>;
  /** The job stays at the head and may be claimed again at `notBefore`; only its own lane waits. @throws claim_lost */
  retry(job: ClaimedJob, again: { readonly notBefore: number; readonly error: string }): Promise<void>;
  /** Gives the claim back as if it had never been made: no try is counted. @throws claim_lost */
  release(job: ClaimedJob, notBefore?: number): Promise<void>;
  /** The job is given up: it leaves its lane for the dead letters. @throws claim_lost */
  deadLetter(job: ClaimedJob, error: string): Promise<void>;
  /** Puts a dead job back at the *end* of its lane with its tries forgotten; false when there is none. */
  resend(deadJobId: number): Promise<boolean>;
  /**
   * The waiting job's lane may be claimed at once, whatever its head was to wait for, and one job of its queue whatever pause
   * holds the queue back: the pause is nobody's own any more. False when there is no such job.
   */
  hasten(jobId: number): Promise<boolean>;
  /** Forgets a dead job, or the waiting job at any place of a lane that is not claimed; false when there is none. */
  drop(jobId: number): Promise<boolean>;
  setPause(queue: string, pause: QueuePause | null): Promise<void>;
  /**
   * Forgets everything of a lane: waiting jobs, dead letters, and timers that lead into it. A head that somebody works on
   * stays (`underWay`): ask again once that has ended. `removed`: rows that went.
   */
  clearLane(queue: string, lane: string): Promise<{ readonly removed: number; readonly underWay: boolean }>;
  /** Forgets a stream, its name too: the next entry's `seq` is 1 again. Returns how many entries went. */
  deleteStream(stream: string): Promise<number>;
  /** Forgets all ids that were remembered within a scope; how many. */
  forgetIds(scope: string): Promise<number>;
}

/** What a worker asks for: heads of lanes that are due and that nobody works on. */
export interface ClaimRequest {
  readonly queue: string;
  /** At most so many jobs, each from another lane. */
  readonly limit: number;
  readonly leaseMs: number;
  /** At most so many lanes of the queue claimed at one time, by all nodes together. */
  readonly maxClaimed?: number;
  /** Only lanes with these prefixes: what a lane's name has before its first slash. Left out: all lanes. */
  readonly prefixes?: readonly string[];
}

/**
 * A queue as it is now, for metrics and for whoever looks what is stuck. Where thousands wait on a server, as it was within
 * the last half minute.
 */
export interface QueueStats {
  readonly queue: string;
  /** Lanes with a job waiting or under way. */
  readonly lanes: number;
  readonly jobs: number;
  /** Unix ms of the oldest job's enqueueing, `null` when empty. */
  readonly oldestAt: number | null;
  /** Jobs that failed at least once and are still in their lane, also while another try is under way. */
  readonly retrying: number;
  readonly dead: number;
  readonly timers: number;
}

/** How long finished things are kept, in ms; `undefined`: for ever. */
export interface Retention {
  readonly rememberedMs: number;
  readonly streamMs?: number;
  readonly deadMs?: number;
}

/** A connection of `pg` (node-postgres), or whatever answers as one: `BEGIN` was sent on it. */
export interface SqlClient {
  query(text: string, values: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/** A copy of the data. */
export interface Backup {
  readonly bytes: number;
  /** Unix ms: when it was begun. What waits in it was stored before. */
  readonly at: number;
}

/** The durable state of plugin and shim: records, streams, remembered ids, lanes of jobs, timers. One contract, two engines. */
export interface Storage {
  readonly driver: 'memory' | 'sqlite' | 'postgres';
  /** There was nothing of ours before it was opened: a folder or schema that is new, and empty. */
  readonly created: boolean;
  /**
   * Runs `work` in one transaction: all of it is durable when the promise resolves, none of it when it rejects.
   * `work` must await nothing but its `tx` (no I/O: it holds up others); a driver may commit several transactions
   * together, but one that rejects takes none of the others with it.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /**
   * Runs `work` as part of a transaction that somebody else began on the same database and commits, behind a savepoint of its own:
   * what rejects leaves their part as it was. PostgreSQL only. @throws storage_join_refused
   */
  join?<T>(client: SqlClient, work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** A consistent view, without write locks. */
  read<T>(work: (tx: ReadTransaction) => Promise<T>): Promise<T>;
  /**
   * Claims heads of lanes that are due, oldest ready first. Expired leases count as unclaimed. Due timers are moved into
   * their lanes first. What was under way when a process died counts as tried; of such jobs (`deaths`) only one at a time
   * is under way in all of storage, so that the next death shows which of them it was.
   */
  claim(request: ClaimRequest): Promise<ClaimedJob[]>;
  /** Called after each commit that may have made work claimable in a queue. A wake-up may be lost: poll as well. */
  onWakeUp(listener: (queue: string) => void): () => void;
  /** Called after each commit that appended to a stream (live HTTP streams use it). A wake-up may be lost. */
  onAppend(listener: (stream: string) => void): () => void;
  /** When something of the queue, or of its lanes with these prefixes, becomes claimable next (retry, timer, expired lease, pause); `undefined`: nothing waits. */
  nextWork(queue: string, prefixes?: readonly string[]): Promise<NextWork | undefined>;
  stats(): Promise<QueueStats[]>;
  /** Dead jobs of a queue (all queues when left out), oldest first, after the id `after`. */
  listDead(page: { readonly queue?: string; readonly after?: number; readonly limit: number }): Promise<DeadJob[]>;
  /** Lanes whose head failed at least once, oldest first, after the job `after` (one of the page before): what is stuck. */
  listStuck(limit: number, after?: StoredJob): Promise<StoredJob[]>;
  /** All waiting jobs, under way or not, in the order of their ids, after the id `after`; `before`: those enqueued before, Unix ms. */
  listWaiting(page: {
    readonly before?: number;
    readonly after?: number;
    readonly limit: number;
  }): Promise<StoredJob[]>;
  /** Deletes what retention allows, one small batch; returns how many rows went. Call until 0. */
  prune(retention: Retention): Promise<number>;
  /**
   * After something was deleted for good: takes it out of the engine's files too, as far as that can be done at once (SQLite's
   * log; PostgreSQL cleans up by itself, later). Never rejects.
   */
  scrub(): Promise<void>;
  /** A cheap proof that storage can be written. @throws what is wrong */
  ping(): Promise<void>;
  /** What went wrong so far: from memory. */
  failures(): StorageFailures;
  /**
   * The last good backup. `null`: none was told. `storage backup` tells it of a folder; of PostgreSQL, which others back up,
   * nobody does. @throws what the system says, where it cannot be read
   */
  lastBackup(): Promise<Backup | null>;
  close(): Promise<void>;
}

/** What storage writes to the log. The plugin's and the shim's loggers fit. */
export interface Logger {
  info(message: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(message: string, facts?: Readonly<Record<string, unknown>>): void;
  error(message: string, facts?: Readonly<Record<string, unknown>>): void;
}

export interface OpenStorageOptions {
  readonly clock: StorageClock;
  readonly logger?: Logger;
  /** How long a transaction's work may await something other than its tx before it is given up, real ms. Default 1,000. */
  readonly transactionDeadlineMs?: number;
  /** Free space of a folder's disk below which new work is refused with `storage_full`, bytes. Default 128 MiB, or a twentieth of a small disk. */
  readonly keptFreeBytes?: number;
  /**
   * Whose data this is (a bot's id), for storage that several clusters can reach: another owner's is refused with
   * `storage_foreign`. Left out: whoever asks.
   */
  readonly owner?: string;
  /** Reads a folder's whole database once after it was opened, in a thread of its own, and says what is damaged. Default: no. */
  readonly checkFile?: boolean;
}
