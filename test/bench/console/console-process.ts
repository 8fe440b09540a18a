/** A server with its console and so many leads, in a process of its own. Arguments: how many leads; a schema of PostgreSQL (none: SQLite). */
import { Client } from 'pg';
import { findOpenDialogs } from '../../../plugin/core/dialog-record.ts';
import { clientConfig, parseTarget } from '../../../plugin/storage/postgres/target.ts';
import { openStorage, systemClock } from '../../../plugin/storage/index.ts';
import { ADMIN_TOKEN, startConsole } from '../../support/console-stand.ts';
import { answerParent } from '../child.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { BINDING, BOT_ID } from '../webhooks/event.ts';
import { fill } from '../webhooks/our-server.ts';
import { populate } from '../webhooks/populate.ts';

export interface ConsoleServer {
  readonly url: string;
  readonly token: string;
}

const [leads = '', schema] = process.argv.slice(2);
const folder = temporaryFolder();
const storage = schema ?? `sqlite:${folder.path}`;
await (schema === undefined ? fill(folder.path, Number(leads), 'listed') : fillSchema(schema));
const stand = await startConsole({
  bot: { id: BOT_ID, scripts: [{ code: 'start', commands: [{ type: 'send_text', text: 'Здравствуйте!' }] }] },
  livetex: [{ id: BINDING, token: 'token-of-the-benchmark', baseUrl: 'http://127.0.0.1:9' }],
  storage,
});

answerParent(
  async () => ({ url: stand.url, token: ADMIN_TOKEN }) satisfies ConsoleServer,
  async () => {
    await stand.close();
    folder.remove();
  },
);

/** One lead as we write it; the server copies it, as a million would take half an hour otherwise. */
async function fillSchema(spec: string): Promise<void> {
  const opened = await openStorage(spec, { clock: systemClock });
  await populate(opened, 1, { history: true });
  await findOpenDialogs(opened, () => true);
  await opened.close();
  const client = new Client({ ...clientConfig(parseTarget(spec)), query_timeout: 0, pipeline: false });
  await client.connect();
  try {
    await client.query('SET statement_timeout = 0');
    const numbers = `generate_series(1, ${Number(leads) - 1}) AS n`;
    const renamed = (column: string): string => `regexp_replace(${column}, ':0$', ':' || n)`;
    for (const text of [
      `INSERT INTO records (collection, key, value, version)
       SELECT collection, ${renamed('key')}, replace(replace(value, '"externalId":"0"', '"externalId":"' || n || '"'), 'Лид 0', 'Лид ' || n), version
       FROM records, ${numbers} WHERE key LIKE '%:0'`,
      `INSERT INTO streams (stream, seq) SELECT ${renamed('stream')}, seq FROM streams, ${numbers}`,
      `INSERT INTO stream_entries (stream, seq, value, at) SELECT ${renamed('stream')}, seq, value, at FROM stream_entries, ${numbers}`,
      'VACUUM ANALYZE',
    ]) {
      await client.query(text);
    }
  } finally {
    await client.end();
  }
}
