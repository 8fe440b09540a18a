/** What both the writer and the reader of a release's data know of them. */
import { createLiveTexPlugin, type LiveTexPlugin } from '../../../plugin/index.ts';
import type { BindingInput } from '../../../plugin/contract/binding-config.ts';
import type { Clock } from '../../../plugin/contract/host.ts';
import type { Storage } from '../../../plugin/storage/index.ts';
import type { LiveTexEmulator } from '../../../runtime-shim/emulator/emulator-contract.ts';
import type { Runtime } from '../../../runtime-shim/runtime/contract.ts';
import { createRuntime } from '../../../runtime-shim/runtime/index.ts';

/** The bot whose dialogs they are; it lies beside the data of each release. */
export const BOT_ID = 'support';
const WEBHOOK_KEY = 'key-of-the-release-data';
/** An event of an operator that the older program has taken: LiveTex may repeat it. */
export const SEEN_EVENT = 'seen-event';
const OPERATOR = { employee_id: 'maria', first_name: 'Мария' };

export const userIdOf = (externalId: string): string => `${BOT_ID}:telegram:${externalId}`;

/** An operator's event as LiveTex posts it. */
export function operatorEvent(externalId: string, event: Readonly<Record<string, unknown>>): Uint8Array {
  const common = { webhook_key: WEBHOOK_KEY, user_id: userIdOf(externalId), timestamp: Date.now(), employee: OPERATOR };
  return new TextEncoder().encode(JSON.stringify({ ...common, ...event }));
}

export interface ReleasedRuntime {
  readonly runtime: Runtime;
  readonly plugin: LiveTexPlugin;
  readonly storage: Storage;
}

/** The runtime on a release's bot, not started. */
export async function makeRuntime(options: {
  readonly bot: string;
  readonly storage: string | Storage;
  readonly emulator: Pick<LiveTexEmulator, 'url' | 'token'>;
  readonly clock?: Clock;
  readonly binding?: Partial<BindingInput>;
}): Promise<ReleasedRuntime> {
  const made: { plugin?: LiveTexPlugin; storage?: Storage } = {};
  const { token, url } = options.emulator;
  const runtime = await createRuntime({
    bot: options.bot,
    storage: options.storage,
    sandbox: { runners: 1, spares: 0 },
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    plugins: [
      async (host, storage) => {
        const webhook = { publicUrl: 'http://127.0.0.1:9', key: WEBHOOK_KEY };
        const bindings = [{ token, baseUrl: url, webhook, ...options.binding }];
        Object.assign(made, { storage, plugin: await createLiveTexPlugin({ bindings, storage, host }) });
        return made.plugin as LiveTexPlugin;
      },
    ],
  });
  if (made.plugin === undefined || made.storage === undefined) throw new Error('the plugin was not made');
  return { runtime, plugin: made.plugin, storage: made.storage };
}
