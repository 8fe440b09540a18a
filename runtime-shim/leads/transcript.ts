/** Two streams of a lead: what it sees (messages of the lead, the bot and the operator, and notices), and what the bot's author reads about it. */
import { z } from 'zod';
import type { LeadRef } from '../../plugin/contract/lead.ts';
import { type Attachment, attachmentSchema, type Button, buttonSchema } from '../../plugin/contract/message.ts';
import type { Json, ReadTransaction, StreamEntry, Transaction } from '../../plugin/storage/contract.ts';
import { authorLogOf, transcriptOf } from './lead-keys.ts';

/** One line of what the lead sees. */
export interface TranscriptMessage {
  readonly seq: number;
  readonly from: 'lead' | 'bot' | 'operator' | 'notice';
  readonly text?: string;
  readonly buttons?: ReadonlyArray<readonly Button[]>;
  readonly attachments?: readonly Attachment[];
  /** The operator's name, when `from` is `operator`. */
  readonly operator?: string;
  /** When an operator sent it by LiveTex's clock, Unix ms; absent where LiveTex told no time. */
  readonly sentAt?: number;
  /** It is the corrected text of the lead's message with this id. */
  readonly edits?: string;
  /** What the lead's messenger is told beside, a JSON object as text. */
  readonly params?: string;
  /** The lead's own number of its message, where its page tells by it what has arrived (a chat on a site). */
  readonly id?: string;
  /** Unix ms: when it was received. */
  readonly at: number;
}

/** A line as it is stored; its number and time stand beside it. */
export const transcriptLineSchema = z.object({
  from: z.enum(['lead', 'bot', 'operator', 'notice']),
  text: z.string().optional(),
  buttons: z.array(z.array(buttonSchema)).optional(),
  attachments: z.array(attachmentSchema).optional(),
  operator: z.string().optional(),
  sentAt: z.number().optional(),
  edits: z.string().optional(),
  params: z.string().optional(),
  id: z.string().optional(),
});

/** A line before it has its number and time. */
export interface NewLine {
  readonly from: TranscriptMessage['from'];
  readonly text?: string | undefined;
  readonly buttons?: ReadonlyArray<readonly Button[]> | undefined;
  readonly attachments?: readonly Attachment[] | undefined;
  readonly operator?: string | undefined;
  readonly sentAt?: number | undefined;
  readonly edits?: string | undefined;
  readonly params?: string | undefined;
  readonly id?: string | undefined;
}

/** Appends one line and returns it with its number. */
export async function appendLine(
  tx: Transaction,
  lead: LeadRef,
  line: NewLine,
  at: number,
): Promise<TranscriptMessage> {
  // Keys without a value are left out: storage keeps JSON only.
  const value = JSON.parse(JSON.stringify(line)) as Json;
  const seq = await tx.appendStream(transcriptOf(lead), value, at);
  return messageOf({ seq, value, at });
}

/**
 * Lines that are read from the storage at one time. A line may have 300 KB: one read of ten thousand would fill gigabytes
 * before their sizes are known.
 */
const READ_LINES = 32;

/** Lines with `seq > after`, in order: up to a number of lines, and up to a size in UTF-16 units of their JSON, but at least one. */
export async function readTranscript(
  tx: ReadTransaction,
  lead: LeadRef,
  page: { readonly after: number; readonly maxLines: number; readonly maxSize: number },
): Promise<TranscriptMessage[]> {
  const stream = transcriptOf(lead);
  const lines: TranscriptMessage[] = [];
  let size = 0;
  for (let { after } = page; ;) {
    const limit = Math.min(READ_LINES, page.maxLines - lines.length);
    const entries = await tx.readStream(stream, { after, limit });
    for (const entry of entries) {
      size += JSON.stringify(entry.value).length;
      if (size > page.maxSize && lines.length > 0) return lines;
      lines.push(messageOf(entry));
      after = entry.seq;
    }
    if (entries.length < limit || lines.length >= page.maxLines) return lines;
  }
}

function messageOf(entry: StreamEntry): TranscriptMessage {
  const { from, text, buttons, attachments, operator, sentAt, edits, params, id } = transcriptLineSchema.parse(
    entry.value,
  );
  return {
    seq: entry.seq,
    from,
    ...(text === undefined ? {} : { text }),
    ...(buttons === undefined ? {} : { buttons }),
    ...(attachments === undefined ? {} : { attachments }),
    ...(operator === undefined ? {} : { operator }),
    ...(sentAt === undefined ? {} : { sentAt }),
    ...(edits === undefined ? {} : { edits }),
    ...(params === undefined ? {} : { params }),
    ...(id === undefined ? {} : { id }),
    at: entry.at,
  };
}

/** Longest text of one entry that is kept, UTF-16 units. Our choice: a log is read by people, and a script may print for as long as it runs. */
const MAX_ENTRY_LENGTH = 20_000;

export interface AuthorLogEntry {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly text: string;
  readonly script?: string;
  readonly file?: string;
  readonly line?: number | null;
  readonly column?: number | null;
  /** A code of the error catalogue. */
  readonly code?: string;
}

export async function appendAuthorLog(
  tx: Transaction,
  lead: LeadRef,
  entry: AuthorLogEntry,
  at: number,
): Promise<void> {
  const value = { ...entry, text: entry.text.slice(0, MAX_ENTRY_LENGTH).toWellFormed().replaceAll('\u0000', '\uFFFD') };
  await tx.appendStream(authorLogOf(lead), JSON.parse(JSON.stringify(value)) as Json, at);
}

/** Entries of the author's log with `seq > after`, in order, as they were stored. */
export async function readAuthorLog(
  tx: ReadTransaction,
  lead: LeadRef,
  page: { readonly after: number; readonly limit: number },
): Promise<Array<{ readonly seq: number; readonly at: number; readonly entry: Json }>> {
  const entries = await tx.readStream(authorLogOf(lead), page);
  return entries.map(({ seq, at, value }) => ({ seq, at, entry: value }));
}
