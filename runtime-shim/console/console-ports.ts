/** What the console asks of the others: put together in `runtime-shim/cli/`. */
import type { DialogView } from '../../plugin/contract/dialog.ts';
import type { ReadTransaction } from '../../plugin/storage/contract.ts';
import type { EventVerdict, PlatformEvent } from '../../plugin/contract/events.ts';
import type { LeadRef } from '../../plugin/contract/lead.ts';
import type { Check, LeadData, OpenDialog, OpenDialogsPage, PluginBindings } from '../../plugin/contract/plugin.ts';
import type { ChannelPut } from '../channels/channel-registry.ts';
import type { Inspection } from '../channels/contract.ts';
import type { MessengerView } from './records/messenger-records.ts';
import type { TransferRange, TransferRecord, TransferReport } from '../../plugin/contract/transfer-record.ts';

/** What of the LiveTex plugin is looked after here. */
export interface ConsolePlugin {
  readonly bindings: PluginBindings;
  setWebhook(bindingId: string): Promise<{ readonly url: string }>;
  removeWebhook(bindingId: string): Promise<void>;
  webhookSettings(bindingId: string): Promise<{ readonly url: string }>;
  check(bindingId: string): Promise<readonly Check[]>;
  openDialogs(page: OpenDialogsPage): Promise<readonly OpenDialog[]>;
  accept(events: readonly PlatformEvent[]): Promise<EventVerdict[]>;
  dialog(lead: LeadRef, tx?: ReadTransaction): Promise<DialogView>;
  leadData(lead: LeadRef): Promise<LeadData>;
  transfers(
    page: TransferRange & { readonly after?: string; readonly limit: number },
  ): Promise<readonly TransferRecord[]>;
  report(range: TransferRange & { readonly timeZone?: string }): Promise<TransferReport>;
}

/** What is known of a channel without asking it. */
export type MessengerFacts = Pick<
  MessengerView,
  'code' | 'kind' | 'mode' | 'bot' | 'tokenEnd' | 'settings' | 'secrets' | 'webhookUrl' | 'source' | 'version' | 'state'
>;

/** The channels that leads write from: those of the configuration file, and those that were put while the server runs. */
export interface Messengers {
  /** Can channels be put here while the server runs? */
  readonly isChangeable: boolean;
  /** Are their secrets stored sealed? */
  readonly isSealed: boolean;
  list(): Promise<readonly MessengerFacts[]>;
  /** What the messenger knows. Sends no message. @throws coded errors */
  inspect(code: string, signal: AbortSignal): Promise<Inspection>;
  /** Has it post here, or nowhere where events are fetched. @throws coded errors */
  register(code: string, signal: AbortSignal): Promise<void>;
  /** Adds a channel or changes it; a secret that is left out stays. @throws channel_given, channel_changed, channel_invalid, channel_of_another */
  put(code: string, settings: Readonly<Record<string, unknown>>, how: ChannelPut): Promise<void>;
  /** What became of its webhook: `left` when the messenger did not answer. `undefined`: there is no such channel. @throws channel_given */
  remove(code: string): Promise<'removed' | 'none' | 'left' | undefined>;
}
