/** A server with its console and so many leads, in a process of its own. Arguments: how many leads; a schema of PostgreSQL (none: SQLite). */
import { ADMIN_TOKEN, startConsole } from '../../support/console-stand.ts';
import { answerParent } from '../child.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { BINDING, BOT_ID } from '../webhooks/event.ts';
import { fill, fillSchema } from '../webhooks/our-server.ts';

export interface ConsoleServer {
  readonly url: string;
  readonly token: string;
}

const [leads = '', schema] = process.argv.slice(2);
const folder = temporaryFolder();
const storage = schema ?? `sqlite:${folder.path}`;
await (schema === undefined ? fill(folder.path, Number(leads), true) : fillSchema(schema, Number(leads)));
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
