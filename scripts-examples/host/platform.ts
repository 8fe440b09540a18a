/**
 * A platform with a database of its own, and the plugin beside it: explained in `docs/host.md`. It survives `kill -9` at every step.
 *
 *     LIVETEX_TOKEN=… LIVETEX_WEBHOOK_KEY=… PUBLIC_URL=https://bot.example.com node platform.ts
 *
 * A channel posts what a lead says to `/leads/<id>/messages` as `{ "id", "text" }`, and reads there what the lead shall see.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { DatabaseSync } from 'node:sqlite';
import { createLiveTexPlugin, type LeadRef, type LiveTexHost, type PlatformEvent } from 'metabot24-livetex';

export interface PlatformOptions {
  /** The platform's own file, and the folder of the plugin. */
  readonly database: string;
  readonly pluginData: string;
  readonly port: number;
  readonly livetex: { readonly token: string; readonly baseUrl?: string; readonly publicUrl: string; readonly key: string };
  /** Called at every step: its test ends the process there. */
  readonly at?: (step: string) => void;
}

const TABLES = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  -- What the lead sees. The id of a line: the channel's, the delivery's, the event's. The same id again is the same line.
  CREATE TABLE IF NOT EXISTS lines (n INTEGER PRIMARY KEY, lead TEXT, id TEXT, who TEXT, text TEXT, UNIQUE (lead, id));
  -- What the plugin has to be told, in order for each lead: written together with what it tells of.
  CREATE TABLE IF NOT EXISTS untold (n INTEGER PRIMARY KEY AUTOINCREMENT, lead TEXT, event TEXT);
  -- Calls of the plugin that were acted on.
  CREATE TABLE IF NOT EXISTS acted (id TEXT PRIMARY KEY);
  CREATE TABLE IF NOT EXISTS leads (id TEXT PRIMARY KEY, forwarded INTEGER NOT NULL DEFAULT 0);
