/** Tells listeners that something changed, and counts, so that a listener far away can ask "since when". */
export class ChangeSignal {
  #revision = 0;
  readonly #listeners = new Set<() => void>();

  /** Grows with every change. */
  get revision(): number {
    return this.#revision;
  }

  /** Returns a function that ends the listening. */
  on(listener: () => void): () => void {
    // Wrapped, so that one function may listen twice.
    const entry = (): void => listener();
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  notify(): void {
    this.#revision += 1;
    for (const listener of this.#listeners) {
      try {
        listener();
      } catch (error) {
        // The request that caused the change is right; the listener's mistake must be seen all the same.
        process.nextTick(() => {
          throw error;
        });
      }
    }
  }
}
