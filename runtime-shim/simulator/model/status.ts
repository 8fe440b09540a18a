import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { StatusRecord } from '../records.ts';
import type { Journal } from './journal.ts';

/** The only record of its collection. */
const KEY = 'simulator';
const nameSchema = z.looseObject({ name: z.string().min(1).max(200) });

/** What is true of the whole simulator, as a record of the journal. */
export class Status {
  readonly #journal: Journal;
  #record: StatusRecord;

  constructor(journal: Journal, record: StatusRecord) {
    this.#journal = journal;
    this.#record = record;
    journal.put('status', KEY, record);
  }

  get record(): StatusRecord {
    return this.#record;
  }

  /** Tells the page only what is new. */
  set(change: Partial<StatusRecord>): void {
    const next = { ...this.#record, ...change };
    if (JSON.stringify(next) === JSON.stringify(this.#record)) return;
    this.#record = next;
    this.#journal.put('status', KEY, next);
  }
}

/** What the bot is called in its `bot.json`. The runtime reports the file's mistakes; here they only cost the name. */
export async function botName(folder: string | undefined): Promise<string | undefined> {
  if (folder === undefined) return undefined;
  try {
    const description: unknown = JSON.parse(await readFile(join(folder, 'bot.json'), 'utf8'));
    return nameSchema.safeParse(description).data?.name;
  } catch {
    return undefined;
  }
}
