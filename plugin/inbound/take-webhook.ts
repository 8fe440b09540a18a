import { leadOf } from '../contract/lead.ts';
import type { WebhookEvent } from '../contract/livetex-webhook.ts';
import { fromWebhook, isForDialog } from '../dialog/from-webhook.ts';
import type { Transaction } from '../storage/contract.ts';
import { readDialog } from '../core/dialog-record.ts';
import { dialogJob, DIALOGS, dialogLane } from '../core/jobs.ts';
import type { PluginContext } from '../core/plugin-context.ts';
import { stepOrEnqueue } from '../runner/step-dialog.ts';

const WEBHOOK_SCOPE = 'livetex-webhooks';

/** `ignored`: means nothing to us. `duplicate`: its id was seen before. */
export type WebhookOutcome = 'stored' | 'duplicate' | 'ignored';

/** A verified event about one of our leads, on its way to the lead's dialog. */
export interface ReceivedWebhook {
  readonly bindingId: string;
  readonly userId: string;
  /** Unix ms, our clock. */
  readonly receivedAt: number;
  readonly event: WebhookEvent;
}

/** The event as a dialog takes it; `undefined` when it is about none of ours. */
export function receivedWebhook(
  context: Pick<PluginContext, 'bindings' | 'clock'>,
  bindingId: string,
  event: WebhookEvent,
): ReceivedWebhook | undefined {
  if (!isForDialog(event)) return undefined;
  const userId = event.user_id;
  const lead = leadOf(userId);
  const binding = context.bindings.get(bindingId);
  if (lead === undefined || binding === undefined || !context.bindings.takesBot(binding, lead.botId)) return undefined;
  return { bindingId, userId, receivedAt: context.clock.now(), event };
}

/** The dialog that it is about. */
export function laneOf({ bindingId, userId }: ReceivedWebhook): string {
  return dialogLane(bindingId, userId);
}

/** What an event means is done or put into its dialog's lane, once per id. */
export async function takeWebhook(
  tx: Transaction,
  context: PluginContext,
  received: ReceivedWebhook,
): Promise<WebhookOutcome> {
  const { bindingId, userId, event } = received;
  const binding = context.bindings.get(bindingId);
  if (binding === undefined) return leaveToLane(tx, context, received);
  const lead = leadOf(userId);
  const isOurs = (lead && context.bindings.of(lead) === binding) || (await isOpen(tx, laneOf(received)));
  const dialogEvent = fromWebhook(event, received.receivedAt);
  if (!isOurs || dialogEvent === undefined) return 'ignored';
  if (await wasSeen(tx, received)) return 'duplicate';
  // Before what it leads to, so that people read cause and effect in this order; inside the transaction as that is.
  tellOf(context, received, 'stored');
  await stepOrEnqueue(tx, context, { binding, userId, event: dialogEvent });
  return 'stored';
}

/**
 * For an event that cannot be taken at once: its dialog's lane tries again, and gives it up where people see it. So goes
 * one, too, whose binding was taken out of the configuration while it waited.
 */
export async function leaveToLane(
  tx: Transaction,
  context: PluginContext,
  received: ReceivedWebhook,
): Promise<WebhookOutcome> {
  const dialogEvent = fromWebhook(received.event, received.receivedAt);
  if (dialogEvent === undefined) return 'ignored';
  if (await wasSeen(tx, received)) return 'duplicate';
  tellOf(context, received, 'stored');
  // As before every step: on a database that several nodes share the read locks the dialog, so that none of them takes
  // the next event before this one can be seen waiting.
  await tx.getRecord(DIALOGS, laneOf(received));
  await tx.enqueue([dialogJob(laneOf(received), dialogEvent)]);
  return 'stored';
}

/** An event of a binding; without `userId` when it is about no lead. */
type SeenWebhook = Pick<ReceivedWebhook, 'bindingId' | 'event'> & Partial<Pick<ReceivedWebhook, 'userId'>>;

/** Counts and logs what became of an event, once that is committed. */
export function reportWebhook(context: PluginContext, seen: SeenWebhook, outcome: WebhookOutcome): void {
  const { bindingId: binding, event } = seen;
  context.counters.add('livetex_webhooks_total', { binding, outcome });
  if (outcome !== 'stored') tellOf(context, seen, outcome);
  context.logger.debug('webhook', { binding, type: event.type, id: event.id, ...userOf(seen), outcome });
}

function tellOf(context: PluginContext, seen: SeenWebhook, outcome: WebhookOutcome): void {
  const { bindingId: binding, event } = seen;
  context.observe({ kind: 'webhook', at: context.clock.now(), binding, ...userOf(seen), event, outcome });
}

function userOf({ userId }: SeenWebhook): { readonly userId?: string } {
  return userId === undefined ? {} : { userId };
}

async function wasSeen(tx: Transaction, { bindingId, event }: ReceivedWebhook): Promise<boolean> {
  return (await tx.remember(`${WEBHOOK_SCOPE}/${bindingId}`, event.id, event.type)) !== undefined;
}

/** A dialog handed over before its lead was given to another binding, or to none, must still be able to end. */
async function isOpen(tx: Transaction, lane: string): Promise<boolean> {
  return (await readDialog(tx, lane)).state.mode !== 'bot';
}
