/** One lead's dialog for a maintainer: where it stands, what was said, what waits. */
import { z } from 'zod';
import type { LeadRef } from '../../../plugin/contract/lead.ts';
import { lanesOf } from '../../../plugin/index.ts';
import type { Storage } from '../../../plugin/storage/contract.ts';
import { pauseOf } from '../../../plugin/storage/index.ts';
import { leadKey, leadQueue } from '../../leads/lead-keys.ts';
import type { BotRuntime, LeadView, TranscriptMessage } from '../../runtime/contract.ts';

/** How far the waiting jobs of one lane are counted. */
const MAX_WAITING = 10_000;
/** Most that is shown of a transcript, in UTF-16 units of its JSON: the newest lines of it. */
const MAX_SIZE = 4 * 1_024 * 1_024;
/** What is read at one time. */
const PAGE = { maxLines: 200, maxSize: 1_024 * 1_024 };

/** What is waiting in one lane of the lead. */
export interface WaitingLane {
  readonly queue: string;
  readonly jobs: number;
  readonly attempts: number;
  readonly error: string | null;
  /** Why the whole queue is held back: a code of the error catalogue; `null` when it is not. */
  readonly heldBack: string | null;
}

export interface DialogReport {
  readonly view: LeadView;
  readonly messages: readonly TranscriptMessage[];
  /** Earlier messages that are not shown. */
  readonly earlier: number;
  readonly waiting: readonly WaitingLane[];
}

export interface LeadRequest {
  readonly channel: string;
  readonly externalId: string;
  /** How many messages. */
  readonly last: number;
}

/** What a running server answered: its shape is ours, of the same version or a near one. */
export const dialogReportSchema = z
  .looseObject({ view: z.looseObject({}), messages: z.array(z.looseObject({})), waiting: z.array(z.looseObject({})) })
  .transform((report) => report as unknown as DialogReport);

/** `undefined`: there is no such lead. */
export async function dialogReport(
  runtime: Pick<BotRuntime, 'lead' | 'messages'>,
  storage: Storage,
  { channel, externalId, last }: LeadRequest,
): Promise<DialogReport | undefined> {
  const view = await runtime.lead(channel, externalId);
  if (view === undefined) return undefined;
  const { messages, earlier } = await newestMessages(runtime, { channel, externalId, last });
  const { botId } = view.lead;
  const waiting = await waitingLanes(storage, { botId, channel, externalId });
  return { view, messages, earlier, waiting };
}

/** Page by page, keeping only what is shown: the whole of a long transcript would not fit into memory. */
async function newestMessages(
  runtime: Pick<BotRuntime, 'messages'>,
  { channel, externalId, last }: LeadRequest,
): Promise<Pick<DialogReport, 'messages' | 'earlier'>> {
  const kept: Array<{ readonly message: TranscriptMessage; readonly size: number }> = [];
  let size = 0;
  let count = 0;
  for (let after = 0; ;) {
    const page = await runtime.messages(channel, externalId, after, PAGE);
    if (page.length === 0) break;
    for (const message of page) {
      const length = JSON.stringify(message).length;
      kept.push({ message, size: length });
      size += length;
      after = message.seq;
    }
    count += page.length;
    while (kept.length > last || (size > MAX_SIZE && kept.length > 1)) size -= kept.shift()?.size ?? 0;
  }
  return { messages: kept.map(({ message }) => message), earlier: count - kept.length };
}

/** Every lane in which something of a lead may wait. */
export async function lanesOfLead(
  storage: Storage,
  lead: LeadRef,
): Promise<Array<{ readonly queue: string; readonly lane: string }>> {
  const queues = (await storage.stats()).map(({ queue }) => queue);
  const ofBot = queues.filter((queue) => queue === leadQueue(lead.botId));
  return [...ofBot.map((queue) => ({ queue, lane: leadKey(lead) })), ...lanesOf(lead, queues)];
}

async function waitingLanes(storage: Storage, lead: LeadRef): Promise<WaitingLane[]> {
  const known = await lanesOfLead(storage, lead);
  return await storage.read(async (tx) => {
    const lanes: WaitingLane[] = [];
    for (const { queue, lane } of known) {
      const [head] = await tx.listJobs(queue, lane, 1);
      if (head === undefined) continue;
      const pause = await tx.getPause(queue);
      const heldBack = pause === undefined ? null : pauseOf(pause).code;
      const jobs = (await tx.readLane(queue, lane, MAX_WAITING))?.jobs ?? 0;
      lanes.push({ queue, jobs, attempts: head.attempts, error: head.lastError, heldBack });
    }
    return lanes;
  });
}
