/** One lead's dialog for a maintainer: where it stands, what was said, what waits. */
import { z } from 'zod';
import { userIdOf } from '../../../plugin/contract/lead.ts';
import type { Storage } from '../../../plugin/storage/contract.ts';
import type { LeadView, Runtime, TranscriptMessage } from '../../runtime/contract.ts';

/** Most waiting jobs of one lane that are looked at. */
const MAX_WAITING = 1_000;

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

/** What a running server answered: its shape is ours, of the same version or a near one. */
export const dialogReportSchema = z
  .looseObject({ view: z.looseObject({}), messages: z.array(z.looseObject({})), waiting: z.array(z.looseObject({})) })
  .transform((report) => report as unknown as DialogReport);

/** `undefined`: there is no such lead. */
export async function dialogReport(
  runtime: Pick<Runtime, 'lead' | 'messages'>,
  storage: Storage,
  { channel, externalId, last }: { readonly channel: string; readonly externalId: string; readonly last: number },
): Promise<DialogReport | undefined> {
  const view = await runtime.lead(channel, externalId);
  if (view === undefined) return undefined;
  const all = await allMessages(runtime, channel, externalId);
  const { botId } = view.lead;
  const userId = userIdOf({ botId, channel, externalId });
  const waiting = await waitingLanes(storage, userId);
  return { view, messages: all.slice(-last), earlier: Math.max(0, all.length - last), waiting };
}

async function allMessages(
  runtime: Pick<Runtime, 'messages'>,
  channel: string,
  externalId: string,
): Promise<TranscriptMessage[]> {
  const all: TranscriptMessage[] = [];
  for (;;) {
    const page = await runtime.messages(channel, externalId, all.at(-1)?.seq ?? 0);
    if (page.length === 0) return all;
    all.push(...page);
  }
}

/** A lane of this lead is named by the user id, alone or behind a binding's id and a slash. */
async function waitingLanes(storage: Storage, userId: string): Promise<WaitingLane[]> {
  const stats = await storage.stats();
  return await storage.read(async (tx) => {
    const lanes: WaitingLane[] = [];
    const bindings = ['', ...stats.flatMap(({ queue }) => (queue.startsWith('livetex:') ? [queue.slice(8)] : []))];
    for (const { queue } of stats) {
      const heldBack = (await tx.getGate(queue))?.reason ?? null;
      for (const lane of [userId, ...bindings.map((binding) => `${binding}/${userId}`)]) {
        const jobs = await tx.listJobs(queue, lane, MAX_WAITING);
        const [head] = jobs;
        if (head !== undefined) {
          lanes.push({ queue, jobs: jobs.length, attempts: head.attempts, error: head.lastError, heldBack });
        }
      }
    }
    return lanes;
  });
}
