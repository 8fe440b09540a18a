import type { DialogEvent } from '../contract/dialog.ts';
import { type LeadRef, leadOf } from '../contract/lead.ts';
import type { WebhookEvent } from '../contract/livetex-webhook.ts';
import { readDialog } from '../core/dialog-record.ts';
import { dialogLane } from '../core/jobs.ts';
import type { Binding, PluginContext } from '../core/plugin-context.ts';
import { fromWebhook } from '../dialog/from-webhook.ts';
import { stepOrEnqueue } from '../runner/step-dialog.ts';
import type { Transaction } from '../storage/contract.ts';

/** Longest user id that is shown, UTF-16 units: ours have at most 330, a foreign one may have a million. */
const MAX_SHOWN_ID = 400;

const WEBHOOK_SCOPE = 'livetex-webhooks';

/** `ignored`: means nothing to us. `duplicate`: its id was seen before. */
export type WebhookOutcome = 'stored' | 'duplicate' | 'ignored';

/** A verified event about one of our leads, and what it means for the lead's dialog. */
export interface ReceivedWebhook {
  readonly binding: Binding;
  readonly userId: string;
  readonly lead: LeadRef;
  readonly event: WebhookEvent;
  readonly dialogEvent: DialogEvent;
}

/** What an event means, and to whose dialog; `undefined` when it means nothing or is about none of ours. `receivedAt`: Unix ms, our clock. */
export function receivedWebhook(
  context: Pick<PluginContext, 'bindings'>,
  binding: Binding,
  event: WebhookEvent,
  receivedAt: number,
): ReceivedWebhook | undefined {
  const userId = userIdIn(event);
  const dialogEvent = fromWebhook(event, receivedAt);
  if (userId === undefined || dialogEvent === undefined) return undefined;
  const lead = leadOf(userId);
  if (lead === undefined || !context.bindings.takesBot(binding, lead.botId)) return undefined;
  return { binding, userId, lead, event, dialogEvent };
}

/** Does what an event means, or puts it into its dialog's lane, once per id: part of the transaction that stores the event. */
export async function takeWebhook(
  tx: Transaction,
  context: PluginContext,
  received: ReceivedWebhook,
): Promise<WebhookOutcome> {
  const { binding, userId, lead, event, dialogEvent } = received;
  const isOurs = context.bindings.of(lead) === binding || (await isOpen(tx, dialogLane(binding.id, userId)));
  if (!isOurs) return 'ignored';
  if (await wasSeen(tx, binding.id, event)) return 'duplicate';
  // Told before the step, which tells of its own effects: so people read the cause first. Both are told inside the transaction.
  tellOf(context, binding.id, event, 'stored');
  await stepOrEnqueue(tx, context, { binding, userId, event: dialogEvent });
  return 'stored';
}

/** Counts and logs what became of an event, once that is committed. */
export function reportWebhook(
  context: PluginContext,
  bindingId: string,
  event: WebhookEvent,
  outcome: WebhookOutcome,
): void {
  context.counters.add('livetex_webhooks_total', { binding: bindingId, outcome });
  if (outcome !== 'stored') tellOf(context, bindingId, event, outcome);
  context.logger.debug('webhook', { binding: bindingId, type: event.type, id: event.id, ...userOf(event), outcome });
}

/** For the timeline. */
export function tellOf(context: PluginContext, bindingId: string, event: WebhookEvent, outcome: WebhookOutcome): void {
  const at = context.clock.now();
  context.observe({ kind: 'webhook', at, binding: bindingId, ...userOf(event), event, outcome });
}

/** Was this event taken before? Remembers it. */
export async function wasSeen(tx: Transaction, bindingId: string, event: WebhookEvent): Promise<boolean> {
  return (await tx.remember(`${WEBHOOK_SCOPE}/${bindingId}`, event.id, event.type)) !== undefined;
}

function userOf(event: WebhookEvent): { readonly userId?: string } {
  const userId = userIdIn(event);
  return userId === undefined ? {} : { userId: userId.slice(0, MAX_SHOWN_ID) };
}

function userIdIn(event: WebhookEvent): string | undefined {
  return 'user_id' in event && typeof event.user_id === 'string' ? event.user_id : undefined;
}

/** A dialog handed over, or left as a message, before its lead was given to another binding, or to none, must still be able to end. */
async function isOpen(tx: Transaction, lane: string): Promise<boolean> {
  const { state } = await readDialog(tx, lane);
  return state.mode !== 'bot' || state.messageLeft;
}
