import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Storage } from '../../../plugin/storage/contract.ts';
import { openStorage, systemClock } from '../../../plugin/storage/index.ts';
import { SCHEMA_VERSION } from '../../../plugin/storage/postgres/schema.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { startPostgresProxy } from '../../support/postgres-proxy.ts';
import { newestSeq } from '../../support/newest-seq.ts';

/**
 * Wrong set-ups, each with the message that a maintainer reads. A server of our own, as it asks users for passwords; the
 * oldest, whose messages are to be understood as well.
 */
const PASSWORD = 'p@ss word:/1';
let folder: string;
let server: PostgresServer;
const opened: Storage[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'metabot-livetex-hba-'));
  const rules = join(folder, 'pg_hba.conf');
  writeFileSync(rules, 'host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n');
  // The server runs as another user when these tests run as root.
  chmodSync(folder, 0o755);
  chmodSync(rules, 0o644);
  server = await startPostgres({ hba_file: rules, fsync: 'off', max_connections: '30' }, 'oldest');
  await admin(`CREATE ROLE metabot LOGIN PASSWORD '${PASSWORD}'`);
  await admin(`CREATE ROLE stranger LOGIN PASSWORD '${PASSWORD}'`);
  await admin('CREATE SCHEMA metabot_livetex AUTHORIZATION metabot');
});
afterEach(async () => {
  for (const storage of opened.splice(0)) await storage.close();
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

async function admin(text: string): Promise<Array<Record<string, unknown>>> {
  const client = new Client({ connectionString: server.url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

function urlOf(user: string, change: (url: URL) => void = () => undefined): string {
  const url = new URL(server.url);
  url.username = user;
  url.password = PASSWORD;
  change(url);
  return url.href;
}

const open = async (spec: string, owner?: string): Promise<Storage> => {
  const storage = await openStorage(spec, { clock: systemClock, ...(owner === undefined ? {} : { owner }) });
  opened.push(storage);
  return storage;
};

async function refusal(spec: string, owner?: string): Promise<{ code: string; message: string }> {
  const error = await open(spec, owner).then(
    () => new Error('it was opened'),
    (failure: unknown) => failure,
  );
  const { code, message } = error as { code: string; message: string };
  // Whatever is wrong: never the password, in none of its spellings.
  for (const secret of [PASSWORD, encodeURIComponent(PASSWORD)]) expect(message).not.toContain(secret);
  return { code, message };
}

describe('a set-up that cannot work is refused with its reason', () => {
  test('a URL that is not one, and settings in it that are wrong', async () => {
    for (const [spec, problem] of [
      ['postgres://', 'names no host'],
      ['postgres://a b', 'is not a postgres:// URL'],
      ['postgres:///db', 'names no host'],
      [urlOf('metabot', (url) => (url.pathname = '')), 'names no database'],
      [urlOf('metabot', (url) => url.searchParams.set('schema', 'Плохо')), 'has a wrong "schema"'],
      [urlOf('metabot', (url) => url.searchParams.set('schema', 'a; DROP TABLE x')), 'has a wrong "schema"'],
      [urlOf('metabot', (url) => url.searchParams.set('pool', '0')), 'has a wrong "pool"'],
      [urlOf('metabot', (url) => url.searchParams.set('pool', 'many')), 'has a wrong "pool"'],
      [urlOf('metabot', (url) => url.searchParams.set('cluster', '"')), 'has a wrong "cluster"'],
    ] as const) {
      const { code, message } = await refusal(spec);
      expect({ code, message }).toEqual({
        code: 'storage_spec_invalid',
        message: expect.stringContaining(`storage "postgres://…" ${problem}`) as string,
      });
    }
  });

  test('nobody at the address', async () => {
    const { code, message } = await refusal(urlOf('metabot', (url) => (url.port = '1')));
    expect(code).toBe('storage_unreachable');
    expect(message).toContain('127.0.0.1:1/postgres, schema metabot_livetex cannot be reached');
    expect((await refusal('postgres://a:b@host.invalid/db')).code).toBe('storage_unreachable');
  });

  test('TLS asked for, and a server without it', async () => {
    const { code, message } = await refusal(urlOf('metabot', (url) => url.searchParams.set('sslmode', 'verify-full')));
    expect(code).toBe('storage_unreachable');
    expect(message).toContain('does not support SSL');
  });

  test('a wrong password, none, an unknown user', async () => {
    for (const spec of [
      urlOf('metabot', (url) => (url.password = 'wrong')),
      urlOf('metabot', (url) => (url.password = '')),
      urlOf('nobody-we-know'),
    ]) {
      const { code, message } = await refusal(spec);
      expect(code).toBe('storage_login_refused');
      expect(message).toContain('check user and password');
    }
  });

  test('a database that is not there', async () => {
    const { code, message } = await refusal(urlOf('metabot', (url) => (url.pathname = '/missing')));
    expect(code).toBe('storage_database_missing');
    expect(message).toContain('/missing');
  });

  test('a user without rights: to make a schema, to use a schema of another', async () => {
    const { host } = new URL(server.url);
    for (const schema of ['own_schema', 'metabot_livetex']) {
      if (schema === 'metabot_livetex') await open(urlOf('metabot'));
      const { code, message } = await refusal(urlOf('stranger', (url) => url.searchParams.set('schema', schema)));
      expect(code).toBe('storage_no_rights');
      expect(message).toContain(`the database ${host}/postgres, schema ${schema} does not let this user work`);
      expect(message).toContain('grant it CREATE');
    }
    expect(await admin(`SELECT 1 FROM pg_namespace WHERE nspname = 'own_schema'`)).toEqual([]);
  });

  test('a user may do without the right to create once the tables are there', async () => {
    await open(urlOf('metabot'));
    await admin(`GRANT USAGE ON SCHEMA metabot_livetex TO stranger`);
    await admin(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA metabot_livetex TO stranger`);
    await admin(`GRANT USAGE ON ALL SEQUENCES IN SCHEMA metabot_livetex TO stranger`);
    const storage = await open(urlOf('stranger'));
    await storage.transaction(async (tx) => {
      await tx.enqueue([{ queue: 'q', lane: 'l', kind: 'k', payload: 1 }]);
      await tx.appendStream('s', 1, 1);
    });
    const [job] = await storage.claim({ queue: 'q', limit: 1, leaseMs: 1_000 });
    if (job) await storage.transaction((tx) => tx.complete(job));
    expect(await storage.stats()).toEqual([]);
    await storage.ping();
    await admin('REVOKE ALL ON ALL TABLES IN SCHEMA metabot_livetex FROM stranger');
    await admin('REVOKE ALL ON SCHEMA metabot_livetex FROM stranger');
  });

  test('an older server', async () => {
    const version = String((await admin('SHOW server_version_num'))[0]?.['server_version_num']);
    const proxy = await startPostgresProxy(server.url);
    try {
      proxy.rewriteAnswers(version, '140022');
      const { code, message } = await refusal(urlOf('metabot', (url) => (url.port = new URL(proxy.url).port)));
      expect(code).toBe('storage_server_old');
      expect(message).toContain('is PostgreSQL 14: version 15 or newer is needed');
    } finally {
      await proxy.close();
    }
  });

  test('a schema of a newer version, which stays as it is', async () => {
    const spec = urlOf('metabot');
    await open(spec);
    const newer = SCHEMA_VERSION + 1;
    await admin(`UPDATE metabot_livetex.meta SET value = '${newer}' WHERE key = 'version'`);
    const { code, message } = await refusal(spec);
    expect(code).toBe('storage_newer');
    expect(message).toContain(`schema metabot_livetex is of a newer version (${newer})`);
    const [row] = await admin(`SELECT value FROM metabot_livetex.meta WHERE key = 'version'`);
    expect(row).toEqual({ value: String(newer) });
    await admin(`UPDATE metabot_livetex.meta SET value = '${SCHEMA_VERSION}' WHERE key = 'version'`);
  });

  test('two clusters on one schema: the second one is refused, its own name or its own schema helps', async () => {
    await admin('CREATE SCHEMA shared AUTHORIZATION metabot');
    const spec = urlOf('metabot', (url) => url.searchParams.set('schema', 'shared'));
    await open(spec, 'support');
    await open(spec, 'support');
    const { code, message } = await refusal(spec, 'sales');
    expect(code).toBe('storage_foreign');
    expect(message).toContain('schema shared belongs to "support", not to "sales"');
    expect(message).toContain('give each its own with ?schema=');
    // The same bot twice, as production and as a trial: told apart by a name in the URL.
    const trial = urlOf('metabot', (url) => {
      url.searchParams.set('schema', 'shared');
      url.searchParams.set('cluster', 'trial');
    });
    expect((await refusal(trial, 'support')).code).toBe('storage_foreign');
    // Who only looks need not say whose it is.
    await open(spec);
  });

  test('another program has tables in the schema: nothing of it is touched, nothing of ours is left', async () => {
    await admin('CREATE SCHEMA taken AUTHORIZATION metabot');
    await admin('CREATE TABLE taken.jobs (mine integer)');
    const { code, message } = await refusal(urlOf('metabot', (url) => url.searchParams.set('schema', 'taken')));
    expect(code).toBe('storage_failed');
    expect(message).toContain('relation "jobs" already exists');
    const tables = await admin(`SELECT tablename FROM pg_tables WHERE schemaname = 'taken'`);
    expect(tables).toEqual([{ tablename: 'jobs' }]);
  });
});

describe('what goes wrong at work', () => {
  test('a full disk: nothing of the transaction is stored, and work goes on when there is room', async () => {
    const storage = await open(urlOf('metabot'));
    // A disk cannot be filled without rights that a test must not have: the server raises what it raises then (disk_full).
    await admin(`CREATE FUNCTION metabot_livetex.no_room() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'could not extend file "base/1/2": No space left on device' USING ERRCODE = '53100'; END $$`);
    await admin(`CREATE TRIGGER full_disk BEFORE INSERT ON metabot_livetex.jobs
      FOR EACH STATEMENT EXECUTE FUNCTION metabot_livetex.no_room()`);
    const work = storage.transaction(async (tx) => {
      await tx.appendStream('full', 1, 1);
      await tx.enqueue([{ queue: 'full', lane: 'l', kind: 'k', payload: 1 }]);
    });
    await expect(work).rejects.toMatchObject({
      code: 'storage_full',
      retryable: true,
      message: expect.stringContaining('has no room left (could not extend file') as string,
    });
    expect(await storage.read((tx) => newestSeq(tx, 'full'))).toBe(0);
    await admin('DROP TRIGGER full_disk ON metabot_livetex.jobs');
    await storage.transaction((tx) => tx.enqueue([{ queue: 'full', lane: 'l', kind: 'k', payload: 1 }]));
    expect(await storage.read((tx) => tx.listJobs('full', 'l', 5))).toHaveLength(1);
  });

  test('a server that only reads, as after a fail-over: work waits for one that writes', async () => {
    const { createPostgresStorage } = await import('../../../plugin/storage/postgres/postgres-storage.ts');
    const storage = await open(urlOf('metabot'));
    const enqueue = (to: Storage): Promise<void> =>
      to.transaction((tx) => tx.enqueue([{ queue: 'fail-over', lane: 'l', kind: 'k', payload: 1 }]));
    await admin('ALTER ROLE metabot SET default_transaction_read_only = on');
    try {
      await admin(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'metabot'`);
      expect(await storage.read((tx) => newestSeq(tx, 'fail-over'))).toBe(0);
      const impatient = await createPostgresStorage(urlOf('metabot'), { reconnectForMs: 100 });
      opened.push(impatient);
      await expect(enqueue(impatient)).rejects.toMatchObject({ code: 'storage_readonly' });
      const waiting = enqueue(storage);
      await admin('ALTER ROLE metabot RESET default_transaction_read_only');
      await waiting;
    } finally {
      await admin('ALTER ROLE metabot RESET default_transaction_read_only');
    }
    expect(await storage.read((tx) => tx.listJobs('fail-over', 'l', 5))).toHaveLength(1);
  });

  test('a pool that is too small makes others wait, never for ever, and the error says what to raise', async () => {
    const { createPostgresStorage } = await import('../../../plugin/storage/postgres/postgres-storage.ts');
    const spec = urlOf('metabot', (url) => url.searchParams.set('pool', '1'));
    // Long enough for a slow machine to make the one connection there is; the work that holds it may take far longer.
    const storage = await createPostgresStorage(spec, {
      freeConnectionTimeoutMs: 3_000,
      transactionDeadlineMs: 60_000,
    });
    const patient = await createPostgresStorage(spec);
    opened.push(storage, patient);
    const held = Promise.withResolvers<void>();
    const first = storage.transaction(async (tx) => {
      await newestSeq(tx, 's');
      await held.promise;
    });
    await expect(storage.transaction((tx) => newestSeq(tx, 's'))).rejects.toMatchObject({
      code: 'storage_connections',
      message: expect.stringContaining('raise "pool" in the URL') as string,
    });
    held.resolve();
    await first;
    await Promise.all(Array.from({ length: 20 }, () => patient.transaction((tx) => newestSeq(tx, 's'))));
  });

  test('a server without free connections', async () => {
    const clients = Array.from({ length: 40 }, () => new Client({ connectionString: server.url }));
    const connected = await Promise.allSettled(clients.map((client) => client.connect()));
    expect(connected.some(({ status }) => status === 'rejected')).toBe(true);
    const { code, message } = await refusal(urlOf('metabot'));
    expect(code).toBe('storage_connections');
    expect(message).toContain('max_connections');
    await Promise.all(clients.map((client) => client.end()));
  });

  test('work that awaits something else than its tx is given up and rolled back', async () => {
    const { createPostgresStorage } = await import('../../../plugin/storage/postgres/postgres-storage.ts');
    const storage = await createPostgresStorage(urlOf('metabot'), { transactionDeadlineMs: 100 });
    opened.push(storage);
    const never = storage.transaction(async (tx) => {
      await tx.appendStream('stalled', 1, 1);
      await new Promise(() => undefined);
    });
    await expect(never).rejects.toMatchObject({ code: 'storage_stalled' });
    expect(await storage.read((tx) => newestSeq(tx, 'stalled'))).toBe(0);
    let kept: Parameters<Parameters<Storage['transaction']>[0]>[0] | undefined;
    await storage.transaction(async (tx) => {
      kept = tx;
    });
    await expect(kept?.readStream('s', { after: 0, limit: 1 })).rejects.toMatchObject({ code: 'storage_ended' });
  });

  test('names too long for an index of the server are refused by their length, not as a failure of the server', async () => {
    const storage = await open(urlOf('metabot'));
    const random = Array.from({ length: 512 }, (_, n) => String.fromCodePoint(0x4e00 + ((n * 7_919) % 20_000))).join(
      '',
    );
    await expect(storage.transaction((tx) => tx.putRecord(random, random, 1))).rejects.toMatchObject({
      code: 'storage_name_invalid',
    });
  });
});
