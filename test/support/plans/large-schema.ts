import type { Client } from 'pg';

export const QUEUE = 'livetex:main';
/** Its lanes are those of dialogs, with a prefix; one of twenty has another one than `PREFIXES`. */
export const DIALOGS = 'dialogs';
export const PREFIXES: readonly string[] = ['', ...Array.from({ length: 300 }, (_, n) => `t${n}`), 'main'];
export const LANE = 'support:telegram:1000';
export const SESSION = 'node/100';
/** Lanes that are claimed: three nodes with 64 jobs under way each. */
const CLAIMED = 192;
/** A time in the year 2100, Unix ms: not due. */
const FAR_MS = 4_102_444_800_000;
/** Half an hour from now, Unix ms: no lane waits longer than an hour. */
const LATER_MS = Date.now() + 1_800_000;

/** Fills the tables of an empty schema as if so many leads had come: a dialog, a transcript, a waiting job, a timer … each. */
export async function fillLargeSchema(client: Client, rows: number): Promise<void> {
  await client.query('SET statement_timeout = 0');
  for (const text of [
    // Half of the lanes are due, the others wait for a retry; two more queues are as full.
    `INSERT INTO lanes SELECT q, CASE WHEN q <> '${DIALOGS}' THEN '' WHEN n % 20 = 0 THEN 'gone/' ELSE 'main/' END || 'support:telegram:' || n, CASE WHEN n % 2 = 0 THEN n ELSE ${LATER_MS} + n % 1000 END, n, NULL, NULL
       FROM generate_series(1, ${rows}) AS n, unnest(ARRAY['${QUEUE}', '${DIALOGS}', 'third']) AS q WHERE q = '${QUEUE}' OR n <= ${rows} / 4`,
    `INSERT INTO jobs (queue, lane, kind, payload, enqueued_at, attempts, first_failed_at)
       SELECT queue, lane, 'sendText', '{"text":"привет"}', 1, 0, CASE WHEN ready_at >= ${LATER_MS} THEN ready_at END FROM lanes`,
    // So many are under way on all nodes together.
    `UPDATE lanes SET claim = 'node/x:' || turn, lease_until = ${LATER_MS}, ready_at = ${LATER_MS} WHERE queue = '${QUEUE}' AND turn <= ${CLAIMED}`,
    `INSERT INTO records SELECT 'leads', 'support:telegram:' || n, '{"name":"Иван"}', 1 FROM generate_series(1, ${rows}) AS n`,
    `INSERT INTO records SELECT 'leads', 'tail:telegram:' || n, '{"name":"Иван"}', 1 FROM generate_series(1, ${rows} / 4) AS n`,
    `INSERT INTO streams SELECT 'transcript:' || n, 2 FROM generate_series(1, ${rows} / 2) AS n`,
    `INSERT INTO stream_entries SELECT 'transcript:' || n, s, '{"text":"привет"}', n FROM generate_series(1, ${rows} / 2) AS n, generate_series(1, 2) AS s`,
    `INSERT INTO remembered SELECT 'scope', n, 'true', n FROM generate_series(1, ${rows}) AS n`,
    `INSERT INTO timers SELECT '${QUEUE}', n, CASE WHEN n <= 1000 THEN n ELSE ${FAR_MS} + n END, n, 'timer lane ' || n, 'k', '1' FROM generate_series(1, ${rows}) AS n`,
    `INSERT INTO dead_jobs SELECT -n, '${QUEUE}', 'l', 'k', '1', 1, 1, 1, 'x', n FROM generate_series(1, ${rows}) AS n`,
    // These grow with nodes and their connections, not with leads.
    `INSERT INTO sessions SELECT 'node/' || n, 0, false, 1 FROM generate_series(1, 200) AS n`,
    `INSERT INTO gates SELECT 'livetex:' || n, 1, 'busy' FROM generate_series(1, 50) AS n`,
    `SELECT setval('lane_turns', ${rows})`,
  ]) {
    await client.query(text);
  }
}
