import { createHash } from 'node:crypto';
import { messageOf } from '../../plugin/contract/coded-error.ts';
import type { LeadRef } from '../../plugin/contract/lead.ts';
import type { Content } from '../../plugin/contract/message.ts';
import type { Json, NewJob, Transaction } from '../../plugin/storage/contract.ts';
import { idScope, leadKey, leadQueue } from '../leads/lead-keys.ts';
import { again, ensureLead } from '../leads/lead-store.ts';
import { appendAuthorLog, appendLine } from '../leads/transcript.ts';
import type { LeadMessageInput, RuntimeActivity } from './contract.ts';
import type { LeadJob } from './lead-job.ts';
import { parseLeadMessage } from './lead-message.ts';
import { MAX_LEAD_MESSAGES_CHARS } from './output-quota.ts';
import type { RuntimeContext } from './runtime-context.ts';

/**
 * Stores a lead's message with the job that will act on it, in one transaction; a repeated id changes nothing. The message
 * stands in the transcript from then on, so that its reader sees it at once and exactly once. @throws lead_messages_full, message_invalid
 */
export async function receiveMessage(
  context: RuntimeContext,
  input: LeadMessageInput,
  newId: () => string,
): Promise<{ readonly id: string }> {
  const { id, lead, chars, store } = messageToStore(context, input, newId);
  context.quota.receive(lead, chars);
  (await again(() => context.storage.transaction(store)))();
  return { id };
}

/**
 * The same in a transaction that somebody else begins. A messenger would repeat what is refused, and hold back everybody's messages
 * meanwhile: one above the lead's quota is left out, which the author's log says once an hour. `isAnswered`: the lead's page is told
 * instead, and finds its message again by its id in the transcript. Returns what to do once it is committed.
 * @throws message_invalid; lead_messages_full where it `isAnswered`
 */
export async function receiveIn(
  tx: Transaction,
  context: RuntimeContext,
  input: LeadMessageInput,
  newId: () => string,
  isAnswered = false,
): Promise<() => void> {
  const { lead, chars, store } = messageToStore(context, input, newId, isAnswered);
  try {
    context.quota.receive(lead, chars);
  } catch (error) {
    if (isAnswered) throw error;
    return await leaveOut(tx, context, lead, error);
  }
  return await store(tx);
}

async function leaveOut(
  tx: Transaction,
  { quota, clock, logger, activities, botId: bot }: RuntimeContext,
  lead: LeadRef,
  error: unknown,
): Promise<() => void> {
  if (!quota.isNews(lead, tx)) return () => undefined;
  const at = clock.now();
  const text = `лид пишет слишком много: его сообщения до конца часа пропускаются (больше ${MAX_LEAD_MESSAGES_CHARS} символов за час)`;
  await appendAuthorLog(tx, lead, { level: 'warn', text }, at);
  return () => {
    quota.noteTold(lead);
    logger.warn('messages of a lead who writes too much are left out', { bot, error: messageOf(error) });
    activities.emit({ kind: 'author_log', at, lead, level: 'warn', text });
  };
}

/** What a message becomes: `store` returns what to do once it is committed. @throws message_invalid */
function messageToStore(
  context: RuntimeContext,
  input: LeadMessageInput,
  newId: () => string,
  showsId = false,
): {
  readonly id: string;
  readonly lead: LeadRef;
  readonly chars: number;
  readonly store: (tx: Transaction) => Promise<() => void>;
} {
  const message = parseLeadMessage(context.botId, input);
  const id = message.id ?? newId();
  const at = context.clock.now();
  const job: LeadJob = {
    kind: 'message',
    lead: message.lead,
    id,
    ...(message.name === undefined ? {} : { name: message.name }),
    content: message.content,
    ...(message.edits === undefined ? {} : { edits: message.edits }),
    at,
  };
  const print = fingerprintOf(message.content);
  const storeIn = async (tx: Transaction): Promise<RuntimeActivity | undefined> => {
    const known = await tx.remember(idScope('message', message.lead), id, print);
    if (known !== undefined) return await logChanged(tx, known.value);
    await ensureLead(tx, message.lead, message.name ?? null, at);
    const shown = { from: 'lead' as const, ...message.content, edits: message.edits, ...(showsId ? { id } : {}) };
    const line = await appendLine(tx, message.lead, shown, at);
    await tx.enqueue([newLeadJob(job)]);
    return { kind: 'message', at, lead: message.lead, message: line };
  };
  /** A repeat says the same; another text under a known id is a correction that its channel does not call one. */
  const logChanged = async (tx: Transaction, known: Json): Promise<RuntimeActivity | undefined> => {
    if (typeof known !== 'string' || known === print) return undefined;
    const said = message.content.text?.slice(0, MAX_LOGGED_TEXT).toWellFormed() ?? 'без текста';
    const text = `сообщение лида с номером ${id} пришло ещё раз, но другое, и пропущено (исправление канал передаёт с edits): ${said}`;
    await appendAuthorLog(tx, message.lead, { level: 'warn', text }, at);
    return { kind: 'author_log', at, lead: message.lead, level: 'warn', text };
  };
  const store = async (tx: Transaction): Promise<() => void> => {
    const happened = await storeIn(tx);
    return () => {
      if (happened?.kind === 'author_log')
        context.logger.warn('a known message came again with another content and was ignored', { bot: context.botId });
      if (happened !== undefined) context.activities.emit(happened);
    };
  };
  return { id, lead: message.lead, chars: JSON.stringify(message.content).length, store };
}

/** Longest part of an ignored text in the author's log. Our choice: to recognise it by. */
const MAX_LOGGED_TEXT = 200;

/** The same for the same content, and short: it is kept with the message's id. Earlier versions kept `true`. */
function fingerprintOf(content: Content): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('base64url');
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
