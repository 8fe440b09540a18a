/**
 * The nodes on one storage, each with its last sign of life: a record that each writes once a minute, whether or not somebody has the
 * console open, as one that went before it was opened is the one that is looked for. One small transaction a minute; a node's claims
 * (`plugin/storage/postgres/node-watch.ts`) are told every two seconds.
 */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { z } from 'zod';
import type { Clock } from '../../plugin/contract/host.ts';
import type { Storage } from '../../plugin/storage/contract.ts';
import type { SystemView } from './records/state-records.ts';

const COLLECTION = 'console_nodes';
const SIGN_EVERY_MS = 60_000;
/** One that is silent for so long is forgotten. Our choice: long enough to ask where it went. */
const FORGOTTEN_AFTER_MS = 24 * 3_600_000;
const MAX_NODES = 200;

const recordSchema = z.object({ host: z.string(), version: z.string(), startedAt: z.number(), seenAt: z.number() });

export class NodeSigns {
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #id = randomBytes(6).toString('hex');
  readonly #version: string;
  readonly #startedAt: number;

  constructor(storage: Storage, clock: Clock, version: string) {
    this.#storage = storage;
    this.#clock = clock;
    this.#version = version;
    this.#startedAt = clock.now();
  }

  /** A data folder has one process: there nobody looks for others, and nothing is written. */
  start(): void {
    if (this.#storage.driver !== 'postgres') return;
    void this.#sign().finally(() => this.#clock.after(SIGN_EVERY_MS, () => this.start()));
  }

  /** All of them, this one as of now. */
  async list(): Promise<SystemView['nodes']> {
    const records = await this.#storage.read((tx) => tx.listRecords(COLLECTION, { limit: MAX_NODES }));
    const others = records.flatMap(({ key, value }) => {
      const { data } = recordSchema.safeParse(value);
      return data === undefined || key === this.#id ? [] : [{ id: key, ...data }];
    });
    return [{ id: this.#id, ...this.#own() }, ...others];
  }

  #own(): z.infer<typeof recordSchema> {
    return { host: hostname(), version: this.#version, startedAt: this.#startedAt, seenAt: this.#clock.now() };
  }

  async #sign(): Promise<void> {
    try {
      await this.#storage.transaction(async (tx) => {
        const before = this.#clock.now() - FORGOTTEN_AFTER_MS;
        for (const { key, value } of await tx.listRecords(COLLECTION, { limit: MAX_NODES })) {
          if ((recordSchema.safeParse(value).data?.seenAt ?? 0) < before) await tx.deleteRecord(COLLECTION, key);
        }
        await tx.putRecord(COLLECTION, this.#id, this.#own());
      });
    } catch {
      // The storage is away: that is told elsewhere, and the others see this node grow silent.
    }
  }
}
