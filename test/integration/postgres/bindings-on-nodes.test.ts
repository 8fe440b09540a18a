import { expect, onTestFinished, test } from 'vitest';
import { createLiveTexPlugin, type LiveTexPlugin } from '../../../plugin/index.ts';
import { openStorage, systemClock } from '../../../plugin/storage/index.ts';
import { usePostgres } from '../../support/postgres-database.ts';

const database = usePostgres();
const KEY = 'a-webhook-key-of-some-length';

async function startNode(url: string): Promise<LiveTexPlugin> {
  const storage = await openStorage(url, { clock: systemClock });
  const plugin = await createLiveTexPlugin({
    storage,
    bindings: [],
    host: {
      attributes: { get: async () => ({ attributes: {} }) },
      hasScript: async () => false,
      runScript: async () => {},
      deliver: async () => {},
      setForwarded: async () => {},
    },
  });
  onTestFinished(async () => {
    await plugin.close();
    await storage.close();
  });
  await plugin.start();
  return plugin;
}

/** What a node says to an event of LiveTex for this binding: 404 while it does not know it. */
async function answer(node: LiveTexPlugin, key = KEY): Promise<number> {
  const event = { type: 'Typing', id: 'e', webhook_key: key, user_id: 'shop:telegram:1', timestamp: 1 };
  return (await node.webhook('shop', Buffer.from(JSON.stringify(event)), {})).status;
}

test('what one node puts, changes and removes, the others have without a restart, and a node that starts later', async () => {
  const url = database.emptySchema('&pool=4');
  const [one, other] = [await startNode(url), await startNode(url)];
  expect([await answer(one), await answer(other)]).toEqual([404, 404]);
  const binding = { id: 'shop', token: 'token-of-shop', bots: ['shop'], baseUrl: 'http://127.0.0.1:9' };
  const webhook = { publicUrl: 'http://127.0.0.1', key: KEY };
  await one.bindings.put({ ...binding, webhook });
  expect(await answer(one)).toBe(200);
  await expect.poll(() => answer(other)).toBe(200);

  await other.bindings.put({ ...binding, webhook: { ...webhook, key: `${KEY}-2` } });
  expect(await answer(other)).toBe(401);
  await expect.poll(() => answer(one)).toBe(401);
  expect(await answer(await startNode(url), `${KEY}-2`)).toBe(200);

  await one.bindings.remove('shop');
  await expect.poll(async () => (await other.bindings.list()).length, { timeout: 60_000, interval: 500 }).toBe(0);
  const answers = (): Promise<number[]> => Promise.all([answer(one), answer(other)]);
  await expect.poll(answers).toEqual([404, 404]);
}, 120_000);
