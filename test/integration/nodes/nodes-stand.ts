import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent } from 'undici';
import type { BindingInput } from '../../../plugin/contract/binding-config.ts';
import { lastingPort } from '../../support/lasting-port.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { type PostgresProxy, startPostgresProxy } from '../../support/postgres-proxy.ts';
import { BOT_FILES } from '../kill/bot-of-the-stories.ts';
import { type LiveTexBeside, startLiveTexBeside } from '../kill/livetex-beside.ts';
import { API_VERSION_VARIABLE, MortalServer } from '../kill/mortal-server.ts';
import { BOT_HEADER, LEAD_HEADER } from '../kill/words.ts';
import { startCaddyFront } from './caddy-front.ts';
import { startFront } from './front.ts';

/** A node, its way to the database, and whether it should be running. */
interface MortalNode {
  readonly server: MortalServer;
  readonly proxy: PostgresProxy;
  isWanted: boolean;
  /** Writes its configuration anew, for its next start. */
  configure(change: (config: NodeConfig) => unknown): Promise<void>;
}

/** What `nodes.test.ts` may change of a node's configuration. */
interface NodeConfig {
  readonly http: object;
  readonly livetex: readonly BindingInput[];
}

/** Several nodes on one database behind one address, with a LiveTex of their own. */
export interface NodesStand {
  readonly url: string;
  readonly nodes: readonly MortalNode[];
  readonly database: PostgresServer;
  /** Storage's URL without a proxy: for looking at what is stored. */
  readonly storage: string;
  /** Configurations and bot folders. */
  readonly folder: string;
  readonly liveTex: LiveTexBeside;
  readonly dispatcher: Agent;
  close(): Promise<void>;
}

const SCHEMA = 'nodes';
/** Long streams, and answers that a killed node does not give. */
const NO_TIMEOUT = 0;

/** `caddy`: the program to stand before the nodes, instead of a small one of ours. `env`: of the first node alone. */
export async function prepareNodesStand(
  launcher: string,
  count: number,
  { caddy, env }: { readonly caddy?: string | undefined; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<NodesStand> {
  const folder = await mkdtemp(join(tmpdir(), 'nodes-'));
  // Processes are killed here, not machines: what fsync protects from does not happen.
  const database = await startPostgres({ fsync: 'off', max_connections: '120' });
  const ports: number[] = [];
  while (ports.length < count) ports.push(await lastingPort());
  const front = await (caddy === undefined ? startFront(ports) : startCaddyFront(caddy, ports));
  const liveTex = await startLiveTexBeside(front.authority);
  await mkdir(join(folder, 'bot'));
  for (const [name, content] of Object.entries(BOT_FILES)) await writeFile(join(folder, 'bot', name), content);
  const nodes: MortalNode[] = [];
  for (const [index, port] of ports.entries()) {
    const proxy = await startPostgresProxy(database.url);
    const config = join(folder, `node-${index}.json`);
    const first = {
      bot: 'bot',
      storage: `${proxy.url}?schema=${SCHEMA}&pool=6`,
      http: { port },
      sandbox: { runners: 1, spares: 0 },
      livetex: [
        {
          token: liveTex.emulator.token,
          baseUrl: liveTex.emulator.url,
          apiVersion: { env: API_VERSION_VARIABLE } as unknown as string,
          leadMessageHeader: LEAD_HEADER,
          botMessageHeader: BOT_HEADER,
          webhook: { publicUrl: front.publicUrl, key: 'webhook-key' },
          // On a machine that is too slow for so many leads, transfers would rightly be given up, and requests that took
          // effect would be sent again without a death.
          transferTimeout: 3_600,
          requestTimeoutMs: 60_000,
        } as BindingInput,
      ],
      logLevel: 'warn',
    };
    const configure: MortalNode['configure'] = (change) => writeFile(config, JSON.stringify(change(first)));
    await configure((given) => given);
    const own = index === 0 && env !== undefined ? { env: () => env } : {};
    const server = new MortalServer({ launcher, config, url: `http://127.0.0.1:${port}`, ...own });
    nodes.push({ server, proxy, isWanted: false, configure });
  }
  const dispatcher = new Agent({ headersTimeout: NO_TIMEOUT, bodyTimeout: NO_TIMEOUT, connections: null });
  return {
    url: front.url,
    nodes,
    database,
    storage: `${database.url}?schema=${SCHEMA}`,
    folder,
    liveTex,
    dispatcher,
    async close() {
      for (const { server } of nodes) await server.kill();
      await dispatcher.destroy();
      await front.close();
      for (const { proxy } of nodes) await proxy.close();
      await liveTex.close();
      await database.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
