/** Settings that are kept in storage, as one node knows them: it follows what the others change. */
import type { ReadTransaction, Storage, Transaction } from './contract.ts';
import type { WorkerClock } from './lane-worker-contract.ts';

/** How often a node looks for changes that it was not told of, ms: a notice of the database may be lost. */
const LOOK_EVERY_MS = 5_000;
/** Changes read at one time. */
const PAGE = 1_000;

export interface FollowedOptions<Kept> {
  readonly storage: Storage;
  readonly clock: WorkerClock;
  /** The stream of changes. */
  readonly changes: string;
  readonly list: (tx: ReadTransaction) => Promise<readonly Kept[]>;
  /** Puts to work what is kept now. */
  readonly apply: () => void;
  /** It is looked again soon; what was known goes on. */
  readonly failed: (error: unknown) => void;
  /** Done after every look, before any other change. */
  readonly afterLook?: () => Promise<void>;
}

/** All that is kept, read again when it changed, here or on another node. */
export class FollowedSettings<Kept> {
  readonly #options: FollowedOptions<Kept>;
  #kept: readonly Kept[] = [];
  /** Of the newest change that was read; `undefined`: nothing was read yet. */
  #seq: number | undefined;
  #stopFollowing: (() => void) | undefined;
  /** One change after another. */
  #underWay: Promise<unknown> = Promise.resolve();

  constructor(options: FollowedOptions<Kept>) {
    this.#options = options;
  }

  get kept(): readonly Kept[] {
    return this.#kept;
  }

  /** Does it when everything before it is done. @throws what it throws */
  inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#underWay.then(act);
    this.#underWay = done.catch(() => undefined);
    return done;
  }

  /** Reads what is kept now; false: nothing has changed since the last time. @throws what storage throws */
  async read(): Promise<boolean> {
    const { storage, changes, list } = this.#options;
    // Kept when all of it was read: a reading may fail in the middle, or be done again. And the changes alone do not tell
    // whether there is anything: old ones are pruned.
    const found = await storage.read(async (tx) => {
      let newest = this.#seq ?? 0;
      for (;;) {
        const page = await tx.readStream(changes, { after: newest, limit: PAGE });
        newest = page.at(-1)?.seq ?? newest;
        if (page.length < PAGE) break;
      }
      return newest === this.#seq ? undefined : { newest, kept: await list(tx) };
    });
    if (found === undefined) return false;
    this.#seq = found.newest;
    this.#kept = found.kept;
    return true;
  }

  async look(): Promise<void> {
    const { apply, failed, afterLook } = this.#options;
    try {
      await this.inTurn(async () => {
        if (await this.read()) apply();
        await afterLook?.();
      });
    } catch (error) {
      failed(error);
    }
  }

  /** Writes in one transaction, and has it in force here when it resolves. @throws what `write` and storage throw */
  change(write: (tx: Transaction) => Promise<void>): Promise<void> {
    return this.inTurn(async () => {
      await this.#options.storage.transaction(write);
      if (await this.read()) this.#options.apply();
    });
  }

  /** Follows the changes of other nodes from now on. */
  start(): void {
    if (this.#stopFollowing !== undefined) return;
    const { storage, clock, changes } = this.#options;
    const stopListening = storage.onAppend((stream) => {
      if (stream === changes) void this.look();
    });
    const again = (): void => {
      void this.look().then(() => {
        if (this.#stopFollowing !== undefined) cancel = clock.after(LOOK_EVERY_MS, again);
      });
    };
    let cancel = clock.after(LOOK_EVERY_MS, again);
    this.#stopFollowing = () => {
      stopListening();
      cancel();
    };
  }

  async stop(): Promise<void> {
    this.#stopFollowing?.();
    this.#stopFollowing = undefined;
    await this.#underWay;
  }
}
