import type { RuntimeActivity } from '../../runtime/contract.ts';
import type { Journal } from '../model/journal.ts';
import type { EntryRecord } from '../records.ts';
import { Correlation } from './correlation.ts';
import { draftsOfActivity } from './drafts-of-activity.ts';
import type { EntryDraft } from './entry-draft.ts';

/** Entries kept; the oldest go first. A dialog turn makes about six, so this is some 800 turns. Bounds memory. */
export const MAX_ENTRIES = 5_000;

/** Everything that happened, numbered, each with what caused it. */
export class Timeline {
  readonly #journal: Journal;
  readonly #secrets: () => readonly string[];
  readonly #correlation = new Correlation();
  readonly #details = new Map<number, unknown>();
  #lastId = 0;

  /** `secrets`: texts that must never be shown, as of now. */
  constructor(journal: Journal, secrets: () => readonly string[]) {
    this.#journal = journal;
    this.#secrets = secrets;
  }

  /** Adds what the runtime did. */
  observe(activity: RuntimeActivity): void {
    let previous: number | undefined;
    for (const draft of draftsOfActivity(activity)) previous = this.add(draft, previous).id;
  }

  /** Adds one entry and returns it. `previous`: what a draft with `ofPrevious` belongs to. */
  add(draft: EntryDraft, previous?: number): EntryRecord {
    const id = ++this.#lastId;
    const parentId = draft.ofPrevious === true ? previous : this.#correlation.parentOf(draft);
    const parent = parentId === undefined ? undefined : this.#journal.get('entry', String(parentId));
    const secrets = this.#secrets();
    const entry: EntryRecord = {
      id,
      at: draft.at,
      level: draft.level,
      facts: redact(draft.facts, secrets) as EntryRecord['facts'],
      chain: parent?.chain ?? id,
      ...(parent === undefined ? {} : { parent: parent.id }),
      ...(draft.userId === undefined ? {} : { userId: draft.userId }),
    };
    this.#correlation.remember(id, draft);
    this.#journal.put('entry', String(id), entry);
    if (draft.detail !== undefined) this.#details.set(id, redact(draft.detail, secrets));
    for (const gone of this.#journal.trim('entry', MAX_ENTRIES)) this.#details.delete(Number(gone));
    return entry;
  }

  /** What an entry shows when opened; `undefined` when there is no such entry (any more). */
  detail(id: number): unknown {
    if (this.#journal.get('entry', String(id)) === undefined) return undefined;
    return this.#details.get(id) ?? null;
  }
}

/** What stands where a secret stood. */
const HIDDEN = '•••';
/** Deeper than any LiveTex body; beyond it a value is cut rather than walked. */
const MAX_DEPTH = 12;
/** Longest text of a detail: a body can hold a message of 100,000 characters, and thousands of entries are kept. */
const MAX_TEXT = 10_000;
/** Fields whose value is a secret whoever sent it. */
const SECRET_FIELDS = new Set(['webhook_key', 'authorization']);

/** A copy of a JSON value that is safe to show: without the given secrets, without secret fields, bounded. */
function redact(value: unknown, secrets: readonly string[], depth = 0): unknown {
  if (typeof value === 'string') return withoutSecrets(value, secrets);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '…';
  if (Array.isArray(value)) return value.map((item) => redact(item, secrets, depth + 1));
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => [
    withoutSecrets(key, secrets),
    SECRET_FIELDS.has(key.toLowerCase()) ? HIDDEN : redact(item, secrets, depth + 1),
  ]);
  return Object.fromEntries(entries);
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  const clean = secrets.reduce((kept, secret) => (secret === '' ? kept : kept.replaceAll(secret, HIDDEN)), text);
  return clean.length > MAX_TEXT ? `${clean.slice(0, MAX_TEXT)}…` : clean;
}
