/**
 * What a platform's TypeScript must accept and what it must refuse. Compiled with the rest of the project, never run: an
 * `@ts-expect-error` without an error below it is an error.
 */
import type * as pluginTypes from '../../plugin/index.ts';
import { createLiveTexPlugin, type LiveTexHost, type LiveTexPlugin } from '../../plugin/index.ts';
import type * as emulatorTypes from '../../runtime-shim/emulator/index.ts';
import { startLiveTexEmulator } from '../../runtime-shim/emulator/index.ts';
import type * as runtimeTypes from '../../runtime-shim/runtime/index.ts';
import { createRuntime } from '../../runtime-shim/runtime/index.ts';

/** Whoever writes a host, a storage or a client of their own can name what those are given and give back. */
export type Nameable = [
  pluginTypes.Availability,
  pluginTypes.BindingAccess,
  pluginTypes.ClaimedJob,
  pluginTypes.ClaimRequest,
  pluginTypes.DeadJob,
  pluginTypes.Destination,
  pluginTypes.GetHistoryRequest,
  pluginTypes.LiveTexMethod,
  pluginTypes.NewJob,
  pluginTypes.QueuePause,
  pluginTypes.QueueStats,
  pluginTypes.SelectDestinationRequest,
  pluginTypes.SendFileRequest,
  pluginTypes.SendTextRequest,
  pluginTypes.SentMessage,
  pluginTypes.SetWebhookRequest,
  pluginTypes.StoredJob,
  pluginTypes.StreamEntry,
  pluginTypes.Timer,
  pluginTypes.VersionedRecord,
  runtimeTypes.Activity,
  runtimeTypes.BotRoute,
  runtimeTypes.BotScript,
  runtimeTypes.HttpLimits,
  runtimeTypes.Json,
  runtimeTypes.Place,
  runtimeTypes.ScriptPlace,
  emulatorTypes.Clock,
];

// The least host: `authorLog`, `observe`, `logger` and `clock` may be left out.
export const host: LiveTexHost = {
  attributes: { get: async () => ({ attributes: { номер_заявки: 705, срочно: true, имя: 'Test' } }) },
  hasScript: async () => false,
  runScript: async () => {},
  deliver: async () => {},
  setForwarded: async () => {},
};

export async function accepted(): Promise<void> {
  const plugin: LiveTexPlugin = await createLiveTexPlugin({ bindings: [{ token: 'key' }], storage: 'memory:', host });
  const lead = { botId: 'support', channel: 'telegram', externalId: '1' };
  const [verdict] = await plugin.accept([
    { type: 'LeadMessage', id: '1', lead, at: 0, content: { text: 'Здравствуйте' } },
    { type: 'BotMessage', id: '2', lead, at: 0, content: { buttons: [[{ text: 'Да', callback_data: '1' }]] } },
    { type: 'TransferRequested', id: '3', lead, at: 0 },
    { type: 'ReturnRequested', id: '4', lead, at: 0 },
  ]);
  verdict satisfies object | undefined;
  const { status, body } = await plugin.webhook('main', new Uint8Array(), {});
  status satisfies number;
  body satisfies string;
  const { mode, transfer, operator, forwarded } = await plugin.dialog(lead);
  mode satisfies 'bot' | 'transferring' | 'waiting' | 'operator';
  transfer satisfies number;
  operator satisfies { readonly name: string } | null;
  forwarded satisfies boolean;

  // A plugin is what a runtime loads; the storage is the runtime's, so that both commit together.
  const runtime = await createRuntime({
    bot: 'bot',
    plugins: [(ports, storage) => createLiveTexPlugin({ bindings: [], storage, host: ports })],
  });
  await runtime.receive({ channel: 'telegram', externalId: '1', text: 'Здравствуйте' });
  const emulator = await startLiveTexEmulator();
  emulator.url satisfies string;
  emulator.token satisfies string;
  await emulator.close();
}

export async function refused(plugin: LiveTexPlugin): Promise<void> {
  const lead = { botId: 'support', channel: 'telegram', externalId: '1' };

  // @ts-expect-error: without a host nothing can be delivered
  await createLiveTexPlugin({ bindings: [], storage: 'memory:' });
  // @ts-expect-error: a binding needs its token
  await createLiveTexPlugin({ bindings: [{}], storage: 'memory:', host });
  // @ts-expect-error: there is no such key
  await createLiveTexPlugin({ bindings: [{ token: 'key', tokn: 'x' }], storage: 'memory:', host });
  // @ts-expect-error: there is no such version
  await createLiveTexPlugin({ bindings: [{ token: 'key', apiVersion: '2.0' }], storage: 'memory:', host });

  // @ts-expect-error: an event has an id, by which a repeated one is known
  await plugin.accept([{ type: 'TransferRequested', lead, at: 0 }]);
  // @ts-expect-error: there is no such event
  await plugin.accept([{ type: 'Transfer', id: '1', lead, at: 0 }]);
  // @ts-expect-error: a lead is named by bot, channel and external id
  await plugin.accept([{ type: 'TransferRequested', id: '1', lead: '1', at: 0 }]);
  // @ts-expect-error: a webhook is taken as bytes, since parsing is the plugin's
  await plugin.webhook('main', { type: 'Closed' }, {});

  // @ts-expect-error: an attribute for the operator is a string, a number or a boolean
  host.attributes.get = async () => ({ attributes: { заказ: { номер: 705 } } });
  // @ts-expect-error: each port must be there
  ({ attributes: host.attributes, deliver: async () => {} }) satisfies LiveTexHost;

  // @ts-expect-error: a runtime needs a bot folder
  await createRuntime({});
  // @ts-expect-error: a message names its channel and lead
  await (await createRuntime({ bot: 'bot' })).receive({ text: 'x' });
  // @ts-expect-error: there is no such status
  (await startLiveTexEmulator()).operators.setStatus('1001', 'busy');
}
