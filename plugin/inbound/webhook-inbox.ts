import { z } from 'zod';
import { messageOf } from '../contract/coded-error.ts';
import { webhookEventSchema } from '../contract/livetex-webhook.ts';
import { problemsOf } from '../contract/parse-tolerantly.ts';
import type { Json, Transaction } from '../storage/contract.ts';
import { STORAGE_PAUSE_MS } from '../storage/settle-job.ts';
import type { PluginContext } from '../core/plugin-context.ts';
import { INBOX } from '../core/jobs.ts';
import { leaveToLane, type ReceivedWebhook, reportWebhook, takeWebhook, type WebhookOutcome } from './take-webhook.ts';
import { createWaitingWebhooks, type WaitingWebhook, waitingWebhook } from './waiting-webhooks.ts';

/** Events, and bytes of their bodies beyond the first, written as one record at most. Ours: written in a few ms. */
const MAX_WRITTEN = 256;
const MAX_WRITTEN_BYTES = 1024 * 1024;
/** Events taken in one transaction at most. Ours: at some 70 µs each, others wait 5 ms for them. */
const MAX_TAKEN = 64;
/**
 * Events and bytes of bodies that wait at most before senders wait as well. Ours: a few seconds of work and little memory.
 */
const MAX_WAITING = 20_000;
const MAX_WAITING_BYTES = 64 * 1024 * 1024;
/** Records read at one time at the start. */
const PAGE = 10;
/** Digits of a record's number: as many as a safe integer has, so that keys sort like numbers. */
const KEY_DIGITS = 16;

/**
 * Where webhooks are on the disk before their dialogs have taken them. A 200 needs no more than that, and many events share
 * one record and one flush, so that a burst is acknowledged at several times the pace at which dialogs can take it.
 *
 * An event is taken once its record is durable, in the order of arrival. Whoever looks at a dialog earlier takes its
 * waiting events first (`settle`): what LiveTex was told 200 for is in force for everything that comes after.
 *
 * For storage that one process has. Where several nodes share it, two events of one dialog may reach two of them, and each
 * is taken in the transaction that stores it.
 */
export interface WebhookInbox {
  /** Reads what an earlier process left. Once, before anything else. */
  load(): Promise<void>;
  /** Resolves when the event is durable. @throws what storage throws */
  put(received: ReceivedWebhook, bytes: number): Promise<void>;
  /** Does an event of this dialog wait? */
  holds(lane: string): boolean;
  /** Takes the waiting events of a dialog in this transaction. */
  settle(tx: Transaction, lane: string): Promise<void>;
  /** Events that wait. */
  readonly waiting: number;
  start(): void;
  /** Resolves when a transaction under way has ended; what still waits is on the disk. */
  stop(): Promise<void>;
  /** Resolves when nothing waits, and at once when not running. */
  idle(): Promise<void>;
}

