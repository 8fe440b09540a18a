import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { type PostgresServer, type PostgresVersion, startPostgres } from './postgres.ts';

export interface PostgresDatabase {
  /** The server's URL, with a user that may create schemas. */
  readonly url: () => string;
  /** A URL with a schema of its own, empty. `more`: further parameters, such as `&pool=2`. */
  readonly emptySchema: (more?: string) => string;
  /** Runs one statement, or several without values, on a connection of its own. `at`: another database of the server. */
  readonly query: <Row extends Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
    at?: string,
  ) => Promise<Row[]>;
}

/**
 * A database for the tests of one file: on the server that `TEST_POSTGRES_URL` names, else on one that is started from
 * files of the checkout, and stopped afterwards. Schemas are dropped when the file has ended.
 */
export function usePostgres(version: PostgresVersion = 'newest'): PostgresDatabase {
  const given = process.env['TEST_POSTGRES_URL'];
  let server: PostgresServer | undefined;
  let url = given ?? '';
  const schemas: string[] = [];

  beforeAll(async () => {
    if (given !== undefined) return;
    // Tests kill processes, not machines: what fsync protects from does not happen here, and each one costs milliseconds.
    server = await startPostgres({ fsync: 'off', full_page_writes: 'off', max_connections: '200' }, version);
    url = server.url;
  });
  afterAll(async () => {
    if (server === undefined) for (const schema of schemas) await query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await server?.stop();
  });

  async function query<Row extends Record<string, unknown>>(
    text: string,
    values: readonly unknown[] = [],
    at = url,
  ): Promise<Row[]> {
    const client = new Client({ connectionString: at });
    await client.connect();
    try {
      return (await client.query<Row>(text, values.length === 0 ? undefined : [...values])).rows;
    } finally {
      await client.end();
    }
  }

  return {
    url: () => url,
    emptySchema(more = '') {
      const schema = `test_${randomBytes(6).toString('hex')}`;
      schemas.push(schema);
      return `${url}${url.includes('?') ? '&' : '?'}schema=${schema}${more}`;
    },
    query,
  };
}
