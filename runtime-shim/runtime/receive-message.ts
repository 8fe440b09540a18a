import { codeOf } from '../../plugin/contract/coded-error.ts';
import type { Json, NewJob, Transaction } from '../../plugin/storage/contract.ts';
import { idScope, leadKey, leadQueue } from '../leads/lead-keys.ts';
import { ensureLead } from '../leads/lead-store.ts';
import { appendLine } from '../leads/transcript.ts';
import type { LeadMessageInput, TranscriptMessage } from './contract.ts';
import type { LeadJob } from './lead-job.ts';
import { parseLeadMessage } from './lead-message.ts';
import type { RuntimeContext } from './runtime-context.ts';

/** Two nodes that meet a new lead at one moment: one of them tries again and finds it. */
const MAX_TRIES = 5;

/**
 * Stores a lead's message with the job that will act on it, in one transaction; a repeated id changes nothing. The message
 * stands in the transcript from then on, so that its reader sees it at once and exactly once.
 */
export async function receiveMessage(
  context: RuntimeContext,
  input: LeadMessageInput,
  newId: () => string,
): Promise<{ readonly id: string }> {
  const message = parseLeadMessage(context.botId, input);
  const id = message.id ?? newId();
  const at = context.clock.now();
  const job: LeadJob = {
    kind: 'message',
    lead: message.lead,
    id,
    ...(message.name === undefined ? {} : { name: message.name }),
    content: message.content,
    at,
  };
  const store = async (tx: Transaction): Promise<TranscriptMessage | undefined> => {
    if ((await tx.remember(idScope('message', message.lead), id, true)) !== undefined) return undefined;
    await ensureLead(tx, message.lead, message.name ?? null, at);
    const line = await appendLine(tx, message.lead, { from: 'lead', ...message.content }, at);
    await tx.enqueue([newLeadJob(job)]);
    return line;
  };
  for (let tries = 1; ; tries += 1) {
    try {
      const line = await context.storage.transaction(store);
      if (line !== undefined) context.activities.emit({ kind: 'message', at, lead: message.lead, message: line });
      return { id };
    } catch (error) {
      if (codeOf(error) !== 'storage_conflict' || tries === MAX_TRIES) throw error;
    }
  }
}

/** A job at the end of its lead's lane. */
export function newLeadJob(job: LeadJob): NewJob {
  return {
    queue: leadQueue(job.lead.botId),
    lane: leadKey(job.lead),
    kind: job.kind,
    // Parsed content is JSON with optional keys, which the type `Json` cannot say.
    payload: job as unknown as Json,
  };
}
