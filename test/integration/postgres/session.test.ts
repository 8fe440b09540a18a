import { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSession } from '../../../plugin/storage/postgres/session.ts';
import { clientConfig, parseTarget } from '../../../plugin/storage/postgres/target.ts';
import { usePostgres } from '../../support/postgres-database.ts';

const database = usePostgres();
let pool: Pool;

beforeAll(() => {
  pool = new Pool({ ...clientConfig(parseTarget(database.emptySchema())), max: 1 });
  // It forgets connections before they have ended: the server's own end may reach one of them meanwhile.
  pool.on('error', () => undefined);
});
afterAll(() => pool.end());

const NAMED = { name: 'one_more', text: 'SELECT $1::int + 1 AS sum' };

test('what a failed transaction had sent and the server did not take is no statement of the next owner', async () => {
  const failed = await openSession(pool);
  failed.send({ text: 'BEGIN' }, []);
  const refused = failed.query({ text: 'SELECT 1/0' }, []).then(() => 'taken', String);
  failed.send(NAMED, [1]);
  // Thrown away before anything is answered, as by an owner whose other work failed; the pool has no other connection.
  failed.abandon(new Error('the work failed'));
  const next = await openSession(pool);
  expect(await next.query(NAMED, [2])).toEqual([{ sum: 3 }]);
  next.release();
  expect(await refused).toContain('division by zero');
});
