import { Client } from 'pg';
import { storageError } from '../errors.ts';
import type { Target } from './connection.ts';
import { MIGRATIONS, MIN_SERVER_VERSION, SCHEMA_VERSION } from './schema.ts';
import { describeServerError } from './server-errors.ts';

/** How long to wait for a connection, ms. */
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Brings the schema to this program's version. Safe when several nodes start at once: one migrates, the others wait for
 * its lock. Each step is one transaction, so a crash leaves a whole version behind.
 * @throws storage_server_old · storage_newer · storage_foreign · storage_no_rights and other errors of the connection
 */
export async function migrate(target: Target, owner: string): Promise<void> {
  const client = new Client({
    connectionString: target.connectionString,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await checkServer(client, target);
    // A session lock, held over all steps; the key is the schema, so clusters in other schemas do not wait.
    await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [`metabot24-livetex ${target.schema}`]);
    await createSchema(client, target.schema);
    await client.query(`SET search_path TO ${target.schema}`);
    await client.query('CREATE TABLE IF NOT EXISTS meta (key text PRIMARY KEY, value text NOT NULL)');
    const version = Number((await meta(client, 'version')) ?? 0);
    if (version > SCHEMA_VERSION) {
      throw storageError('storage_newer', {
        place: `${target.label}, schema ${target.schema}`,
        found: version,
        known: SCHEMA_VERSION,
      });
    }
    for (const [step, statements] of MIGRATIONS.entries()) {
      if (step < version) continue;
      await client.query('BEGIN');
      await client.query(statements);
      await client.query(
        `INSERT INTO meta (key, value) VALUES ('version', $1) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
        [String(step + 1)],
      );
      await client.query('COMMIT');
    }
    await claimSchema(client, target, owner);
  } catch (error) {
    throw describeServerError(error, target);
  } finally {
    // Ends the session, and with it a transaction that failed half-way and the lock.
    await client.end().catch(() => undefined);
  }
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

/** `CREATE SCHEMA IF NOT EXISTS` asks for the right to create even when the schema is there. */
async function createSchema(client: Client, schema: string): Promise<void> {
  const { rows } = await client.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema]);
  if (rows.length === 0) await client.query(`CREATE SCHEMA ${schema}`);
}

/** Two clusters on one schema would take each other's jobs: the first one's name stays, another is refused. */
async function claimSchema(client: Client, target: Target, owner: string): Promise<void> {
  await client.query(`INSERT INTO meta (key, value) VALUES ('owner', $1) ON CONFLICT (key) DO NOTHING`, [owner]);
  const found = await meta(client, 'owner');
  if (found !== owner) {
    throw storageError('storage_foreign', {
      place: `${target.label}, schema ${target.schema}`,
      found: String(found),
      owner,
    });
  }
}

async function meta(client: Client, key: string): Promise<string | undefined> {
  const { rows } = await client.query<{ value: string }>('SELECT value FROM meta WHERE key = $1', [key]);
  return rows[0]?.value;
}
