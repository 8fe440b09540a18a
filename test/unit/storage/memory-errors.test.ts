import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { createSqliteEngine } from '../../../plugin/storage/sqlite/group-commit.ts';

test('an error of SQLite in memory names no folder', () => {
  const database = new DatabaseSync(':memory:');
  database.exec('CREATE TABLE t (v TEXT); PRAGMA query_only = ON');
  const engine = createSqliteEngine(database, undefined, () => database.close());
  let thrown: unknown;
  try {
    database.exec('INSERT INTO t VALUES (1)');
  } catch (error) {
    thrown = engine.describe(error);
  }
  expect(thrown).toMatchObject({
    code: 'storage_readonly',
    message: expect.stringMatching(/^storage in memory /) as string,
  });
  engine.close();
});
