import { z } from 'zod';
import { messageOf } from '../contract/coded-error.ts';
import { webhookEventSchema } from '../contract/livetex-webhook.ts';
import { problemsOf } from '../contract/parse-tolerantly.ts';
import { DIALOGS, dialogJob, dialogLane } from '../core/jobs.ts';
import { fromOrigin } from '../core/origin.ts';
import type { PluginContext } from '../core/plugin-context.ts';
import { fromWebhook } from '../dialog/from-webhook.ts';
import type { Transaction } from '../storage/contract.ts';
import { receivedWebhook, reportWebhook, takeWebhook, tellOf, type WebhookOutcome, wasSeen } from './take-webhook.ts';

/** Where an earlier version kept webhooks that their dialogs had not taken yet, by the order of arrival. */
export const INBOX = 'livetex-inbox';
/** Records read at one time. Our choice: one holds at most a megabyte of events, so memory stays small. */
const PAGE = 10;

const storedSchema = z.array(
  z.object({ bindingId: z.string(), userId: z.string(), receivedAt: z.number(), event: webhookEventSchema }),
);
type StoredWebhook = z.infer<typeof storedSchema>[number];
type Take = (tx: Transaction, context: PluginContext, stored: StoredWebhook) => Promise<WebhookOutcome>;

/**
 * Takes the webhooks that an earlier version acknowledged and had not taken when it ended, in their order, each once. Runs before
 * anything else is accepted: what LiveTex was told 200 for comes first. For one version; then this file goes.
 * @throws what storage throws
 */
export async function drainInbox(context: PluginContext): Promise<void> {
  let after: string | undefined;
  for (;;) {
    const page = { limit: PAGE, ...(after === undefined ? {} : { after }) };
    const records = await context.storage.read((tx) => tx.listRecords(INBOX, page));
    for (const { key, value } of records) {
      const stored = storedSchema.safeParse(value);
      if (stored.success) await takeRecord(context, key, stored.data);
      // Left where it is: another version may read it.
      else context.logger.error('stored webhooks cannot be read', { record: key, problems: problemsOf(stored.error) });
    }
    after = records.at(-1)?.key;
    if (records.length < PAGE) return;
  }
}

async function takeRecord(context: PluginContext, key: string, stored: readonly StoredWebhook[]): Promise<void> {
  try {
    await takeAll(context, key, stored, takeStored);
  } catch (error) {
    // One that fails must hold up no other: the lanes get all of them, and give up what fails there where people see it.
    context.logger.error('webhooks could not be taken', { record: key, error: messageOf(error) });
    await takeAll(context, key, stored, leaveToLane);
  }
}

async function takeAll(
  context: PluginContext,
  key: string,
  stored: readonly StoredWebhook[],
  take: Take,
): Promise<void> {
  const outcomes = await context.storage.transaction(async (tx) => {
    const taken: WebhookOutcome[] = [];
    for (const one of stored) {
      const origin = { binding: one.bindingId, livetexEvent: one.event.id };
      taken.push(await fromOrigin(origin, () => take(tx, context, one)));
    }
    await tx.deleteRecord(INBOX, key);
    return taken;
  });
  for (const [place, { bindingId, event }] of stored.entries()) {
    reportWebhook(context, bindingId, event, outcomes[place] ?? 'ignored');
  }
}

const takeStored: Take = async (tx, context, stored) => {
  const binding = context.bindings.get(stored.bindingId);
  // Its binding was taken out of the configuration: the lane gives it up where people see it.
  if (binding === undefined) return leaveToLane(tx, context, stored);
  const received = receivedWebhook(context, binding, stored.event, stored.receivedAt);
  return received === undefined ? 'ignored' : takeWebhook(tx, context, received);
};

const leaveToLane: Take = async (tx, context, { bindingId, userId, receivedAt, event }) => {
  const dialogEvent = fromWebhook(event, receivedAt);
  if (dialogEvent === undefined) return 'ignored';
  if (await wasSeen(tx, bindingId, event)) return 'duplicate';
  tellOf(context, bindingId, event, 'stored');
  const lane = dialogLane(bindingId, userId);
  // On a database that several nodes share the read locks the dialog: no node takes its next event before this one can be seen waiting.
  await tx.getRecord(DIALOGS, lane);
  await tx.enqueue([dialogJob(lane, dialogEvent)]);
  return 'stored';
};
