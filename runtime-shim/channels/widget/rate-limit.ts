/** How much one caller may do: counted in memory of this node. Pure but for its counts. */

/** Callers that are counted at one time; the oldest is forgotten first. Our choice: some megabytes. */
const MAX_KEYS = 50_000;

export class RateLimit {
  readonly #most: number;
  readonly #windowMs: number;
  readonly #counts = new Map<string, { count: number; since: number }>();

  constructor(most: number, windowMs: number) {
    this.#most = most;
    this.#windowMs = windowMs;
  }

  /** Counts one more; 0: go on, else how long to wait, ms (and it is not counted). */
  take(key: string, now: number): number {
    const found = this.#counts.get(key);
    // A clock that was set back must not lengthen a window.
    const isOver = found === undefined || now - found.since >= this.#windowMs || now < found.since;
    if (isOver) {
      this.#counts.delete(key);
      this.#counts.set(key, { count: 1, since: now });
      const [oldest] = this.#counts.size > MAX_KEYS ? this.#counts.keys() : [];
      if (oldest !== undefined) this.#counts.delete(oldest);
      return 0;
    }
    if (found.count >= this.#most) return found.since + this.#windowMs - now;
    found.count += 1;
    return 0;
  }
}

/** What may be open at one time. */
export class OpenLimit {
  readonly #most: number;
  readonly #open = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes a place; returns what gives it back, `undefined`: there is none. */
  open(key: string): (() => void) | undefined {
    const count = this.#open.get(key) ?? 0;
    if (count >= this.#most) return undefined;
    this.#open.set(key, count + 1);
    return () => {
      const left = (this.#open.get(key) ?? 1) - 1;
      if (left === 0) this.#open.delete(key);
      else this.#open.set(key, left);
    };
  }
}
