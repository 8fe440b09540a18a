import type { EmulatedRequest } from './emulator-contract.ts';

/** What was asked and answered. The token is in no entry. */
export class RequestLog {
  readonly #recent: RecentList<EmulatedRequest>;
  #counts = new Map<string, number>();
  #total = 0;
  /** Goes on after `clear`, so that an entry's number stays its own. */
  #seq = 0;

  constructor(remember: number) {
    this.#recent = new RecentList(remember);
  }

  add(request: Omit<EmulatedRequest, 'seq'>): void {
    this.#seq += 1;
    this.#total += 1;
    this.#counts.set(request.method, (this.#counts.get(request.method) ?? 0) + 1);
    this.#recent.add({ seq: this.#seq, ...request });
  }

  list(method?: string): EmulatedRequest[] {
    const all = this.#recent.list();
    return method === undefined ? all : all.filter((request) => request.method === method);
  }

  count(method?: string): number {
    return method === undefined ? this.#total : (this.#counts.get(method) ?? 0);
  }

  clear(): void {
    this.#recent.clear();
    this.#counts = new Map();
    this.#total = 0;
  }
}

/** The newest entries of a stream, so many at most: adding is constant time, the oldest fall out. */
export class RecentList<Item> {
  readonly #capacity: number;
  #items: Item[] = [];
  /** Where the oldest stands once the list is full. */
  #oldest = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  add(item: Item): void {
    if (this.#items.length < this.#capacity) {
      this.#items.push(item);
      return;
    }
    this.#items[this.#oldest] = item;
    this.#oldest = (this.#oldest + 1) % this.#capacity;
  }

  /** Oldest first. */
  list(): Item[] {
    return [...this.#items.slice(this.#oldest), ...this.#items.slice(0, this.#oldest)];
  }

  clear(): void {
    this.#items = [];
    this.#oldest = 0;
  }
}
