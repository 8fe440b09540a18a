/** `accept(events, client)`: the plugin's part of a transaction that the platform began, on the same PostgreSQL. */
import { Client, Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import type { PlatformEvent } from '../../../plugin/contract/events.ts';
import { openStorage, type Storage } from '../../../plugin/index.ts';
import { DIALOG_QUEUE } from '../../../plugin/core/jobs.ts';
import { LEAD } from '../../support/minimal-host.ts';
import { usePostgres } from '../../support/postgres-database.ts';
import { type Stand, stand } from '../../support/standing-plugin.ts';

const database = usePostgres('oldest');
let client: Client;
let storage: Storage;
let plugin: Stand['plugin'];

beforeAll(async () => {
  await database.query('CREATE TABLE own (id text PRIMARY KEY)');
});
afterAll(async () => {
  await database.query('DROP TABLE own');
});
beforeEach(async () => {
  storage = await openStorage(database.emptySchema());
  client = await connected(database.url());
  ({ plugin } = await stand(storage));
  onTestFinished(async () => {
    await client.end();
    await plugin.close();
    await storage.close();
    await database.query('DELETE FROM own');
  });
});

async function connected(url: string): Promise<Client> {
  const made = new Client({ connectionString: url });
  await made.connect();
  return made;
}

const message = (id: string): PlatformEvent => ({ type: 'LeadMessage', id, lead: LEAD, at: 1, content: { text: id } });
const own = (id: string) => client.query('INSERT INTO own VALUES ($1)', [id]);
const ownRows = async () =>
  (await database.query<{ id: string }>('SELECT id FROM own ORDER BY id')).map(({ id }) => id);

async function mirrored(): Promise<unknown[]> {
  const jobs = await storage.read((tx) => tx.listJobs('livetex:main', 'support:telegram:42', 100));
  return jobs.map(({ payload }) => (payload as { text: string }).text.replace(/^.*\n/u, ''));
}

test('both are there after COMMIT, and neither before it or after ROLLBACK', async () => {
  await client.query('BEGIN');
  await own('m1');
  expect(await plugin.accept([message('m1')], client)).toEqual([{ id: 'm1', verdict: 'accepted', duplicate: false }]);
  expect([await ownRows(), await mirrored()]).toEqual([[], []]);
  await client.query('COMMIT');
  expect([await ownRows(), await mirrored()]).toEqual([['m1'], ['m1']]);

  await client.query('BEGIN');
  await own('m2');
  await plugin.accept([message('m2')], client);
  await client.query('ROLLBACK');
  expect([await ownRows(), await mirrored()]).toEqual([['m1'], ['m1']]);
  // Rolled back, it was never told: the same id is new.
  await client.query('BEGIN');
  expect(await plugin.accept([message('m2'), message('m1')], client)).toEqual([
    { id: 'm2', verdict: 'accepted', duplicate: false },
    { id: 'm1', verdict: 'accepted', duplicate: true },
  ]);
  await client.query('COMMIT');
  expect(await mirrored()).toEqual(['m1', 'm2']);
});

test('the commit wakes the workers, of this node too', async () => {
  const woken = Promise.withResolvers<string>();
  storage.onWakeUp((queue) => queue === DIALOG_QUEUE && woken.resolve(queue));
  await client.query('BEGIN');
  await plugin.accept([{ type: 'TransferRequested', id: 't1', lead: LEAD, at: 1 }], client);
  await client.query('COMMIT');
  expect(await woken.promise).toBe(DIALOG_QUEUE);
});

test("the session is as it was: its search path, its prepared statements' names, its savepoints", async () => {
  await client.query('BEGIN');
  await client.query('SAVEPOINT metabot24_livetex');
  await own('before');
  await client.query({ name: 'enqueue_jobs', text: 'SELECT 1' });
  await client.query('SET LOCAL search_path = public, pg_temp');
  await plugin.accept([message('m1')], client);
  expect((await client.query('SHOW search_path')).rows).toEqual([{ search_path: 'public, pg_temp' }]);
  expect((await client.query('SHOW enable_seqscan')).rows).toEqual([{ enable_seqscan: 'on' }]);
  await client.query({ name: 'enqueue_jobs', text: 'SELECT 1' });
  await client.query('ROLLBACK TO SAVEPOINT metabot24_livetex');
  await own('after');
  await client.query('COMMIT');
  expect([await ownRows(), await mirrored()]).toEqual([['after'], []]);
});

test('several at the same time on one client go one after the other', async () => {
  await client.query('BEGIN');
  const ids = Array.from({ length: 20 }, (_, index) => `m${index}`);
  await Promise.all(ids.map((id) => plugin.accept([message(id)], client)));
  await client.query('COMMIT');
  expect(await mirrored()).toEqual(ids);
});

test('a user without rights is told so, and the rest of the transaction is untouched', async () => {
  await database.query('CREATE ROLE stranger LOGIN; GRANT INSERT ON own TO stranger');
  onTestFinished(async () => void (await database.query('DROP OWNED BY stranger; DROP ROLE stranger')));
  const url = new URL(database.url());
  url.username = 'stranger';
  const stranger = await connected(url.href);
  try {
    await stranger.query('BEGIN');
    await stranger.query("INSERT INTO own VALUES ('theirs')");
    await expect(plugin.accept([message('m1')], stranger)).rejects.toMatchObject({ code: 'storage_no_rights' });
    await stranger.query('COMMIT');
  } finally {
    await stranger.end();
  }
  expect([await ownRows(), await mirrored()]).toEqual([['theirs'], []]);
});

test('what cannot be one commit is refused, and nothing is stored', async () => {
  const refused = async (what: unknown, says: RegExp) => {
    const answer = plugin.accept([message('m1')], what as Client);
    await expect(answer).rejects.toMatchObject({
      code: 'storage_join_refused',
      message: expect.stringMatching(says) as unknown,
    });
  };
  await refused(client, /is not in a transaction/);
  await refused({}, /is none of pg: it has no method "query"/);
  const pool = new Pool({ connectionString: database.url() });
  await refused(pool, /is not in a transaction: BEGIN on it first, and give a client, not the pool/);
  await pool.end();
  for (const [begin, says] of [
    ['BEGIN ISOLATION LEVEL REPEATABLE READ', /repeatable read, not read committed/],
    ['BEGIN ISOLATION LEVEL SERIALIZABLE', /serializable, not read committed/],
    ['BEGIN READ ONLY', /read only/],
  ] as const) {
    await client.query(begin);
    await refused(client, says);
    await client.query('ROLLBACK');
  }
  await database.query('CREATE DATABASE elsewhere');
  onTestFinished(async () => void (await database.query('DROP DATABASE elsewhere')));
  const url = new URL(database.url());
  url.pathname = '/elsewhere';
  const elsewhere = await connected(url.href);
  await elsewhere.query('BEGIN');
  await refused(elsewhere, /another database/);
  await elsewhere.end();
  expect(await mirrored()).toEqual([]);
});

test('a plugin on SQLite has no transaction to join', async () => {
  const memory = await openStorage('memory:');
  onTestFinished(() => memory.close());
  const other = await stand(memory);
  await client.query('BEGIN');
  await expect(other.plugin.accept([message('m1')], client)).rejects.toMatchObject({ code: 'storage_join_refused' });
  await client.query('ROLLBACK');
});
