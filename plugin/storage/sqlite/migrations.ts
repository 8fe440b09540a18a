/**
 * The schema, as steps: entry n brings a database of version n to n + 1. A step never changes once it is released; the
 * test fixtures hold a database of every released version.
 *
 * Times are Unix ms, values JSON text. Every search of `sqlite-tables.ts` and its neighbours has its index here; a test reads the query plans.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE record (
    collection TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    version INTEGER NOT NULL,
    UNIQUE (collection, key)
  ) STRICT;

  -- The newest number of a stream has a row of its own, so that retention may empty a stream without starting it again.
  CREATE TABLE stream (name TEXT PRIMARY KEY, last_seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE stream_entry (
    rowid INTEGER PRIMARY KEY,
    stream TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    value TEXT NOT NULL,
    UNIQUE (stream, seq)
  ) STRICT;
  CREATE INDEX stream_entry_at ON stream_entry (at);

  CREATE TABLE remembered (
    rowid INTEGER PRIMARY KEY,
    scope TEXT NOT NULL,
    id TEXT NOT NULL,
    value TEXT NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (scope, id)
  ) STRICT;
  CREATE INDEX remembered_at ON remembered (at);

  -- A lane has a row as long as it has a job. ready_at: when its head may be claimed; while claimed, when the lease ends.
  CREATE TABLE lane (
    id INTEGER PRIMARY KEY,
    queue TEXT NOT NULL,
    name TEXT NOT NULL,
    head_id INTEGER NOT NULL,
    ready_at INTEGER NOT NULL,
    claim TEXT,
    UNIQUE (queue, name)
  ) STRICT;
  CREATE INDEX lane_ready ON lane (queue, ready_at, head_id);
  CREATE INDEX lane_head ON lane (queue, head_id);
  CREATE INDEX lane_claimed ON lane (queue, ready_at) WHERE claim IS NOT NULL;

  CREATE TABLE job (
    id INTEGER PRIMARY KEY,
    lane_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    enqueued_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    first_failed_at INTEGER,
    last_error TEXT
  ) STRICT;
  CREATE INDEX job_lane ON job (lane_id);
  CREATE INDEX job_failed ON job (first_failed_at) WHERE first_failed_at IS NOT NULL;

  CREATE TABLE dead (
    id INTEGER PRIMARY KEY,
    queue TEXT NOT NULL,
    lane TEXT NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    enqueued_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    first_failed_at INTEGER,
    last_error TEXT,
    died_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX dead_queue ON dead (queue);
  CREATE INDEX dead_died ON dead (died_at);

  CREATE TABLE timer (
    seq INTEGER PRIMARY KEY,
    queue TEXT NOT NULL,
    id TEXT NOT NULL,
    at INTEGER NOT NULL,
    lane TEXT NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    UNIQUE (queue, id)
  ) STRICT;
  CREATE INDEX timer_at ON timer (queue, at);

  CREATE TABLE gate (queue TEXT PRIMARY KEY, until INTEGER NOT NULL, reason TEXT NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE queue_count (
    queue TEXT PRIMARY KEY,
    lanes INTEGER NOT NULL,
    jobs INTEGER NOT NULL,
    retrying INTEGER NOT NULL,
    dead INTEGER NOT NULL,
    timers INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- 'job': the newest job's id (an id is never used twice, not even after its job is gone); 'touch': a write for ping.
  CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  INSERT INTO counter VALUES ('job', 0), ('touch', 0);
  `,
  // Claims are in the memory of the one process that has the folder (`claim-book.ts`). Whoever held one is gone.
  `
  DROP INDEX lane_claimed;
  UPDATE lane SET ready_at = 0 WHERE claim IS NOT NULL;
  ALTER TABLE lane DROP COLUMN claim;
  `,
  // How many processes in a row died while they tried the lane's head (`try-marks.ts`).
  `
  ALTER TABLE lane ADD COLUMN deaths INTEGER NOT NULL DEFAULT 0;
  DROP INDEX lane_ready;
  CREATE INDEX lane_ready ON lane (queue, ready_at, head_id) WHERE deaths = 0;
  CREATE INDEX lane_suspect ON lane (queue, deaths, ready_at, head_id) WHERE deaths > 0;
  `,
  // When a timer was set: how long it is to wait, whatever the clock does. 0: by a version before.
  `
  ALTER TABLE timer ADD COLUMN set_at INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX timer_set ON timer (queue, set_at);
  `,
];

/** What this program writes and understands: SQLite's `user_version`. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** Marks a database as ours (SQLite's `application_id`): "MBLT" in ASCII. */
export const APPLICATION_ID = 0x4d_42_4c_54;
