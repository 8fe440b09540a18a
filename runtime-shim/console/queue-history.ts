/** How full the queues were, minute by minute: in memory of this node, so that a page shows where it came from. */
import type { Clock } from '../../plugin/contract/host.ts';
import type { QueueStats, Storage } from '../../plugin/storage/contract.ts';

const SAMPLE_EVERY_MS = 60_000;
/** Our choice: four hours are an incident, and some kilobytes. */
const MAX_SAMPLES = 240;

export interface QueueSample {
  readonly at: number;
  readonly jobs: number;
  /** Age of the oldest job. */
  readonly ageMs: number;
}

export class QueueHistory {
  readonly #storage: Pick<Storage, 'stats'>;
  readonly #clock: Clock;
  #samples: Array<{ readonly at: number; readonly queues: ReadonlyMap<string, QueueSample> }> = [];

  constructor(storage: Pick<Storage, 'stats'>, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
  }

  /** Looks once a minute from now on. */
  start(): void {
    this.#clock.after(SAMPLE_EVERY_MS, () => void this.#look().finally(() => this.start()));
  }

  /** Of one queue, the oldest first, up to now. */
  of(queue: string, now: QueueStats): QueueSample[] {
    const before = this.#samples.map(({ at, queues }): QueueSample => queues.get(queue) ?? { at, jobs: 0, ageMs: 0 });
    return [...before, sampleOf(now, this.#clock.now())];
  }

  async #look(): Promise<void> {
    try {
      const at = this.#clock.now();
      const stats = await this.#storage.stats();
      this.#samples.push({ at, queues: new Map(stats.map((one) => [one.queue, sampleOf(one, at)])) });
      if (this.#samples.length > MAX_SAMPLES) this.#samples = this.#samples.slice(-MAX_SAMPLES);
    } catch {
      // A storage that is away leaves a gap; that it is away is told elsewhere.
    }
  }
}

function sampleOf({ jobs, oldestAt }: QueueStats, at: number): QueueSample {
  return { at, jobs, ageMs: oldestAt === null ? 0 : Math.max(0, at - oldestAt) };
}
