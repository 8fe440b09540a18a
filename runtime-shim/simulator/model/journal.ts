import type { Clock } from '../../../plugin/contract/host.ts';
import type { Change, Collection, Records, StreamBatch } from '../records.ts';

/** Changes are sent in groups: a page redraws once for a burst, and a record that changed ten times travels once. */
const FLUSH_AFTER_MS = 25;
/** Changes kept for pages that reconnect; an older page gets everything anew. Bounds memory. */
const REMEMBERED_CHANGES = 5_000;

type Listener = (batch: StreamBatch) => void;

/**
 * All records of the simulator, and the numbered batches of their changes: what a page needs to be right at once, to
 * stay right, and to be right again after it lost the connection.
 */
export class Journal {
  readonly #clock: Clock;
  readonly #records = new Map<Collection, Map<string, Records[Collection]>>();
  readonly #listeners = new Set<Listener>();
  readonly #batches: StreamBatch[] = [];
  #rememberedChanges = 0;
  #pending = new Map<string, Change>();
  #cancelFlush: (() => void) | undefined;
  #seq = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get seq(): number {
    return this.#seq;
  }

  put<Name extends Collection>(collection: Name, key: string, value: Records[Name]): void {
    let records = this.#records.get(collection);
    if (records === undefined) this.#records.set(collection, (records = new Map()));
    records.set(key, value);
    this.#change([collection, key, value] as unknown as Change);
  }

  remove(collection: Collection, key: string): void {
    if (this.#records.get(collection)?.delete(key) === true) this.#change([collection, key]);
  }

  get<Name extends Collection>(collection: Name, key: string): Records[Name] | undefined {
    return this.#records.get(collection)?.get(key) as Records[Name] | undefined;
  }

  /** All records of a collection, in the order in which their keys first came. */
  list<Name extends Collection>(collection: Name): Array<Records[Name]> {
    return [...(this.#records.get(collection)?.values() ?? [])] as Array<Records[Name]>;
  }

  count(collection: Collection): number {
    return this.#records.get(collection)?.size ?? 0;
  }

  /** Removes the oldest records of a collection beyond `limit`, and tells which keys went. */
  trim(collection: Collection, limit: number): string[] {
    const gone: string[] = [];
    const records = this.#records.get(collection);
    if (records === undefined) return gone;
    for (const key of records.keys()) {
      if (records.size - gone.length <= limit) break;
      gone.push(key);
    }
    for (const key of gone) this.remove(collection, key);
    return gone;
  }

  /** Everything as of now. */
  snapshot(): StreamBatch {
    this.flush();
    const changes: Change[] = [];
    for (const [collection, records] of this.#records) {
      for (const [key, value] of records) changes.push([collection, key, value] as unknown as Change);
    }
    return { seq: this.#seq, changes };
  }

  /** The batches after `seq`, or `undefined` when they are no longer (or not yet) known. */
  since(seq: number): StreamBatch[] | undefined {
    this.flush();
    if (seq > this.#seq || seq < 0) return undefined;
    const oldest = this.#batches[0]?.seq ?? this.#seq + 1;
    return seq + 1 < oldest ? undefined : this.#batches.filter((batch) => batch.seq > seq);
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Makes what changed so far a batch, without waiting. */
  flush(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    if (this.#pending.size === 0) return;
    const batch: StreamBatch = { seq: ++this.#seq, changes: [...this.#pending.values()] };
    this.#pending = new Map();
    this.#batches.push(batch);
    this.#rememberedChanges += batch.changes.length;
    while (this.#rememberedChanges > REMEMBERED_CHANGES && this.#batches.length > 1) {
      this.#rememberedChanges -= this.#batches.shift()?.changes.length ?? 0;
    }
    for (const listener of this.#listeners) listener(batch);
  }

  close(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    this.#listeners.clear();
  }

  #change(change: Change): void {
    this.#pending.set(`${change[0]} ${change[1]}`, change);
    this.#cancelFlush ??= this.#clock.after(FLUSH_AFTER_MS, () => this.flush());
  }
}
