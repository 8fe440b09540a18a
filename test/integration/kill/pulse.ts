/** Counts what happens, and wakes whoever waits for a count. */
export class Pulse {
  private count = 0;
  private readonly waiting = new Set<{ readonly at: number; readonly wake: () => void }>();

  beat(): void {
    this.count += 1;
    for (const waiter of this.waiting) {
      if (waiter.at > this.count) continue;
      this.waiting.delete(waiter);
      waiter.wake();
    }
  }

  /** Resolves after so many more beats, or when the signal is aborted. */
  async after(beats: number, signal: AbortSignal): Promise<void> {
    if (beats <= 0 || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const waiter = { at: this.count + beats, wake: resolve };
      this.waiting.add(waiter);
      signal.addEventListener(
        'abort',
        () => {
          this.waiting.delete(waiter);
          resolve();
        },
        { once: true },
      );
    });
  }
}
