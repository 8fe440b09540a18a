import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createLiveTexPlugin } from '../../../plugin/index.ts';
import type { RuntimePlugin } from '../../../plugin/contract/plugin.ts';
import { openStorage, systemClock, type Transaction } from '../../../plugin/storage/index.ts';
import { createRuntime } from '../../../runtime-shim/runtime/index.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import type { ServerUnderTest } from './bare-server.ts';
import { IN_FLIGHT } from '../mirror/texts.ts';
import { BINDING, WEBHOOK_KEY } from './event.ts';

const EXAMPLES = join(import.meta.dirname, '..', '..', '..', 'scripts-examples');
export interface OurServerOptions {
  readonly leads: number;
  readonly works: boolean;
  /** Leads with a record, a transcript and remembered ids. */
  readonly history?: boolean;
  /** LiveTex. Left out: nothing listens there. */
  readonly baseUrl?: string;
}

const POPULATE = join(import.meta.dirname, 'populate-process.ts');

/** Fills a folder from a process of its own. */
export async function fill(folder: string, leads: number, history?: 'history' | 'listed'): Promise<void> {
  const child = spawn(
    process.execPath,
    [POPULATE, folder, String(leads), ...(history === undefined ? [] : [history])],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`the leads could not be written (code ${String(code)})`);
}

export interface OurServer extends ServerUnderTest {
  readonly plugin: RuntimePlugin<Transaction>;
}

/**
 * The runtime with the plugin, on SQLite, with so many dialogs that an operator has: so each webhook is an operator's
 * text that goes all the way into a lead's transcript. `works: false` starts no worker: events are only stored.
 */
export async function startOurServer(options: OurServerOptions): Promise<OurServer> {
  const folder = temporaryFolder();
  await fill(folder.path, options.leads, options.history === true ? 'history' : undefined);
  const storage = await openStorage(`sqlite:${folder.path}`, { clock: systemClock });
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
