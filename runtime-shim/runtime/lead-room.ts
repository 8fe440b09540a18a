import type { LeadRecord } from '../leads/lead-record.ts';

/**
 * Up to this a lead counts nothing, characters. Our choice: far above what is kept of people; a thousand that wait for the network at one
 * time are some dozens of megabytes.
 */
const SMALL_LEAD_CHARS = 30_000;
/** Characters of all larger leads of one bot whose scripts run, or wait for the network, at one time. Our choice: eighty with a hundred thousand each. */
export const MAX_LEADS_CHARS = 8_000_000;

/** How much of memory a lead takes while its scripts run, characters; 0: too little to count. */
export function roomOf(lead: LeadRecord): number {
  const { length } = JSON.stringify(lead);
  return length > SMALL_LEAD_CHARS ? length : 0;
}

interface Waiting {
  readonly chars: number;
  readonly go: () => void;
}

/**
 * Room for the leads of one bot that are large. Each lead may have megabytes, and a thousand scripts may wait for the network
 * at one time: held all together they would end the process.
 */
export class LeadRoom {
  #free = MAX_LEADS_CHARS;
  readonly #waiting: Waiting[] = [];

  /**
   * Waits for room, first come first served. What it gives must be called in the end.
   * @throws the signal's reason when nobody waits any more
   */
  async enter(room: number, signal: AbortSignal): Promise<() => void> {
    // The largest one has room when it is alone.
    const chars = Math.min(room, MAX_LEADS_CHARS);
    if (this.#waiting.length > 0 || this.#free < chars) await this.#wait(chars, signal);
    else this.#free -= chars;
    return () => {
      this.#free += chars;
      this.#goOn();
    };
  }

  #wait(chars: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting = { chars, go: resolve };
    const giveUp = (): void => {
      const at = this.#waiting.indexOf(waiting);
      if (at < 0) return;
      this.#waiting.splice(at, 1);
      reject(signal.reason as Error);
      this.#goOn();
    };
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    this.#waiting.push(waiting);
    signal.addEventListener('abort', giveUp, { once: true });
    return promise.finally(() => signal.removeEventListener('abort', giveUp));
  }

  #goOn(): void {
    for (let next = this.#waiting[0]; next !== undefined && next.chars <= this.#free; next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#free -= next.chars;
      next.go();
    }
  }
}
