import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Client } from 'pg';
import { createLiveTexPlugin } from '../../../plugin/index.ts';
import type { RuntimePlugin } from '../../../plugin/contract/plugin.ts';
import { findOpenDialogs } from '../../../plugin/core/dialog-record.ts';
import { openStorage, systemClock, type Transaction } from '../../../plugin/storage/index.ts';
import { clientConfig, parseTarget } from '../../../plugin/storage/postgres/target.ts';
import { createRuntime } from '../../../runtime-shim/runtime/index.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import type { ServerUnderTest } from './bare-server.ts';
import { IN_FLIGHT } from '../mirror/texts.ts';
import { BINDING, WEBHOOK_KEY } from './event.ts';
import { populate } from './populate.ts';

const EXAMPLES = join(import.meta.dirname, '..', '..', '..', 'scripts-examples');
export interface OurServerOptions {
  readonly leads: number;
  readonly works: boolean;
  /** Leads with a record, a transcript and remembered ids. */
  readonly history?: boolean;
  /** LiveTex. Left out: nothing listens there. */
  readonly baseUrl?: string;
  /** A schema of PostgreSQL; its leads have a history. Left out: SQLite. */
  readonly schema?: string | undefined;
}

const POPULATE = join(import.meta.dirname, 'populate-process.ts');

/** Fills a folder from a process of its own. */
export async function fill(folder: string, leads: number, history = false): Promise<void> {
  const child = spawn(process.execPath, [POPULATE, folder, String(leads), ...(history ? ['history'] : [])], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`the leads could not be written (code ${String(code)})`);
}

/**
 * Fills a schema of PostgreSQL with leads that are in the list of open dialogs and have a history. One is written as we write it; the
 * server copies it, as a million would take half an hour otherwise.
 */
export async function fillSchema(spec: string, leads: number): Promise<void> {
  const opened = await openStorage(spec, { clock: systemClock });
  await populate(opened, 1, { history: true });
  await findOpenDialogs(opened, () => true);
  await opened.close();
  const client = new Client({ ...clientConfig(parseTarget(spec)), query_timeout: 0, pipeline: false });
  await client.connect();
  try {
    await client.query('SET statement_timeout = 0');
    const numbers = `generate_series(1, ${leads - 1}) AS n`;
    const renamed = (column: string): string => `regexp_replace(${column}, ':0$', ':' || n)`;
    for (const text of [
      `INSERT INTO records (collection, key, value, version)
       SELECT collection, ${renamed('key')}, replace(replace(value, '"externalId":"0"', '"externalId":"' || n || '"'), 'Лид 0', 'Лид ' || n), version
       FROM records, ${numbers} WHERE key LIKE '%:0'`,
      `INSERT INTO streams (stream, seq) SELECT ${renamed('stream')}, seq FROM streams, ${numbers}`,
      `INSERT INTO stream_entries (stream, seq, value, at) SELECT ${renamed('stream')}, seq, value, at FROM stream_entries, ${numbers}`,
      `INSERT INTO remembered (scope, id, value, at) SELECT ${renamed('scope')}, id, value, at FROM remembered, ${numbers} WHERE scope LIKE '%:0'`,
      'VACUUM ANALYZE',
    ]) {
      await client.query(text);
    }
  } finally {
    await client.end();
  }
}

export interface OurServer extends ServerUnderTest {
  readonly plugin: RuntimePlugin<Transaction>;
}

/**
 * The runtime with the plugin, on SQLite or a schema of PostgreSQL, with so many dialogs that an operator has: so each webhook is an operator's
 * text that goes all the way into a lead's transcript. `works: false` starts no worker: events are only stored.
 */
export async function startOurServer(options: OurServerOptions): Promise<OurServer> {
  const folder = temporaryFolder();
  await (options.schema === undefined
    ? fill(folder.path, options.leads, options.history)
    : fillSchema(options.schema, options.leads));
  const storage = await openStorage(options.schema ?? `sqlite:${folder.path}`, { clock: systemClock });
  const runtime = await createRuntime({
    bot: join(EXAMPLES, '08-support-bot'),
    storage,
    sandbox: { runners: 1 },
    http: { port: 0 },
    plugins: [
      async (host, shared) => {
        const plugin = await createLiveTexPlugin({
          storage: shared,
          host,
          bindings: [
            {
              id: BINDING,
              token: 'token-of-the-benchmark',
              baseUrl: options.baseUrl ?? 'http://127.0.0.1:9',
              maxInFlight: IN_FLIGHT,
              webhook: { publicUrl: 'http://127.0.0.1', key: WEBHOOK_KEY },
            },
          ],
        });
        return options.works ? plugin : { ...plugin, start: async () => undefined };
      },
    ],
  });
  await runtime.start();
  const [plugin] = runtime.plugins;
  if (plugin === undefined) throw new Error('the runtime has no plugin');
  return {
    plugin,
    url: `${runtime.url ?? ''}/webhook/livetex/${BINDING}`,
    rest: () => (options.works ? runtime.idle() : Promise.resolve()),
    async close() {
      await runtime.close();
      await storage.close();
      folder.remove();
    },
  };
}