interface Gathered {
  readonly event: WaitingWebhook;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const storedSchema = z.array(
  z.object({ bindingId: z.string(), userId: z.string(), receivedAt: z.number(), event: webhookEventSchema }),
);

export function createWebhookInbox(context: PluginContext): WebhookInbox {
  const { storage, clock, logger } = context;
  const waiting = createWaitingWebhooks();
  let lastKey = 0;
  let gathered: Gathered[] = [];
  let isAppending = false;
  let running = false;
  let working: Promise<void> | undefined;
  let roomWaiters: (() => void)[] = [];
  let endPause = (): void => undefined;

  // A function, since it changes while the loops below wait.
  const isRunning = (): boolean => running;

  async function load(): Promise<void> {
    let after: string | undefined;
    for (;;) {
      const page = { limit: PAGE, ...(after === undefined ? {} : { after }) };
      const records = await storage.read((tx) => tx.listRecords(INBOX, page));
      for (const { key, value } of records) {
        lastKey = Math.max(lastKey, Number(key) || 0);
        const stored = storedSchema.safeParse(value);
        if (stored.success)
          waiting.add(
            key,
            stored.data.map((one) => waitingWebhook(one, JSON.stringify(one).length)),
          );
        // Left where it is: another version may read it.
        else logger.error('stored webhooks cannot be read', { record: key, problems: problemsOf(stored.error) });
      }
      after = records.at(-1)?.key;
      if (records.length < PAGE) return;
    }
  }

  async function put(received: ReceivedWebhook, bytes: number): Promise<void> {
    // Nobody takes them before the start: to wait for that would be for ever.
    while (isRunning() && (waiting.size >= MAX_WAITING || waiting.bytes >= MAX_WAITING_BYTES)) {
      await new Promise<void>((resolve) => roomWaiters.push(resolve));
    }
    await new Promise<void>((resolve, reject) => {
      gathered.push({ event: waitingWebhook(received, bytes), resolve, reject });
      if (!isAppending) void append();
    });
  }

  /** Writes what has been gathered when its turn comes: until then, more may join. */
  async function append(): Promise<void> {
    isAppending = true;
    let mine: Gathered[] = [];
    let key = '';
    try {
      await storage.transaction(async (tx) => {
        mine = take();
        lastKey += 1;
        key = String(lastKey).padStart(KEY_DIGITS, '0');
        await tx.putRecord(INBOX, key, mine.map(({ event }) => event.received) as unknown as Json, 0);
      });
    } catch (error) {
      if (mine.length === 0) mine = take();
      for (const { reject } of mine) reject(error);
      return;
    }
    waiting.add(
      key,
      mine.map(({ event }) => event),
    );
    for (const { resolve } of mine) resolve();
    pump();
  }

  function take(): Gathered[] {
    let bytes = 0;
    const end = gathered.findIndex(({ event }, place) => {
      bytes += event.bytes;
      return place === MAX_WRITTEN || (place > 0 && bytes > MAX_WRITTEN_BYTES);
    });
    const taken = gathered.splice(0, end < 0 ? gathered.length : end);
    isAppending = gathered.length > 0;
    if (isAppending) void append();
    return taken;
  }

  async function settle(tx: Transaction, lane: string): Promise<void> {
    for (const event of waiting.ofLane(lane)) {
      if ((await takeWebhook(tx, context, event.received)) === 'stored') event.isSettled = true;
    }
  }

  function pump(): void {
    if (!running || working !== undefined || waiting.size === 0) return;
    working = work().then(() => {
      working = undefined;
      pump();
    });
  }

  async function work(): Promise<void> {
    while (isRunning() && waiting.size > 0) {
      const events = waiting.first(MAX_TAKEN);
      if (!(await takeTogether(events))) return;
      waiting.removeFirst(events.length);
      makeRoom();
    }
  }

  /** False: it was stopped before all were taken. */
  async function takeTogether(events: readonly WaitingWebhook[]): Promise<boolean> {
    while (isRunning()) {
      const left = events.filter((event) => !event.isTaken);
      try {
        const outcomes = await storage.transaction(async (tx) => {
          const taken: WebhookOutcome[] = [];
          for (const { received } of left) taken.push(await takeWebhook(tx, context, received));
          for (const { endsRecord } of events) if (endsRecord !== undefined) await tx.deleteRecord(INBOX, endsRecord);
          return taken;
        });
        for (const [place, event] of left.entries()) report(event, outcomes[place]);
        return true;
      } catch (error) {
        logger.error('webhooks could not be taken', { events: left.length, error: messageOf(error) });
      }
      if (left.length === 0) await pause();
      for (const event of left) if (isRunning()) await takeAlone(event);
    }
    return false;
  }

  /** One that fails must hold up no other: its dialog's lane gets it. Only storage that takes nothing holds up all. */
  async function takeAlone(event: WaitingWebhook): Promise<void> {
    while (isRunning() && !event.isTaken) {
      for (const take of [takeWebhook, leaveToLane]) {
        try {
          const outcome = await storage.transaction((tx) => take(tx, context, event.received));
          event.isTaken = true;
          report(event, outcome);
          return;
        } catch (error) {
          const { bindingId: binding, event: wire } = event.received;
          logger.error('webhook could not be taken', { binding, type: wire.type, error: messageOf(error) });
        }
      }
      await pause();
    }
  }

  function report(event: WaitingWebhook, outcome: WebhookOutcome | undefined): void {
    if (outcome === undefined) return;
    reportWebhook(context, event.received, outcome === 'duplicate' && event.isSettled ? 'stored' : outcome);
  }

  async function pause(): Promise<void> {
    if (!running) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = clock.after(STORAGE_PAUSE_MS, resolve);
    endPause = resolve;
    await promise;
    cancel();
  }

  function makeRoom(): void {
    const waiters = roomWaiters;
    roomWaiters = [];
    for (const resolve of waiters) resolve();
  }

  return {
    load,
    put,
    holds: (lane) => waiting.holds(lane),
    settle,
    get waiting() {
      return waiting.size;
    },
    start() {
      running = true;
      pump();
    },
    async stop() {
      running = false;
      makeRoom();
      endPause();
      await working;
    },
    async idle() {
      for (let current = working; current !== undefined && isRunning(); current = working) await current;
    },
  };
}
