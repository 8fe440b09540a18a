/** An example's bot in a real runtime, with a LiveTex emulator, and one lead who talks to it. */
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { userIdOf } from '../../../plugin/contract/lead.ts';
import { createMemoryStorage, systemClock } from '../../../plugin/storage/index.ts';
import { configSchema } from '../../../runtime-shim/cli/config/config-schema.ts';
import { createRuntimeOf } from '../../../runtime-shim/cli/create-runtime-of.ts';
import type { LiveTexEmulator, OperatorStatus } from '../../../runtime-shim/emulator/emulator-contract.ts';
import { startLiveTexEmulator } from '../../../runtime-shim/emulator/index.ts';
import type { LeadView, Runtime } from '../../../runtime-shim/runtime/contract.ts';
import { ROOT } from '../../support/command.ts';
import { startWebhookServer } from '../../support/http-server.ts';
import { sharedSandbox } from '../../support/shared-sandbox.ts';

export const EXAMPLES = join(ROOT, 'scripts-examples');
const CHANNEL = 'telegram';
const LEAD = '42';
const KEY = 'example-key';

export interface ExampleDialog {
  readonly runtime: Runtime;
  readonly emulator: LiveTexEmulator;
  readonly userId: string;
  readonly operatorId: string;
  /** Says it and waits until nobody has anything to do. Returns what the lead saw since, as `from: text`. */
  readonly say: (text: string) => Promise<string[]>;
  /** Waits until nobody has anything to do. Returns what the lead saw since the last time. */
  readonly settled: () => Promise<string[]>;
  readonly view: () => Promise<LeadView>;
}

export async function startExample(name: string, operators: OperatorStatus): Promise<ExampleDialog> {
  const emulator = await startLiveTexEmulator({ operators: [{ id: 'maria', firstName: 'Мария', status: operators }] });
  onTestFinished(() => emulator.close());
  let receive: Parameters<typeof startWebhookServer>[0] = async () => ({ status: 503, body: '{}' });
  const server = await startWebhookServer(async (...call) => await receive(...call));
  onTestFinished(() => server.close());
  const config = configSchema.parse({
    bot: join(EXAMPLES, name),
    livetex: [{ token: emulator.token, baseUrl: emulator.url, webhook: { publicUrl: server.url, key: KEY } }],
  });
  const storage = createMemoryStorage({ clock: systemClock });
  const runtime = await createRuntimeOf(config, {
    storage,
    parts: { sandbox: sharedSandbox() },
    onPlugin: (plugin) => {
      receive = async (bindingId, bytes, headers) => await plugin.webhook(bindingId, bytes, headers);
      void plugin.setWebhook('main');
    },
  });
  onTestFinished(async () => {
    await runtime.close();
    await storage.close();
  });
  await runtime.start();
  let seen = 0;
  const settled = async (): Promise<string[]> => {
    await runtime.idle();
    await emulator.webhooks.idle();
    await runtime.idle();
    const messages = await runtime.messages(CHANNEL, LEAD, seen);
    seen = messages.at(-1)?.seq ?? seen;
    return messages.map(({ from, text, buttons }) => {
      const row = (buttons ?? []).flat().map((button) => `[${button.text}]`);
      return `${from}: ${[text ?? '', ...row].join(' ')}`.trim();
    });
  };
  return {
    runtime,
    emulator,
    userId: userIdOf({ botId: runtime.botId, channel: CHANNEL, externalId: LEAD }),
    operatorId: 'maria',
    settled,
    say: async (text) => {
      await runtime.receive({ channel: CHANNEL, externalId: LEAD, name: 'Анна', text });
      return await settled();
    },
    view: async () => {
      const view = await runtime.lead(CHANNEL, LEAD);
      if (view === undefined) throw new Error('the lead is not known');
      return view;
    },
  };
}
