/** Sends messages to LiveTex: through the plugin on some storage, or with undici alone. Arguments: `undici` or a storage specification; LiveTex's address. */
import { Pool } from 'undici';
import { createLiveTexPlugin } from '../../../plugin/index.ts';
import type { LiveTexHost } from '../../../plugin/contract/host.ts';
import { answerParent } from '../child.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { acceptAll } from './accept-all.ts';
import { HEADER, IN_FLIGHT, requestBody, TOKEN } from './texts.ts';

interface Order {
  readonly from: number;
  readonly count: number;
  readonly leads: number;
}
interface Sender {
  send(order: Order): Promise<void>;
  close(): Promise<void>;
}

/** A platform that has nothing to do: leads only speak. */
const IDLE_HOST: LiveTexHost = {
  attributes: { get: async () => ({ attributes: {} }) },
  hasScript: async () => false,
  runScript: async () => undefined,
  deliver: async () => undefined,
  setForwarded: async () => undefined,
};

const [kind = '', baseUrl = ''] = process.argv.slice(2);
const sender = kind === 'undici' ? undiciAlone() : await ours();

answerParent(
  async (order: Order) => {
    const startedAt = performance.timeOrigin + performance.now();
    await sender.send(order);
    return { startedAt, acceptedAt: performance.timeOrigin + performance.now() };
  },
  () => sender.close(),
);

/** The same requests and nothing else: no order within a lead, no retry, nothing kept. */
function undiciAlone(): Sender {
  const pool = new Pool(baseUrl, { connections: IN_FLIGHT, pipelining: 1 });
  return {
    async send({ from, count, leads }) {
      let next = from;
      await Promise.all(
        Array.from({ length: IN_FLIGHT }, async () => {
          while (next < from + count) {
            const number = next;
            next += 1;
            const { body } = await pool.request({
              method: 'POST',
              path: `/1.0/sendText?key=${TOKEN}`,
              headers: { accept: 'application/json', 'content-type': 'application/json' },
              body: requestBody(number, leads),
            });
            await body.json();
          }
        }),
      );
    },
    close: () => pool.close(),
  };
}

async function ours(): Promise<Sender> {
  const folder = temporaryFolder();
  const plugin = await createLiveTexPlugin({
    bindings: [{ token: TOKEN, baseUrl, leadMessageHeader: HEADER, maxInFlight: IN_FLIGHT }],
    storage: kind === 'sqlite' ? `sqlite:${folder.path}` : kind,
    host: IDLE_HOST,
  });
  await plugin.start();
  return {
    send: (order) => acceptAll(plugin, order),
    async close() {
      await plugin.close();
      folder.remove();
    },
  };
}
