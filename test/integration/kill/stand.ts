import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent } from 'undici';
import type { BindingInput } from '../../../plugin/contract/binding-config.ts';
import { lastingPort } from '../../support/lasting-port.ts';
import { BOT_FILES } from './bot-of-the-stories.ts';
import { type LiveTexBeside, startLiveTexBeside } from './livetex-beside.ts';
import { API_VERSION_VARIABLE, MortalServer } from './mortal-server.ts';
import { BOT_HEADER, LEAD_HEADER } from './words.ts';

/** One server on its folder and port, with a LiveTex of its own. */
export interface Stand {
  readonly folder: string;
  /** The configuration file. */
  readonly config: string;
  readonly server: MortalServer;
  readonly liveTex: LiveTexBeside;
  /** For the leads' requests. */
  readonly dispatcher: Agent;
  close(): Promise<void>;
}

/** Long streams, and answers that a killed server does not give. */
const NO_TIMEOUT = 0;

async function writeBot(folder: string, id: string): Promise<void> {
  await mkdir(folder);
  for (const [name, content] of Object.entries(BOT_FILES)) {
    await writeFile(join(folder, name), content.replace('"id":"support"', `"id":"${id}"`));
  }
}

export interface StandOptions {
  /** Changes of the binding of the stories. */
  readonly binding?: Partial<BindingInput>;
  /** Of the life of this number. */
  readonly env?: (life: number) => Readonly<Record<string, string>>;
  /** Bindings beside it, each with a bot of its own by its id, which is the same one. */
  readonly tenants?: ReadonlyArray<BindingInput & { readonly id: string }>;
}

export async function prepareStand(launcher: string, options: StandOptions = {}): Promise<Stand> {
  const { binding = {}, env, tenants = [] } = options;
  const folder = await mkdtemp(join(tmpdir(), 'kill-'));
  const liveTex = await startLiveTexBeside();
  const port = await lastingPort();
  const url = `http://127.0.0.1:${port}`;
  await writeBot(join(folder, 'bot'), 'support');
  for (const { id } of tenants) await writeBot(join(folder, id), id);
  const config = join(folder, 'livetex.json');
  await writeFile(
    config,
    JSON.stringify({
      bots: ['bot', ...tenants.map(({ id }) => id)],
      storage: 'sqlite:./data',
      http: { port },
      // One runner starts faster than two, and the leads' scripts are short.
      sandbox: { runners: 1, spares: 0 },
      livetex: [
        {
          bots: ['support'],
          token: liveTex.emulator.token,
          baseUrl: liveTex.emulator.url,
          apiVersion: { env: API_VERSION_VARIABLE },
          leadMessageHeader: LEAD_HEADER,
          botMessageHeader: BOT_HEADER,
          webhook: { publicUrl: url, key: 'webhook-key' },
          // On a machine that is too slow for so many leads, transfers would rightly be given up, and requests that took
          // effect would be sent again without a death.
          transferTimeout: 3_600,
          requestTimeoutMs: 60_000,
          ...binding,
        },
        ...tenants.map((tenant) => ({
          ...tenant,
          bots: [tenant.id],
          webhook: { publicUrl: url, key: `webhook-key-of-${tenant.id}` },
        })),
      ],
      logLevel: 'warn',
    }),
  );
  const server = new MortalServer({ launcher, config, url, ...(env !== undefined && { env }) });
  const dispatcher = new Agent({ headersTimeout: NO_TIMEOUT, bodyTimeout: NO_TIMEOUT, connections: null });
  return {
    folder,
    config,
    server,
    liveTex,
    dispatcher,
    async close() {
      await server.kill();
      await dispatcher.destroy();
      await liveTex.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
