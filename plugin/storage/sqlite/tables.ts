/**
 * The tables of a storage that lives in one process (memory, SQLite): plain rows and the searches that the rules need,
 * each served by an index. The rules themselves (`lane-rules.ts`, `claim-rules.ts`) exist once, above the tables.
 * All calls are synchronous; values are JSON text; times are Unix ms.
 */

export interface RecordRow {
  readonly key: string;
  readonly value: string;
  readonly version: number;
}

export interface RecordTable {
  get(collection: string, key: string): RecordRow | undefined;
  /** Inserts or overwrites, with `expected` only that version (0: there is none); the new version, `undefined`: it is another one. */
  put(collection: string, key: string, value: string, expected?: number): number | undefined;
  remove(collection: string, key: string): void;
  /** Keys `> after`, `>= from` and, unless `null`, `< end`, in order. */
  list(collection: string, after: string, from: string, end: string | null, limit: number): RecordRow[];
}

export interface StreamRow {
  readonly seq: number;
  readonly value: string;
  readonly at: number;
}

export interface StreamTable {
  append(stream: string, value: string, at: number): number;
  read(stream: string, after: number, limit: number): StreamRow[];
  /** The number of the newest entry; `undefined`: there never was one. */
  end(stream: string): number | undefined;
  /** Removes the stream with its entries; how many. */
  remove(stream: string): number;
  /** Removes entries of before `at`; the stream's numbers go on. */
  removeBefore(at: number, limit: number): number;
}

export interface RememberedTable {
  get(scope: string, id: string): string | undefined;
  /** False when the id is there already: then nothing changes. */
  insert(scope: string, id: string, value: string, at: number): boolean;
  /** Removes all ids of a scope; how many. */
  removeScope(scope: string): number;
  removeBefore(at: number, limit: number): number;
}

/** A lane with at least one job. `readyAt`: when its head may be claimed. Who has claimed it stands in the claim book. */
export interface LaneRow {
  readonly id: number;
  readonly queue: string;
  readonly name: string;
  readonly headId: number;
  readonly readyAt: number;
  /** Processes in a row that died while they tried its head. */
  readonly deaths: number;
}

/** A lane as the index of what is due has it. */
export interface DueLane {
  readonly id: number;
  readonly readyAt: number;
}
export type NamedLane = DueLane & Pick<LaneRow, 'name'>;

export interface JobRow {
  readonly id: number;
  readonly laneId: number;
  readonly kind: string;
  readonly payload: string;
  readonly enqueuedAt: number;
  readonly attempts: number;
  readonly firstFailedAt: number | null;
  readonly lastError: string | null;
}

export interface LaneTable {
  find(queue: string, name: string): LaneRow | undefined;
  get(id: number): LaneRow | undefined;
  insert(queue: string, name: string, headId: number, readyAt: number): number;
  update(lane: LaneRow, change: { headId: number; readyAt: number; deaths: number }): void;
  remove(lane: LaneRow): void;
  /** The first lanes by `readyAt`, then by the age of the head; those of suspects are left out. */
  first(queue: string, limit: number): DueLane[];
  /** The same with their names, which the index has not. */
  firstNamed(queue: string, limit: number): NamedLane[];
  /** All lanes of a queue whose heads are suspects (`deaths`), the fewest deaths first: most of them are innocent. */
  suspects(queue: string): NamedLane[];
  /** Is a head of any queue a suspect of one death? */
  hasFirstDeath(): boolean;
  /** A process has died: who is tried in quiet only waits for it from now on. */
  beginQuiet(now: number): void;
  /** Who was tried in quiet only is as good as a suspect of one death again. */
  clearSuspects(now: number): void;
  /** The latest `readyAt` of a queue; 0: it has no lane. */
  latest(queue: string): number;
  /** Lanes with `readyAt` above `latest` are ready at `now`. */
  bringBack(queue: string, latest: number, now: number): void;
  /** The lowest id of a queue's jobs (the oldest job of a lane is its head). */
  oldestHead(queue: string): number | undefined;
}

export interface JobTable {
  /** A new id, larger than any before, in this process or an earlier one. */
  nextId(): number;
  /** Writes down which ids are given out: part of each commit. */
  keepIds(): void;
  insert(job: JobRow): void;
  get(id: number): JobRow | undefined;
  remove(job: JobRow): void;
  markFailed(job: JobRow, failure: { attempts: number; firstFailedAt: number; lastError: string }): void;
  nextInLane(laneId: number, afterId: number): number | undefined;
  listInLane(laneId: number, limit: number, afterId: number): JobRow[];
  /** How many, counted up to a limit. */
  countInLane(laneId: number, limit: number): number;
  /** Removes the jobs behind this one; how many, and how many of them had failed. */
  removeBehind(laneId: number, afterId: number): { readonly jobs: number; readonly retrying: number };
  /** Jobs of all lanes by id, behind this one, enqueued before `before`. */
  waiting(before: number, afterId: number, limit: number): JobRow[];
  /** Jobs that failed, by the time of the first failure, behind this time and id. */
  failed(limit: number, afterTime: number, afterId: number): JobRow[];
}

export interface TimerRow {
  readonly queue: string;
  readonly id: string;
  readonly at: number;
  readonly lane: string;
  readonly kind: string;
  readonly payload: string;
}

export interface TimerTable {
  /** Replaces a timer with the same id; true when there was none. `now`: when it was set. */
  put(timer: TimerRow, now: number): boolean;
  remove(queue: string, id: string): boolean;
  /** Removes the timers that lead into a lane; how many. */
  removeLane(queue: string, lane: string): number;
  /** Timers with `at <= now`, by `at`, then in the order of scheduling. */
  due(queue: string, now: number, limit: number): TimerRow[];
  earliest(queue: string): number | undefined;
  /** When the timer of the queue was set that was set last; `undefined`: there is none. */
  latestSet(queue: string): number | undefined;
  /** Timers set after `latest` were set at `now`: they wait as long as they were to wait then. */
  bringBack(queue: string, latest: number, now: number): void;
}

export interface DeadRow extends Omit<JobRow, 'laneId'> {
  readonly queue: string;
  readonly lane: string;
  readonly diedAt: number;
}

export interface DeadTable {
  insert(job: DeadRow): void;
  get(id: number): DeadRow | undefined;
  remove(id: number): void;
  /** Removes the dead jobs of a lane; how many. */
  removeLane(queue: string, lane: string): number;
  list(queue: string | undefined, after: number, limit: number): DeadRow[];
  diedBefore(at: number, limit: number): DeadRow[];
}

export interface PauseRow {
  readonly until: number;
  readonly reason: string;
}

export interface PauseTable {
  get(queue: string): PauseRow | undefined;
  set(queue: string, pause: PauseRow): void;
  list(): Array<PauseRow & { readonly queue: string }>;
  remove(queue: string): void;
}

/** How many rows of each kind a queue has: kept by addition, so that asking costs the same at any size. */
export interface QueueCounts {
  lanes: number;
  jobs: number;
  retrying: number;
  dead: number;
  timers: number;
}

export interface CountTable {
  add(queue: string, change: Readonly<QueueCounts>): void;
  list(): { readonly queue: string; readonly counts: Readonly<QueueCounts> }[];
}

export interface Tables {
  readonly records: RecordTable;
  readonly streams: StreamTable;
  readonly remembered: RememberedTable;
  readonly lanes: LaneTable;
  readonly jobs: JobTable;
  readonly timers: TimerTable;
  readonly dead: DeadTable;
  readonly pauses: PauseTable;
  readonly counts: CountTable;
  /** Writes something that nobody reads: proof that writing works. */
  touch(now: number): void;
}
