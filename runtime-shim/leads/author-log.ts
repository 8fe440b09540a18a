/** What a bot's author reads about one lead: script runs with their output and errors, and the plugin's remarks. */
import type { LeadRef } from '../../plugin/contract/lead.ts';
import type { Json, Transaction } from '../../plugin/storage/contract.ts';
import { authorLogOf } from './lead-keys.ts';

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
