/**
 * The tables, as migrations: entry n brings a schema of version n to n + 1. An entry never changes once released.
 *
 * `json`, not `jsonb`: values are only kept, and `jsonb` refuses what JSON allows (an escaped NUL or lone surrogate).
 * Keys are compared byte by byte (`COLLATE "C"`), the same on every server. Times are Unix ms.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE records (
    collection text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    value json NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (collection, key)
  );

  -- The newest number of each stream lives in a row of its own: appending locks it, so numbers have no gaps, and
  -- retention may empty a stream without the numbers starting again.
  CREATE TABLE streams (stream text COLLATE "C" PRIMARY KEY, seq bigint NOT NULL);
  CREATE TABLE stream_entries (
    stream text COLLATE "C" NOT NULL,
    seq bigint NOT NULL,
    value json NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (stream, seq)
  );
  CREATE INDEX stream_entries_at ON stream_entries (at);

  CREATE TABLE remembered (
    scope text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    value json NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (scope, id)
  );
  CREATE INDEX remembered_at ON remembered (at);

  -- A lane's row exists while it has a job. ready_at: when its head may be claimed; while claimed, when the lease ends.
  CREATE TABLE lanes (
    queue text COLLATE "C" NOT NULL,
    lane text COLLATE "C" NOT NULL,
    ready_at bigint NOT NULL,
    claim text,
    lease_until bigint,
    PRIMARY KEY (queue, lane)
  );
  CREATE INDEX lanes_ready ON lanes (queue, ready_at);
  CREATE INDEX lanes_claimed ON lanes (queue, lease_until) WHERE claim IS NOT NULL;

  CREATE TABLE jobs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    queue text COLLATE "C" NOT NULL,
    lane text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    payload json NOT NULL,
    enqueued_at bigint NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    first_failed_at bigint,
    last_error text
  );
  CREATE INDEX jobs_lane ON jobs (queue, lane, id);
  CREATE INDEX jobs_failed ON jobs (first_failed_at) WHERE first_failed_at IS NOT NULL;

  CREATE TABLE dead_jobs (
    id bigint PRIMARY KEY,
    queue text COLLATE "C" NOT NULL,
    lane text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    payload json NOT NULL,
    enqueued_at bigint NOT NULL,
    attempts integer NOT NULL,
    first_failed_at bigint,
    last_error text,
    died_at bigint NOT NULL
  );
  CREATE INDEX dead_jobs_queue ON dead_jobs (queue, id);
  CREATE INDEX dead_jobs_died ON dead_jobs (died_at);

  CREATE TABLE timers (
    queue text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    at bigint NOT NULL,
    lane text NOT NULL,
    kind text NOT NULL,
    payload json NOT NULL,
    PRIMARY KEY (queue, id)
  );
  CREATE INDEX timers_at ON timers (queue, at);

  CREATE TABLE gates (queue text COLLATE "C" PRIMARY KEY, until bigint NOT NULL, reason text NOT NULL);
  `,
];

/** What this program writes and understands. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** Oldest server: `pg_xact_status` and identity columns are older; 15 is the oldest release that we test the rules on. */
export const MIN_SERVER_VERSION = 150_000;
