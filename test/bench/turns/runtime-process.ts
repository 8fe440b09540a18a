/** The runtime with the plugin: leads write, the bot answers, LiveTex gets all of it. Arguments: a storage specification, or `sqlite`; LiveTex's address. */
import { join } from 'node:path';
import { createLiveTexPlugin } from '../../../plugin/index.ts';
import { createRuntime } from '../../../runtime-shim/runtime/index.ts';
import { answerParent } from '../child.ts';
import { together } from '../mirror/accept-all.ts';
import type { Order } from '../mirror/senders.ts';
import { IN_FLIGHT, TOKEN } from '../mirror/texts.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const BOT = join(import.meta.dirname, '..', '..', '..', 'scripts-examples', '08-support-bot');
/** The item of its menu that two messages answer, the menu among them; a lead's first message, whatever it says, begins with two as well. */
const ASKED = '1';

const [storage = '', baseUrl = ''] = process.argv.slice(2);
const folder = temporaryFolder();
const runtime = await createRuntime({
  bot: BOT,
  storage: storage === 'sqlite' ? `sqlite:${folder.path}` : storage,
  sandbox: { runners: 1 },
  plugins: [
    (host, shared) =>
      createLiveTexPlugin({ storage: shared, host, bindings: [{ token: TOKEN, baseUrl, maxInFlight: IN_FLIGHT }] }),
  ],
});
await runtime.start();

answerParent(
  async (order: Order) => {
    const startedAt = performance.timeOrigin + performance.now();
    await together(order, async (number) => {
      await runtime.receive({ channel: 'telegram', externalId: String(number % order.leads), text: ASKED });
    });
    return { startedAt, acceptedAt: performance.timeOrigin + performance.now() };
  },
  async () => {
    await runtime.close();
    folder.remove();
  },
);
