import { Client } from 'pg';
import { z } from 'zod';
import { storageError } from '../errors.ts';
import { type Target, clientConfig, placeOf } from './target.ts';
import { FUNCTIONS } from './functions.ts';
import { MIGRATIONS, MIN_SERVER_VERSION, SCHEMA_VERSION } from './schema.ts';
import { describeServerError } from './server-errors.ts';

/** What the schema says of itself: `version`, `owner`, `copy` (an unfinished one), `ping`. */
export const COPY_KEY = 'copy';

export async function readMeta(client: Client, key: string): Promise<string | undefined> {
  const { rows } = await client.query<{ value: string }>('SELECT value FROM meta WHERE key = $1', [key]);
  return rows[0]?.value;
}

export async function writeMeta(client: Client, key: string, value: string): Promise<void> {
  const statement = `INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`;
  await client.query(statement, [key, value]);
}

const copyStateSchema = z.object({
  /** What is copied, for people. */
  from: z.string(),
  fingerprint: z.string(),
  /** The table that was copied last, and the number of its last row. */
  table: z.string(),
  after: z.number(),
});
export type CopyState = z.infer<typeof copyStateSchema>;

/** How far an unfinished copy has come; `undefined`: there is none. */
export async function copyStateOf(client: Client): Promise<CopyState | undefined> {
  const text = await readMeta(client, COPY_KEY);
  return text === undefined ? undefined : copyStateSchema.parse(JSON.parse(text));
}

/** After this a migration, one's own or another node's, counts as hanging, ms. Our choice: hours would be planned for, and announced. */
const LONGEST_MIGRATION_MS = 3_600_000;

/**
 * Brings the schema to this program's version. Safe when several nodes start at once: one migrates, the others wait for
 * its lock. All steps are one transaction, so a crash leaves the old version behind. A user without the right to create
 * may use a schema that is up to date. `created`: there was nothing before.
 * @throws storage_server_old · storage_newer · storage_foreign · storage_copy_unfinished · storage_no_rights and other errors of the connection
 */
export async function migrate(
  target: Target,
  owner: string | undefined,
  { duringCopy = false }: { readonly duringCopy?: boolean } = {},
): Promise<{ readonly created: boolean }> {
  const client = new Client({ ...clientConfig(target), pipeline: false });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await checkServer(client, target);
    const version = await currentVersion(client, target);
    if (version > 0) await refuseOther(client, target, owner);
    if (version > 0 && !duringCopy) await refuseUnfinishedCopy(client, target);
    if (version < SCHEMA_VERSION) await upgrade(client, target);
    if (owner === undefined) return { created: version === 0 };
    await client.query(`INSERT INTO meta (key, value) VALUES ('owner', $1) ON CONFLICT (key) DO NOTHING`, [owner]);
    await refuseOther(client, target, owner);
    return { created: version === 0 };
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
  await patiently(client, 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `metabot24-livetex ${target.schema}`,
  ]);
  // `CREATE SCHEMA IF NOT EXISTS` asks for the right to create even when the schema is there.
  const { rowCount } = await client.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [target.schema]);
  if (rowCount === 0) await client.query(`CREATE SCHEMA ${target.schema}`);
  await client.query('CREATE TABLE IF NOT EXISTS meta (key text PRIMARY KEY, value text NOT NULL)');
  const version = await currentVersion(client, target);
  for (const statements of [...MIGRATIONS.slice(version), FUNCTIONS]) await patiently(client, statements);
  await writeMeta(client, 'version', String(Math.max(version, SCHEMA_VERSION)));
  await client.query('COMMIT');
}

/** A statement that may take longer than pg waits for an answer (`client-config.ts`). */
async function patiently(client: Client, text: string, values?: string[]): Promise<void> {
  // pg takes the limit of a single query from it, which its types leave out.
  const query = { text, ...(values && { values }), query_timeout: LONGEST_MIGRATION_MS };
  await client.query(query);
}

/** 0: nothing is there yet. @throws storage_newer */
async function currentVersion(client: Client, target: Target): Promise<number> {
  const { rows } = await client.query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [
    `${target.schema}.meta`,
  ]);
  const version = rows[0]?.there === true ? Number((await readMeta(client, 'version')) ?? 0) : 0;
  if (version > SCHEMA_VERSION) {
    throw storageError('storage_newer', { place: placeOf(target), found: version, known: SCHEMA_VERSION });
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
  const found = await readMeta(client, 'owner');
  if (owner === undefined || found === undefined || found === owner) return;
  throw storageError('storage_foreign', { place: placeOf(target), found, owner });
}

/** Half of the data is worse than none: what waits in the other half would be forgotten or done twice. @throws storage_copy_unfinished */
async function refuseUnfinishedCopy(client: Client, target: Target): Promise<void> {
  const unfinished = await copyStateOf(client);
  if (unfinished === undefined) return;
  throw storageError('storage_copy_unfinished', { place: placeOf(target), from: unfinished.from });
}
