import type { Clock } from '../../plugin/contract/host.ts';

export interface EventPosterOptions<Event> {
  readonly clock: Clock;
  /** One try. False: it was not taken. */
  readonly post: (event: Event) => Promise<boolean>;
  /** How long an event waits after so many failed tries, ms; `undefined`: it is lost. */
  readonly waitMs: (tries: number) => number | undefined;
  /** Told of each event that is done, or lost. */
  readonly changed: () => void;
}

/** Posts a messenger's events: those of one talk one after another, a failed one again by itself, while others overtake it. */
export class EventPoster<Event> {
  readonly #options: EventPosterOptions<Event>;
  readonly #lanes = new Map<string, Promise<void>>();
  readonly #waits = new Set<() => void>();
  #pending = 0;
  #hasEnded = false;

  constructor(options: EventPosterOptions<Event>) {
    this.#options = options;
  }

  /** Events that are neither taken nor lost. */
  get pending(): number {
    return this.#pending;
  }

  add(event: Event, lane: string): void {
    this.#pending += 1;
    const before = this.#lanes.get(lane) ?? Promise.resolve();
    this.#lanes.set(
      lane,
      before.then(() => this.#try(event, 0)),
    );
  }

  end(): void {
    this.#hasEnded = true;
    for (const cancel of this.#waits) cancel();
  }

  async #try(event: Event, tries: number): Promise<void> {
    if (this.#hasEnded) return;
    const isTaken = await this.#options.post(event);
    const wait = isTaken ? undefined : this.#options.waitMs(tries + 1);
    if (wait === undefined) {
      this.#pending -= 1;
      return this.#options.changed();
    }
    if (this.#hasEnded) return;
    const cancel = this.#options.clock.after(wait, () => {
      this.#waits.delete(cancel);
      void this.#try(event, tries + 1);
    });
    this.#waits.add(cancel);
  }
}
