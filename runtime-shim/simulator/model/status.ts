import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../../../plugin/contract/host.ts';
import type { Runtime } from '../../runtime/contract.ts';
import type { StatusRecord } from '../records.ts';
import type { Journal } from './journal.ts';

/** How often the queues are looked at while somebody looks at the page. */
const LOOK_EVERY_MS = 1_000;
/** The plugin's gauge of jobs waiting or under way, one sample per queue. */
const WAITING_METRIC = 'livetex_queue_jobs';

/** Keeps the number of waiting jobs and the reasons for not being ready up to date on the page. */
export class Health {
  readonly #clock: Clock;
  readonly #runtime: () => Runtime;
  readonly #watched: () => boolean;
  readonly #setStatus: (change: Partial<StatusRecord>) => void;
  #cancel: () => void;
  #closed = false;

  constructor(options: {
    clock: Clock;
    runtime: () => Runtime;
    /** Is anybody looking? */
    watched: () => boolean;
    setStatus: (change: Partial<StatusRecord>) => void;
  }) {
    this.#clock = options.clock;
    this.#runtime = options.runtime;
    this.#watched = options.watched;
    this.#setStatus = options.setStatus;
    this.#cancel = this.#clock.after(LOOK_EVERY_MS, () => void this.#look());
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
  }

  async #look(): Promise<void> {
    if (this.#watched()) {
      try {
        this.#setStatus(await readHealth(this.#runtime()));
      } catch {
        // The runtime is being restarted: the page says so already.
      }
    }
    if (!this.#closed) this.#cancel = this.#clock.after(LOOK_EVERY_MS, () => void this.#look());
  }
}

async function readHealth(runtime: Runtime): Promise<Pick<StatusRecord, 'waiting' | 'notReady'>> {
  let waiting: number | null = null;
  const notReady: string[] = [];
  for (const plugin of runtime.plugins) {
    const [metrics, readiness] = await Promise.all([plugin.metrics(), plugin.ready()]);
    for (const metric of metrics) {
      if (metric.name !== WAITING_METRIC) continue;
      for (const sample of metric.samples) waiting = (waiting ?? 0) + sample.value;
    }
    notReady.push(...readiness.reasons);
  }
  return { waiting, notReady };
}

/** The only record of its collection. */
const KEY = 'simulator';
const nameSchema = z.looseObject({ name: z.string().min(1).max(200) });

/** What is true of the whole simulator, as a record of the journal. */
export class Status {
  readonly #journal: Journal;
  #record: StatusRecord;

  constructor(journal: Journal, record: StatusRecord) {
    this.#journal = journal;
    this.#record = record;
    journal.put('status', KEY, record);
  }

  get record(): StatusRecord {
    return this.#record;
  }

  /** Tells the page only what is new. */
  set(change: Partial<StatusRecord>): void {
    const next = { ...this.#record, ...change };
    if (JSON.stringify(next) === JSON.stringify(this.#record)) return;
    this.#record = next;
    this.#journal.put('status', KEY, next);
  }
}

/** What the bot is called in its `bot.json`. The runtime reports the file's mistakes; here they only cost the name. */
export async function botName(folder: string | undefined): Promise<string | undefined> {
  if (folder === undefined) return undefined;
  try {
    const description: unknown = JSON.parse(await readFile(join(folder, 'bot.json'), 'utf8'));
    return nameSchema.safeParse(description).data?.name;
  } catch {
    return undefined;
  }
}
