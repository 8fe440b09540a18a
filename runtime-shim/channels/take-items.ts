import type { Clock, Logger } from '../../plugin/contract/host.ts';
import { type LeadRef, leadRefSchema } from '../../plugin/contract/lead.ts';
import { type Attachment, MAX_ATTACHMENTS, MAX_FILE_NAME, MAX_TEXT_LENGTH } from '../../plugin/contract/message.ts';
import type { Transaction } from '../../plugin/storage/contract.ts';
import { leadKey } from '../leads/lead-keys.ts';
import { appendAuthorLog, readTranscript } from '../leads/transcript.ts';
import { changeLeadState, channelQueue, isPressedAgain, keepUnreadable, readLeadState } from './channel-records.ts';
import type { InboundFile, InboundItem, Person } from './contract.ts';
import { pressText } from './render-line.ts';

/** A message of a lead, as the runtime takes it. */
interface TakenMessage {
  readonly channel: string;
  readonly externalId: string;
  readonly id: string;
  readonly name?: string;
  readonly text?: string;
  readonly attachments?: readonly Attachment[];
  readonly edits?: string;
}

export interface TakeContext {
  readonly code: string;
  readonly botId: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Stores a lead's message in the transaction, with the job that acts on it. Returns what to do once it is committed. */
  readonly store: (tx: Transaction, message: TakenMessage) => Promise<() => void>;
  /** The address of ours at which a lead's file is reached; `undefined`: ours is not known to anybody outside. */
  readonly linkOf: (lead: LeadRef, file: InboundFile) => string | undefined;
  /** Tells whoever watches of a line of the author's log. */
  readonly told: (lead: LeadRef, level: 'info' | 'warn', text: string) => void;
}

const MAX_NAME = 200;
const MAX_ID = 100;

/**
 * Stores what a messenger told, in the given transaction. An item that cannot be what it says is kept as unreadable: nothing of
 * it is lost, and it holds up nobody. Returns what to do once it is committed.
 */
export async function takeItems(
  tx: Transaction,
  context: TakeContext,
  items: readonly InboundItem[],
): Promise<Array<() => void>> {
  const after: Array<() => void> = [];
  for (const item of items) after.push(...(await takeItem(tx, context, item)));
  return after;
}

async function takeItem(tx: Transaction, context: TakeContext, item: InboundItem): Promise<Array<() => void>> {
  if (item.kind === 'not_private') return takeGroup(tx, context, item);
  if (item.kind === 'unknown') return takeUnknown(tx, context, item);
  const { from } = item;
  const parsed = leadRefSchema.safeParse({ botId: context.botId, channel: context.code, externalId: from.id });
  if (!parsed.success || item.id.length > MAX_ID) {
    const raw = JSON.stringify(item);
    return takeUnknown(tx, context, { kind: 'unknown', id: item.id.slice(0, MAX_ID), at: item.at, what: 'id', raw });
  }
  const lead = parsed.data;
  if (item.kind === 'blocked' || item.kind === 'unblocked') return takeBlocked(tx, context, lead, item);
  await greet(tx, lead, from);
  const common = { channel: lead.channel, externalId: lead.externalId, ...nameOf(from) };
  const id = messageId(item);
  if (item.kind === 'message') {
    return takeMessage(tx, context, lead, item, { ...common, id });
  }
  if (item.kind === 'edited') {
    const text = clean(item.text);
    return text === '' ? [] : [await context.store(tx, { ...common, id, text, edits: sentId(item.message) })];
  }
  return takePress(tx, context, lead, item, { ...common, id });
}

async function takeMessage(
  tx: Transaction,
  context: TakeContext,
  lead: LeadRef,
  { text = '', files = [] }: Extract<InboundItem, { readonly kind: 'message' }>,
  message: Omit<TakenMessage, 'text'>,
): Promise<Array<() => void>> {
  const attachments: Attachment[] = [];
  const lines = [clean(text)];
  const why = new Set<string>();
  for (const [place, file] of files.entries()) {
    const { type, size } = file;
    const name = clean(file.name ?? '')
      .slice(0, MAX_FILE_NAME)
      .toWellFormed();
    const url = context.linkOf(lead, file);
    if (url === undefined)
      why.add('файл лида не открыть: в настройках нет http.publicUrl, поэтому от него осталась строка');
    else if (place >= MAX_ATTACHMENTS)
      why.add(`в сообщении лида больше ${MAX_ATTACHMENTS} файлов: от остальных остались строки`);
    if (url === undefined || place >= MAX_ATTACHMENTS)
      lines.push(`[${FILE_WORDS[type]}${name === '' ? '' : `: ${name}`}]`);
    else attachments.push({ type, url, ...(name === '' ? {} : { name }), ...(size === undefined ? {} : { size }) });
  }
  const said = clean(lines.filter((line) => line !== '').join('\n'));
  const after = [
    await context.store(tx, {
      ...message,
      ...(said === '' ? {} : { text: said }),
      ...(attachments.length === 0 ? {} : { attachments }),
    }),
  ];
  for (const reason of why) after.push(await tell(tx, context, lead, 'warn', reason));
  return after;
}

