/** What the console asks of the others: put together in `runtime-shim/cli/`. */
import type { DialogView } from '../../plugin/contract/dialog.ts';
import type { ReadTransaction } from '../../plugin/storage/contract.ts';
import type { EventVerdict, PlatformEvent } from '../../plugin/contract/events.ts';
import type { LeadRef } from '../../plugin/contract/lead.ts';
import type { Check, LeadData, OpenDialog, OpenDialogsPage, PluginBindings } from '../../plugin/contract/plugin.ts';
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

/** The channels of the configuration file, which leads write from. Their codes are those of `list`. */
export interface Messengers {
  readonly list: ReadonlyArray<
    Pick<MessengerView, 'code' | 'kind' | 'mode' | 'bot' | 'tokenEnd' | 'settings' | 'webhookUrl'>
  >;
  /** What the messenger knows. Sends no message. @throws coded errors */
  inspect(code: string, signal: AbortSignal): Promise<Inspection>;
  /** Has it post here, or nowhere where events are fetched. @throws coded errors */
  register(code: string, signal: AbortSignal): Promise<void>;
}
