/** Requests of a bot that fail on purpose, at any emulated messenger. */
interface AnyFault {
  /** Of these methods only. */
  readonly methods?: readonly string[];
  /** So often; default until it is taken back. */
  readonly times?: number;
}

export class Faults<Fault extends AnyFault> {
  readonly #all = new Set<{ readonly fault: Fault; left: number }>();

  /** Returns what takes it back. */
  add(fault: Fault): () => void {
    const entry = { fault, left: fault.times ?? Infinity };
    this.#all.add(entry);
    return () => this.#all.delete(entry);
  }

  /** The fault that this request meets. */
  take(method: string): Fault | undefined {
    for (const entry of this.#all) {
      if (entry.fault.methods?.includes(method) === false) continue;
      entry.left -= 1;
      if (entry.left <= 0) this.#all.delete(entry);
      return entry.fault;
    }
    return undefined;
  }
}
