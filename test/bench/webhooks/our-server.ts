import { join } from 'node:path';
import { createLiveTexPlugin } from '../../../plugin/index.ts';
import { NEW_DIALOG } from '../../../plugin/dialog/dialog-state.ts';
import { DIALOGS, dialogLane } from '../../../plugin/lanes/queue-names.ts';
import { userIdOf } from '../../../plugin/contract/lead.ts';
import { type Json, openStorage, type Storage, systemClock } from '../../../plugin/storage/index.ts';
import { createRuntime } from '../../../runtime-shim/runtime/index.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import type { ServerUnderTest } from './bare-server.ts';
import { BINDING, leadNumber, WEBHOOK_KEY } from './event.ts';

const EXAMPLES = join(import.meta.dirname, '..', '..', '..', 'scripts-examples');
/** Records written in one transaction. */
const BATCH = 5_000;

/**
 * The runtime with the plugin, on SQLite, with so many dialogs that an operator has: so each webhook is an operator's
 * text that goes all the way into a lead's transcript. `works: false` starts no worker: events are only stored.
 */
export async function startOurServer(options: {
  readonly leads: number;
  readonly works: boolean;
}): Promise<ServerUnderTest> {
  const folder = temporaryFolder();
  const storage = await openStorage(`sqlite:${folder.path}`, { clock: systemClock });
  await handOver(storage, options.leads);
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
              // Nothing listens there, and nothing is sent: operators' texts go to leads only.
              baseUrl: 'http://127.0.0.1:9',
              webhook: { publicUrl: 'http://127.0.0.1', key: WEBHOOK_KEY },
            },
          ],
        });
        return options.works ? plugin : { ...plugin, start: async () => undefined };
      },
    ],
  });
  await runtime.start();
  return {
    url: `${runtime.url ?? ''}/webhook/livetex/${BINDING}`,
    async close() {
      await runtime.close();
      await storage.close();
      folder.remove();
    },
  };
}

async function handOver(storage: Storage, leads: number): Promise<void> {
  const state: Json = {
    ...NEW_DIALOG,
    mode: 'operator',
    transfer: 1,
    forwarded: true,
    employee: { id: 'e-1', name: 'Анна Котова', at: 1 },
    selection: { groupId: null, name: null, attributes: {} },
    selectedAt: 1,
    notBefore: 1,
  };
  for (let from = 0; from < leads; from += BATCH) {
    await storage.transaction(async (tx) => {
      for (let lead = from; lead < Math.min(leads, from + BATCH); lead += 1) {
        await tx.putRecord(DIALOGS, dialogLane(BINDING, userIdOf(leadNumber(lead))), state);
      }
    });
  }
}
