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
  /** In the order of their entries. */
  readonly #details = new Map<number, { readonly value: unknown; readonly size: number }>();
  #detailsSize = 0;
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
      facts: redact(draft.facts, secrets).value as EntryRecord['facts'],
      chain: parent?.chain ?? id,
      ...(parent === undefined ? {} : { parent: parent.id }),
      ...(draft.userId === undefined ? {} : { userId: draft.userId }),
    };
    this.#correlation.remember(id, draft);
    this.#journal.put('entry', String(id), entry);
    if (draft.detail !== undefined) this.#keepDetail(id, redact(draft.detail, secrets));
    for (const gone of this.#journal.trim('entry', MAX_ENTRIES)) this.#forgetDetail(Number(gone));
    return entry;
  }

  /** What an entry shows when opened; `undefined` when there is no such entry (any more). */
  detail(id: number): unknown {
    if (this.#journal.get('entry', String(id)) === undefined) return undefined;
    return this.#details.get(id)?.value ?? null;
  }

  /** Removes what happened with a lead. */
  forget(userId: string): void {
    for (const { id, userId: about } of this.#journal.list('entry')) {
      if (about !== userId) continue;
      this.#journal.remove('entry', String(id));
      this.#forgetDetail(id);
    }
  }

  #keepDetail(id: number, detail: { readonly value: unknown; readonly size: number }): void {
    this.#details.set(id, detail);
    this.#detailsSize += detail.size;
    for (const oldest of this.#details.keys()) {
      if (this.#detailsSize <= MAX_DETAILS_SIZE) break;
      this.#forgetDetail(oldest);
    }
  }

  #forgetDetail(id: number): void {
    this.#detailsSize -= this.#details.get(id)?.size ?? 0;
    this.#details.delete(id);
  }
}

/** What stands where a secret stood. */
const HIDDEN = '•••';
/** Deeper than any LiveTex body; beyond it a value is cut rather than walked. */
const MAX_DEPTH = 12;
/** Longest text of a detail: a body can hold a message of 100,000 characters, and thousands of entries are kept. */
const MAX_TEXT = 10_000;
/** Longest facts or detail of an entry, in UTF-16 units of its texts and `ITEM_SIZE` for each value: the rest is left out. */
const MAX_ENTRY_SIZE = 100_000;
const ITEM_SIZE = 8;
/** All details that are kept; those of the oldest entries go first. Bounds memory. */
const MAX_DETAILS_SIZE = 16 * 1024 * 1024;
/** Fields whose value is a secret whoever sent it. */
const SECRET_FIELDS = new Set(['webhook_key', 'authorization']);
/** What stands where something was left out. */
const CUT = '…';

/** A copy of a JSON value that is safe to show: without the given secrets, without secret fields, bounded. `size` is what it holds. */
function redact(value: unknown, secrets: readonly string[]): { readonly value: unknown; readonly size: number } {
  let left = MAX_ENTRY_SIZE;

  function text(whole: string): string {
    const clean = secrets.reduce((kept, secret) => (secret === '' ? kept : kept.replaceAll(secret, HIDDEN)), whole);
    const longest = Math.max(0, Math.min(MAX_TEXT, left));
    const shown = clean.length > longest ? `${clean.slice(0, longest)}${CUT}` : clean;
    left -= shown.length;
    return shown;
  }

  function copy(item: unknown, depth: number): unknown {
    left -= ITEM_SIZE;
    if (typeof item === 'string') return text(item);
    if (typeof item !== 'object' || item === null) return item;
    if (depth >= MAX_DEPTH) return CUT;
    if (Array.isArray(item)) {
      const items: unknown[] = [];
      for (const one of item) {
        if (left <= 0) return [...items, CUT];
        items.push(copy(one, depth + 1));
      }
      return items;
    }
    const fields: Array<[string, unknown]> = [];
    for (const [key, field] of Object.entries(item)) {
      if (left <= 0) {
        fields.push([CUT, CUT]);
        break;
      }
      fields.push([text(key), SECRET_FIELDS.has(key.toLowerCase()) ? HIDDEN : copy(field, depth + 1)]);
    }
    return Object.fromEntries(fields);
  }

  const shown = copy(value, 0);
  return { value: shown, size: MAX_ENTRY_SIZE - left };
}
