/** The console: its page and the addresses that it asks, which programs may ask as well. */
import { z } from 'zod';
import type { Clock, Logger } from '../../plugin/contract/host.ts';
import type { Storage } from '../../plugin/storage/contract.ts';
import { createTrustedProxies } from '../http/peer-address.ts';
import { BodyBudget } from '../http/read-body.ts';
import type { Route } from '../http/routes.ts';
import { answerNotFound } from '../http/answer.ts';
import { answerPageFile, setPageHeaders } from '../page/answer-page.ts';
import { loadPage, type PageFile } from '../page/page-files.ts';
import type { Runtime, RuntimeActivity } from '../runtime/contract.ts';
import type { TriesGuard } from './access.ts';
import { createAuditLog } from './audit-log.ts';
import type { ConsolePlugin, Messengers } from './console-ports.ts';
import { AREA, type RoutePorts } from './console-route.ts';
import { BotWatch } from './bot-watch.ts';
import { Certificates } from './certificates.ts';
import { NodeSigns } from './node-signs.ts';
import { QueueHistory } from './queue-history.ts';
import { bindingRoutes } from './routes/binding-routes.ts';
import { dialogRoutes, type DialogRoutesOptions } from './routes/dialog-routes.ts';
import { messengerRoutes } from './routes/messenger-routes.ts';
import { queueRoutes } from './routes/queue-routes.ts';
import { reportRoutes } from './routes/report-routes.ts';
import { stateRoutes, type StateRoutesOptions } from './routes/state-routes.ts';
import { sessionRoutes } from './routes/session-routes.ts';
import { createSessions, type Tokens } from './sessions.ts';

export interface ConsoleOptions
  extends Pick<DialogRoutesOptions, 'waiting'>, Pick<StateRoutesOptions, 'folders' | 'storageFacts'> {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tokens: Tokens;
  readonly tries: TriesGuard;
  readonly trustedProxies: readonly string[];
  readonly publicUrl: string | undefined;
  readonly version: string;
  /** Asked for with the first request: the server begins to listen before all of it stands. */
  readonly runtime: () => Runtime;
  readonly plugin: () => ConsolePlugin;
  readonly messengers: Messengers;
  readonly onSecret: (secret: string) => void;
  /** The folder of a page built before (`dist/console`); left out: it is made from its sources at the first request. */
  readonly page?: string | undefined;
}

/** Memory for the bodies of all requests of the console together: 16 of the largest. */
const MAX_BODIES_BYTES = 4 * 1024 * 1024;

/** The console: its routes, to be mounted on the runtime's HTTP server, and what is to be told of what the runtime does. */
export interface Console {
  readonly routes: readonly Route[];
  readonly note: (activity: RuntimeActivity) => void;
}

export function createConsole(options: ConsoleOptions): Console {
  const { storage, clock, logger, tokens, tries, plugin, runtime, messengers, publicUrl, onSecret, version } = options;
  const ports: RoutePorts = {
    access: {
      tokens,
      sessions: createSessions(storage, clock, tokens),
      tries,
      trustedProxies: createTrustedProxies(options.trustedProxies),
    },
    audit: createAuditLog(storage, () => clock.now()),
    bodies: new BodyBudget(MAX_BODIES_BYTES),
    logger,
  };
  const ready = (): ReturnType<Runtime['ready']> => runtime().ready();
  const now = (): number => clock.now();
  const channels = async (): Promise<string[]> => (await messengers.list()).map(({ code }) => code);
  const history = new QueueHistory(storage, clock);
  const nodes = new NodeSigns(storage, clock, version);
  const watch = new BotWatch();
  const { waiting, folders, storageFacts } = options;
  history.start();
  nodes.start();
  const routes = [
    ...sessionRoutes(ports, { version, publicUrl }),
    ...bindingRoutes(ports, { plugin, ready, channels, publicUrl, onSecret }),
    ...messengerRoutes(ports, {
      messengers,
      storage,
      ready,
      plugin,
      bots: () => runtime().bots.map(({ botId }) => botId),
    }),
    ...dialogRoutes(ports, { storage, runtime, plugin, waiting, now }),
    ...queueRoutes(ports, { storage, history, now }),
    ...reportRoutes(ports, plugin, now),
    ...stateRoutes(ports, {
      storage,
      clock,
      runtime,
      plugin,
      watch,
      nodes,
      version,
      publicUrl,
      folders,
      storageFacts,
      certificates: new Certificates(clock),
    }),
    ...pageRoutes(options.page),
  ];
  return { routes, note: watch.note };
}

/** The page itself holds nothing of anybody: whoever may ask its addresses is asked there. */
function pageRoutes(folder: string | undefined): Route[] {
  let files: Promise<ReadonlyMap<string, PageFile>> | undefined;
  const common = { method: 'GET', head: true, access: 'own' } as const;
  const send = async ({ response }: Parameters<Route['answer']>[0], name: string): Promise<void> => {
    setPageHeaders(response);
    files ??= loadPage('console', folder);
    if (!answerPageFile(response, await files, name)) answerNotFound(response);
  };
  return [
    {
      ...common,
      path: `${AREA}/`,
      summary: 'The page of whoever runs the server',
      answers: { 200: { description: 'the page', type: 'text/html' } },
      answer: (call) => send(call, 'index.html'),
    },
    {
      ...common,
      path: AREA,
      internal: true,
      summary: 'The same without its slash',
      answers: { 308: { description: 'to the page' } },
      answer: ({ response }) => void response.writeHead(308, { location: `${AREA}/` }).end(),
    },
    {
      ...common,
      path: `${AREA}/{file}`,
      summary: 'A file of the page',
      params: z.object({ file: z.string() }),
      answers: { 200: { description: 'the file', type: 'text/javascript' } },
      answer: (call) => send(call, call.params['file'] ?? ''),
    },
  ];
}
