import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { MIGRATIONS } from '../../../plugin/storage/sqlite/migrations.ts';
import { createSqliteTables } from '../../../plugin/storage/sqlite/sqlite-tables.ts';

/** The counts and the pauses of all queues: a row a queue; and the suspects of all queues, by an index that holds nobody else: read as a whole on purpose. */
const WHOLE_TABLE = /FROM queue_count|FROM gate ORDER BY queue|lane INDEXED BY lane_suspect/;

interface PlanRow {
  readonly detail: string;
}

/** All statements of the driver, without the plus before a parameter, each with SQLite's plan for it. */
function plans(): { sql: string; plan: string }[] {
  const database = new DatabaseSync(':memory:');
  for (const step of MIGRATIONS) database.exec(step);
  const statements: string[] = [];
  createSqliteTables((sql) => {
    statements.push(sql);
    return database.prepare(sql);
  });
  return statements.map((sql) => {
    const rows = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as unknown as PlanRow[];
    return { sql: sql.replaceAll('+?', '?'), plan: rows.map(({ detail }) => detail).join('; ') };
  });
}

test('every statement searches by an index: none scans a table, none sorts', () => {
  const found = plans();
  expect(found.length).toBeGreaterThan(40);
  const bad = found.filter(({ sql, plan }) => /SCAN|TEMP B-TREE/.test(plan) && !WHOLE_TABLE.test(sql));
  expect(bad).toEqual([]);
});

test.each([
  [
    'claim, nextWork: lanes that are due',
    'SELECT id, ready_at FROM lane WHERE queue = ? AND deaths = 0',
    'COVERING INDEX lane_ready (queue=?)',
  ],
  ['claim: due timers', 'FROM timer WHERE queue = ? AND at <= ?', 'INDEX timer_at (queue=? AND at<?)'],
  ['claim: the head', 'last_error FROM job WHERE id = ?', 'INTEGER PRIMARY KEY (rowid=?)'],
  ['enqueue: the lane', 'FROM lane WHERE queue = ? AND name = ?', '(queue=? AND name=?)'],
  [
    'complete: the next job',
    'SELECT id FROM job WHERE lane_id = ? AND id > ?',
    'INDEX job_lane (lane_id=? AND rowid>?)',
  ],
  [
    'a page of records, which begins at the later of its two bounds',
    'key >= max(?2, ?3) AND +key > ?2 AND key < ?4',
    '(collection=? AND key>? AND key<?)',
  ],
  ['nextWork: timers', 'min(at) FROM timer', 'INDEX timer_at (queue=?)'],
  ['stats: the oldest job', 'min(head_id) FROM lane', 'INDEX lane_head (queue=?)'],
  ['stuck lanes', 'first_failed_at IS NOT NULL AND (first_failed_at, id) >', 'INDEX job_failed (first_failed_at>?)'],
])('%s', (_name, part, index) => {
  const found = plans().filter(({ sql }) => sql.includes(part));
  expect(found).toHaveLength(1);
  expect(found[0]?.plan).toContain(index);
});
