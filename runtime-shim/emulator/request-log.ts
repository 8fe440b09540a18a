import { RecentList } from './recent-list.ts';
import type { EmulatedRequest } from './contract.ts';

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
