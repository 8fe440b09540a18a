import { Client } from 'pg';
import { storageError } from '../errors.ts';
import { clientConfig } from './client-config.ts';
import { MIGRATIONS, MIN_SERVER_VERSION, SCHEMA_VERSION } from './schema.ts';
import { describeServerError } from './server-errors.ts';
import type { Target } from './target.ts';

/**
 * Brings the schema to this program's version. Safe when several nodes start at once: one migrates, the others wait for
 * its lock. All steps are one transaction, so a crash leaves the old version behind. A user without the right to create
 * may use a schema that is up to date.
 * @throws storage_server_old · storage_newer · storage_foreign · storage_no_rights and other errors of the connection
 */
export async function migrate(target: Target, owner: string | undefined): Promise<void> {
  const client = new Client({ ...clientConfig(target), pipeline: false });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await checkServer(client, target);
    const version = await currentVersion(client, target);
    if (version > 0) await refuseOther(client, target, owner);
    if (version < SCHEMA_VERSION) await upgrade(client, target);
    if (owner === undefined) return;
    await client.query(`INSERT INTO meta (key, value) VALUES ('owner', $1) ON CONFLICT (key) DO NOTHING`, [owner]);
    await refuseOther(client, target, owner);
  } catch (error) {
    throw describeServerError(error, target);
  } finally {
    // Ends the session, and with it a transaction that failed half-way and its lock.
    await client.end().catch(() => undefined);
  }
}

async function upgrade(client: Client, target: Target): Promise<void> {
  await client.query('BEGIN');
  // Others may wait longer for a large migration than a statement may take.
  await client.query('SET LOCAL statement_timeout = 0');
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`metabot24-livetex ${target.schema}`]);
  // `CREATE SCHEMA IF NOT EXISTS` asks for the right to create even when the schema is there.
  const { rowCount } = await client.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [target.schema]);
  if (rowCount === 0) await client.query(`CREATE SCHEMA ${target.schema}`);
  await client.query('CREATE TABLE IF NOT EXISTS meta (key text PRIMARY KEY, value text NOT NULL)');
  const version = await currentVersion(client, target);
  for (const statements of MIGRATIONS.slice(version)) await client.query(statements);
  await client.query(
    `INSERT INTO meta (key, value) VALUES ('version', $1) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    [String(Math.max(version, SCHEMA_VERSION))],
  );
  await client.query('COMMIT');
}

/** 0: nothing is there yet. @throws storage_newer */
async function currentVersion(client: Client, target: Target): Promise<number> {
  const { rows } = await client.query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [
    `${target.schema}.meta`,
  ]);
  const version = rows[0]?.there === true ? Number((await meta(client, 'version')) ?? 0) : 0;
  if (version > SCHEMA_VERSION) {
    const place = `${target.label}, schema ${target.schema}`;
    throw storageError('storage_newer', { place, found: version, known: SCHEMA_VERSION });
  }
  return version;
}

async function checkServer(client: Client, target: Target): Promise<void> {
  const { rows } = await client.query<{ server_version_num: string }>('SHOW server_version_num');
  const found = Number(rows[0]?.server_version_num);
  if (found < MIN_SERVER_VERSION) {
    throw storageError('storage_server_old', {
      server: target.label,
      found: Math.floor(found / 10_000),
      needed: MIN_SERVER_VERSION / 10_000,
    });
  }
}

/** Two clusters on one schema would take each other's jobs: the first one's name stays, another is refused. @throws storage_foreign */
async function refuseOther(client: Client, target: Target, owner: string | undefined): Promise<void> {
  const found = await meta(client, 'owner');
  if (owner === undefined || found === undefined || found === owner) return;
  throw storageError('storage_foreign', { place: `${target.label}, schema ${target.schema}`, found, owner });
}

async function meta(client: Client, key: string): Promise<string | undefined> {
  const { rows } = await client.query<{ value: string }>('SELECT value FROM meta WHERE key = $1', [key]);
  return rows[0]?.value;
}