`;
const BODY_LIMIT = 1_048_576;
/** While the plugin takes nothing, what is untold waits, and is tried again, ms. */
const TRY_AGAIN_MS = 500;

/** The "bot": what it says, and whether it asks for an operator. A real one runs scripts here; it must act only through what it returns. */
function answerOf(text: string): { readonly says: string; readonly asksForOperator?: true } {
  return /оператор/i.test(text) ? { says: 'Зову оператора.', asksForOperator: true } : { says: `Вы сказали: ${text}` };
}

export async function startPlatform(options: PlatformOptions): Promise<{ close(): Promise<void> }> {
  const { at = () => undefined, livetex } = options;
  const database = new DatabaseSync(options.database);
  database.exec(TABLES);
  const addLine = database.prepare('INSERT OR IGNORE INTO lines (lead, id, who, text) VALUES (?, ?, ?, ?)');
  const addUntold = database.prepare('INSERT INTO untold (lead, event) VALUES (?, ?)');
  const nextUntold = database.prepare('SELECT n, event FROM untold WHERE lead = ? ORDER BY n LIMIT 1');
  const forget = database.prepare('DELETE FROM untold WHERE n = ?');
  const act = database.prepare('INSERT OR IGNORE INTO acted (id) VALUES (?)');
  const telling = new Set<string>();
  let isClosing = false;

  /** One transaction of the platform: all of it or nothing. */
  function transaction<T>(work: () => T): T {
    database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      database.exec('COMMIT');
      return result;
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
  }

  const refOf = (lead: string): LeadRef => ({ botId: 'support', channel: 'site', externalId: lead });
  const tellLater = (lead: string, ...events: readonly PlatformEvent[]): void => {
    for (const event of events) addUntold.run(lead, JSON.stringify(event));
  };

  // 1. A lead's message: stored before anybody hears that it was taken. The plugin hears of it afterwards, from the table.
  function receive(lead: string, id: string, text: string): void {
    at('a message, before it is stored');
    transaction(() => {
      database.prepare('INSERT OR IGNORE INTO leads (id) VALUES (?)').run(lead);
      if (addLine.run(lead, id, 'lead', text).changes === 0) return;
      tellLater(lead, { type: 'LeadMessage', id, lead: refOf(lead), at: Date.now(), content: { text } });
    });
    at('a message, stored');
    void tell(lead);
  }

  // 2. The plugin is told, one event of a lead after the other. Told and not yet noted, it is told again: the same id gets the same verdict.
  async function tell(lead: string): Promise<void> {
    if (telling.has(lead)) return;
    telling.add(lead);
    try {
      while (!isClosing) {
        const row = nextUntold.get(lead) as { n: number; event: string } | undefined;
        if (row === undefined) return;
        const event = JSON.parse(row.event) as PlatformEvent;
        at(`${event.type}, before it is told`);
        const [verdict] = await plugin.accept([event]);
        at(`${event.type}, told`);
        transaction(() => {
          forget.run(row.n);
          // 3. Only now: what an operator's dialog holds back is not shown. With "suppressed" nothing happens.
          if (event.type === 'BotMessage' && verdict?.verdict !== 'suppressed') {
            addLine.run(lead, event.id, 'bot', event.content.text ?? '');
          }
          if (event.type === 'LeadMessage') runBot(lead, event.id, event.content.text ?? '');
        });
        at(`${event.type}, noted`);
      }
    } catch (error) {
      // Full, away, closing: nothing is lost, it waits in the table.
      console.error('not told yet:', error instanceof Error ? error.message : error);
      setTimeout(() => void tell(lead), TRY_AGAIN_MS).unref();
    } finally {
      telling.delete(lead);
    }
    // What was stored between the last look and here.
    if (!isClosing && nextUntold.get(lead) !== undefined) setTimeout(() => void tell(lead), 0);
  }

  /** Ids that follow from the message's: should this run be repeated, its events are recognised. Part of a transaction. */
  function runBot(lead: string, id: string, text: string): void {
    const { says, asksForOperator } = answerOf(text);
    const common = { lead: refOf(lead), at: Date.now() };
    tellLater(lead, { type: 'BotMessage', id: `${id}/1`, ...common, content: { text: says } });
    if (asksForOperator) tellLater(lead, { type: 'TransferRequested', id: `${id}/2`, ...common });
  }

  /** Acts on a call of the plugin once, by its id, in one transaction with what it does. */
  function onceOnly(id: string, step: string, what: () => void): void {
    at(`${step}, before it is stored`);
    transaction(() => {
      if (act.run(id).changes > 0) what();
    });
    at(`${step}, stored`);
  }

  // 4. What the plugin asks for. Each call only stores: what takes long (the channel, a script) happens from the tables.
  const host: LiveTexHost = {
    attributes: { get: async (lead) => ({ name: `Лид ${lead.externalId}`, attributes: {} }) },
    hasScript: async (_lead, script) => 'type' in script && script.type === 'return',
    async deliver({ externalId: lead }, delivery) {
      const who = delivery.kind === 'notice' ? 'notice' : 'operator';
      const text = delivery.kind === 'file' ? delivery.attachment.url : delivery.text;
      onceOnly(delivery.id, `deliver ${who}`, () => void addLine.run(lead, delivery.id, who, text));
    },
    async runScript(ref, { id, duringTransfer }) {
      const event = { type: 'BotMessage', id: `${id}/1`, lead: ref, at: Date.now(), content: { text: 'Снова бот' } } as const;
      onceOnly(id, 'runScript', () => tellLater(ref.externalId, { ...event, duringTransfer }));
      void tell(ref.externalId);
    },
    async setForwarded({ externalId }, { id, forwarded }) {
      const update = database.prepare('UPDATE leads SET forwarded = ? WHERE id = ?');
      onceOnly(id, `setForwarded ${forwarded}`, () => void update.run(forwarded ? 1 : 0, externalId));
    },
  };

  const plugin = await createLiveTexPlugin({
    bindings: [
      {
        token: livetex.token,
        ...(livetex.baseUrl === undefined ? {} : { baseUrl: livetex.baseUrl }),
        webhook: { publicUrl: livetex.publicUrl, key: livetex.key },
      },
    ],
    storage: `sqlite:${options.pluginData}`,
    host,
  });
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.headersSent || response.writeHead(503).end());
  });
  await once(server.listen(options.port, '127.0.0.1'), 'listening');
  await plugin.start();
  await plugin.setWebhook('main');
  // What the process before this one had stored and not told.
  for (const { lead } of database.prepare('SELECT DISTINCT lead FROM untold').all()) void tell(String(lead));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://host');
    const lead = /^\/leads\/([\w-]+)\/messages$/.exec(url.pathname)?.[1];
    const binding = /^\/webhook\/livetex\/([\w.-]+)$/.exec(url.pathname)?.[1];
    if (lead !== undefined && request.method === 'GET') {
      const lines = database.prepare('SELECT who, text FROM lines WHERE lead = ? ORDER BY n').all(lead);
      return void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(lines));
    }
    if (request.method !== 'POST' || (lead ?? binding) === undefined) return void response.writeHead(404).end();
    const body = await bodyOf(request);
    if (body === undefined) return void response.writeHead(413, { connection: 'close' }).end();
    if (binding !== undefined) {
      at('a webhook, before it is taken');
      const result = await plugin.webhook(binding, body, request.headers);
      at('a webhook, taken');
      return void response.writeHead(result.status, { ...result.headers }).end(result.body);
    }
    const { id, text } = JSON.parse(body.toString()) as { id: string; text: string };
    receive(lead ?? '', String(id), String(text));
    response.writeHead(202).end();
  }

  return {
    async close() {
      isClosing = true;
      server.close();
      await plugin.close();
      database.close();
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    if ((size += part.length) > BODY_LIMIT) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

if (import.meta.main) {
  const env = (name: string, fallback = ''): string => process.env[name] ?? fallback;
  const platform = await startPlatform({
    database: env('DATABASE', './platform.db'),
    pluginData: env('PLUGIN_DATA', './livetex-data'),
    port: Number(env('PORT', '8024')),
    livetex: {
      token: env('LIVETEX_TOKEN'),
      baseUrl: env('LIVETEX_URL', 'https://messaging.livetex.ru'),
      publicUrl: env('PUBLIC_URL'),
      key: env('LIVETEX_WEBHOOK_KEY'),
    },
  });
  await once(process, 'SIGTERM');
  await platform.close();
}
