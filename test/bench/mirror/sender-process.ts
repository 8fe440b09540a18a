/** Sends messages to LiveTex: through the plugin on some storage, or with undici alone. Arguments: `undici`, `least` or a storage specification; LiveTex's address. */
import { Pool } from 'undici';
import { createLiveTexPlugin } from '../../../plugin/index.ts';
import type { LiveTexHost } from '../../../plugin/contract/host.ts';
import { answerParent } from '../child.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { createLeastDurableTable } from '../least-durable-table.ts';
import { acceptAll, together } from './accept-all.ts';
import type { Order } from './senders.ts';
import { HEADER, IN_FLIGHT, requestBody, TOKEN } from './texts.ts';

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
const sender = kind === 'undici' ? undiciAlone() : kind === 'least' ? await leastDurable() : await ours();

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
  const pool = createPool();
  return {
    send: (order) => together(order, (number) => post(pool, requestBody(number, order.leads)), IN_FLIGHT),
    close: () => pool.close(),
  };
}

/** The same with the least that is durable: a row before the request, which goes after it. */
async function leastDurable(): Promise<Sender> {
  const pool = createPool();
  const table = await createLeastDurableTable();
  return {
    send: (order) =>
      // Twice as many at one time: half of them wait for the disk, so that the others keep the connections busy.
      together(
        order,
        async (number) => {
          const body = requestBody(number, order.leads);
          const id = `m-${process.pid}-${number}`;
          await table.insert(id, body);
          await post(pool, body);
          await table.remove(id);
        },
        2 * IN_FLIGHT,
      ),
    async close() {
      await pool.close();
      await table.close();
    },
  };
}

function createPool(): Pool {
  return new Pool(baseUrl, { connections: IN_FLIGHT, pipelining: 1 });
}

async function post(pool: Pool, body: string): Promise<void> {
  const answer = await pool.request({
    method: 'POST',
    path: `/1.0/sendText?key=${TOKEN}`,
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body,
  });
  await answer.body.json();
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
