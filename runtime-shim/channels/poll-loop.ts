import { randomUUID } from 'node:crypto';
import { codeOf, messageOf } from '../../plugin/contract/coded-error.ts';
import type { Clock, Logger } from '../../plugin/contract/host.ts';
import type { Json, Storage, Transaction } from '../../plugin/storage/contract.ts';
import { type ChannelState, readChannelState, writeChannelState } from './channel-records.ts';
import type { ChannelDriver, InboundItem } from './contract.ts';

/** How long a node that polls is taken to be alive, ms: longer than a poll takes, with time to store what came. */
const LEASE_MS = 60_000;
/** A node that does not poll looks this often whether the other one still does, ms. */
const LOOK_MS = 5_000;
/** Waits after a failure, ms: doubled from the first to the last. Our choice: soon after a blip, modest during an outage. */
const FIRST_WAIT_MS = 1_000;
const LAST_WAIT_MS = 30_000;

/** This process. */
const PROCESS = randomUUID();

/** A name for whoever polls. */
export function newNode(): string {
  return `${PROCESS}/${randomUUID()}`;
}

export interface PollPorts {
  readonly code: string;
  readonly node: string;
  readonly driver: ChannelDriver;
  readonly storage: Storage;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Makes ready what storing needs. */
  readonly prepare: () => Promise<void>;
  /** Adds to what came what the messenger tells only when it is asked. Never rejects. */
  readonly complete: (items: readonly InboundItem[]) => Promise<readonly InboundItem[]>;
  /** Stores what came, in the transaction that stores the cursor. Returns what to do once it is committed. */
  readonly take: (tx: Transaction, items: readonly InboundItem[]) => Promise<Array<() => void>>;
  /** Told why nothing comes in; `undefined`: it does. */
  readonly problem: (text: string | undefined) => void;
}

/** Fetches what is new, on one node at a time: whoever has the lease. */
export class PollLoop {
  readonly #ports: PollPorts;
  readonly #stopping = new AbortController();
  #underWay: Promise<void> = Promise.resolve();
  #wake: (() => void) | undefined;

  constructor(ports: PollPorts) {
    this.#ports = ports;
  }

  start(): void {
    this.#underWay = this.#run();
  }

  /** Ends the poll under way, and lets another node poll at once. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the server is closing'));
    this.#wake?.();
    await this.#underWay;
  }

  async #run(): Promise<void> {
    let failures = 0;
    let told: string | undefined;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#ports.prepare();
        const state = await this.#lease();
        if (state === undefined) {
          this.#ports.problem(undefined);
          await this.#wait(LOOK_MS);
          continue;
        }
        await this.#poll(state);
        failures = 0;
        told = undefined;
        this.#ports.problem(undefined);
      } catch (error) {
        if (signal.aborted) break;
        const text = `${codeOf(error) ?? 'internal'}: ${messageOf(error)}`;
        if (codeOf(error) === 'storage_conflict') continue;
        // The same trouble may last for days.
        if (text !== told)
          this.#ports.logger.error('a channel could not be polled', { channel: this.#ports.code, error: text });
        told = text;
        this.#ports.problem(text);
        await this.#wait(Math.min(LAST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures));
        failures += 1;
      }
    }
    await this.#giveBack();
  }

  /** The channel's state with the lease of this node; `undefined`: another one has it. @throws storage_conflict */
  #lease(): Promise<ChannelState | undefined> {
    const { storage, code, node, driver, clock, logger } = this.#ports;
    return storage.transaction(async (tx) => {
      const now = clock.now();
      const found = await readChannelState(tx, code);
      const before = found?.state;
      const isFree =
        before === undefined ||
        before.node === node ||
        before.until <= now ||
        before.until > now + LEASE_MS ||
        // Only one process has such a storage: one that had it before this one is dead.
        (storage.driver !== 'postgres' && !before.node.startsWith(PROCESS));
      if (!isFree) return undefined;
      const isOurs = before === undefined || before.account === driver.account;
      if (!isOurs) {
        const facts = { channel: code, before: before.account, now: driver.account };
        logger.error('the channel has the token of another bot: its leads know only the former one', facts);
      }
      const cursor = isOurs ? (before?.cursor ?? null) : null;
      const state: ChannelState = { ...before, account: driver.account, cursor, node, until: now + LEASE_MS };
      await writeChannelState(tx, code, state, found?.version ?? 0);
      return state;
    });
  }

  async #poll({ cursor }: ChannelState): Promise<void> {
    const { driver, clock, storage } = this.#ports;
    const next = clock.now() + (driver.traits.pollPauseMs ?? 0);
    const answer = await driver.poll?.(cursor, clock.now(), this.#stopping.signal);
    if (answer === undefined) return;
    const items = await this.#ports.complete(answer.items);
    const after = await storage.transaction(async (tx) => this.#store(tx, { items, cursor: answer.cursor }));
    for (const act of after) act();
    const pause = next - clock.now();
    if (pause > 0) await this.#wait(pause);
  }

  async #store(
    tx: Transaction,
    { items, cursor }: { readonly items: readonly InboundItem[]; readonly cursor: Json },
  ): Promise<Array<() => void>> {
    const { code, node, driver, clock, take } = this.#ports;
    const found = await readChannelState(tx, code);
    // Another node polls by now: it is given the same once more.
    if (found?.state.node !== node) return [];
    const state: ChannelState = { ...found.state, account: driver.account, cursor, until: clock.now() + LEASE_MS };
    await writeChannelState(tx, code, state, found.version);
    return await take(tx, items);
  }

  async #giveBack(): Promise<void> {
    const { storage, code, node, logger } = this.#ports;
    try {
      await storage.transaction(async (tx) => {
        const found = await readChannelState(tx, code);
        if (found?.state.node === node) await writeChannelState(tx, code, { ...found.state, until: 0 }, found.version);
      });
    } catch (error) {
      // It runs out by itself.
      logger.warn('the right to poll was not given back', { channel: code, error: messageOf(error) });
    }
  }

  #wait(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#ports.clock.after(ms, resolve);
    this.#wake = () => {
      cancel();
      resolve();
    };
    // It may have been asked to stop before it could be woken.
    if (this.#stopping.signal.aborted) this.#wake();
    return promise;
  }
}