async function takePress(
  tx: Transaction,
  context: TakeContext,
  lead: LeadRef,
  item: Extract<InboundItem, { readonly kind: 'press' }>,
  message: Omit<TakenMessage, 'text'>,
): Promise<Array<() => void>> {
  const press = { key: `${item.message}\n${item.data}`, at: context.clock.now() };
  // Buttons that stay are there to be pressed again.
  if (item.keepsButtons !== true && (await isPressedAgain(tx, lead, press))) return [];
  const data = await pressText(item.data, async (seq) => {
    const [line] = await readTranscript(tx, lead, { after: seq - 1, maxLines: 1, maxSize: Infinity });
    return line;
  });
  const text = clean(data ?? '');
  if (text !== '') return [await context.store(tx, { ...message, text })];
  return [await tell(tx, context, lead, 'warn', 'нажата кнопка сообщения, которого больше нет: нажатие пропущено')];
}

async function takeBlocked(
  tx: Transaction,
  context: TakeContext,
  lead: LeadRef,
  { kind, id, at, from }: Extract<InboundItem, { readonly kind: 'blocked' | 'unblocked' }>,
): Promise<Array<() => void>> {
  if (kind === 'unblocked') {
    await greet(tx, lead, from);
    return [];
  }
  const { blockedBy } = await readLeadState(tx, lead);
  if (blockedBy === id) return [];
  await changeLeadState(tx, lead, { muted: { at, tryAt: context.clock.now() + MUTED_TRY_MS }, blockedBy: id });
  return [await tell(tx, context, lead, 'info', 'лид запретил боту писать: сообщения ждут, пока он не напишет сам')];
}

/** How long after a refusal a message is tried all the same, ms: the news that the lead lets the bot write again may be lost. Our choice. */
export const MUTED_TRY_MS = 6 * 3_600_000;

/** The lead may be written to (again): what waits is sent at once. */
async function greet(tx: Transaction, lead: LeadRef, { mark }: Person): Promise<void> {
  const before = await readLeadState(tx, lead);
  // A mark of ours is newer knowledge of what was sent than what the lead says.
  const isNew = mark !== undefined && before.mark === null;
  if (before.muted === null && !isNew) return;
  await changeLeadState(tx, lead, { muted: null, ...(isNew ? { mark } : {}) });
  if (before.muted === null) return;
  const [head] = await tx.listJobs(channelQueue(lead.channel), leadKey(lead), 1);
  if (head !== undefined) await tx.hasten(head.id);
}

async function takeGroup(
  tx: Transaction,
  context: TakeContext,
  { chat }: Extract<InboundItem, { readonly kind: 'not_private' }>,
): Promise<Array<() => void>> {
  const { code, botId, logger } = context;
  const parsed = leadRefSchema.safeParse({ botId, channel: code, externalId: chat });
  if (!parsed.success || (await tx.remember(`group:${code}`, chat, true)) !== undefined) return [];
  const text = `бота позвали в группу ${chat}: группы не обслуживаются, сказанное там пропускается`;
  logger.info('messages of a group are ignored', { channel: code, group: chat });
  return [await tell(tx, context, parsed.data, 'info', text)];
}

async function takeUnknown(
  tx: Transaction,
  context: TakeContext,
  item: Extract<InboundItem, { readonly kind: 'unknown' }>,
): Promise<Array<() => void>> {
  const { code, botId, logger } = context;
  if (!(await keepUnreadable(tx, code, item))) return [];
  const after = [() => logger.warn('an update was not understood and is kept', { channel: code, what: item.what })];
  const lead = leadRefSchema.safeParse({ botId, channel: code, externalId: item.from?.id });
  if (!lead.success) return after;
  return [...after, await tell(tx, context, lead.data, 'warn', `лид прислал то, чего бот не понимает (${item.what})`)];
}

/** A line of the author's log; returns what tells it to whoever watches. */
export async function tell(
  tx: Transaction,
  { clock, told }: Pick<TakeContext, 'clock' | 'told'>,
  lead: LeadRef,
  level: 'info' | 'warn',
  text: string,
): Promise<() => void> {
  await appendAuthorLog(tx, lead, { level, text }, clock.now());
  return () => told(lead, level, text);
}

/** A message's id is the platform's own, so that a correction names it; what is no message has its own kind of numbers. */
function messageId(item: Extract<InboundItem, { readonly kind: 'message' | 'edited' | 'press' }>): string {
  return item.kind === 'message' ? sentId(item.message) : `${item.kind === 'press' ? 'p' : 'e'}${item.id}`;
}

function sentId(message: string): string {
  return `m${message}`;
}

function nameOf({ name = '' }: Person): { readonly name?: string } {
  const cleaned = clean(name).slice(0, MAX_NAME).trim().toWellFormed();
  return cleaned === '' ? {} : { name: cleaned };
}

/** What can be stored: a platform may pass on halves of surrogate pairs and NUL. */
function clean(text: string): string {
  return text.slice(0, MAX_TEXT_LENGTH).toWellFormed().replaceAll('\u0000', '\uFFFD');
}

const FILE_WORDS = { image: 'изображение', video: 'видео', audio: 'аудио', file: 'файл' } as const;
