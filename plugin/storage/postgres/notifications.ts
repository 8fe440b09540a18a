import type pg from 'pg';
import type { Connection } from './connection.ts';
import type { Changes } from './transaction.ts';

/**
 * Wake-ups between nodes by LISTEN/NOTIFY. They are hints: a lost one costs a poll, so they travel outside the
 * transactions, collected for a moment. A NOTIFY within each transaction would make all commits queue for one lock
 * (PostgreSQL documentation, NOTIFY, "Notes").
 */

/** Changes are collected so long before one NOTIFY tells them, ms: a wake-up may be that late on another node. */
const COLLECT_MS = 5;
/** A payload must be shorter than 8,000 bytes (PostgreSQL documentation, NOTIFY). */
const MAX_PAYLOAD_BYTES = 7_900;
/** Wait before listening again after the connection was lost, ms. */
const LISTEN_AGAIN_MS = 1_000;

export interface Notifications {
  /** Tells this node's listeners at once and other nodes soon. */
  tell(changes: Changes): void;
  onWork(listener: (queue: string) => void): () => void;
  onAppend(listener: (stream: string) => void): () => void;
  close(): Promise<void>;
}

export async function createNotifications(
  connection: Connection,
  channel: string,
  nodeId: string,
): Promise<Notifications> {
  const work = new Set<(queue: string) => void>();
  const appends = new Set<(stream: string) => void>();
  const pending: Changes = { queues: new Set(), streams: new Set() };
  let timer: NodeJS.Timeout | undefined;
  let listenTimer: NodeJS.Timeout | undefined;
  let client: pg.Client | undefined;
  let closed = false;

  function spread(queues: Iterable<string>, streams: Iterable<string>): void {
    for (const queue of queues) for (const listener of work) listener(queue);
    for (const stream of streams) for (const listener of appends) listener(stream);
  }

  async function flush(): Promise<void> {
    timer = undefined;
    const payloads = pack(nodeId, pending);
    pending.queues.clear();
    pending.streams.clear();
    for (const payload of payloads) {
      const notify = { name: 'notify', text: 'SELECT pg_notify($1, $2)' };
      // A hint that could not be sent is made good by the other nodes' polling.
      await connection.query(notify, [channel, payload]).catch(() => undefined);
    }
  }

  function receive(payload: string): void {
    const hint = JSON.parse(payload) as { from: string; q: string[]; s: string[] };
    if (hint.from !== nodeId) spread(hint.q, hint.s);
  }

  async function listen(): Promise<void> {
    const listener = connection.dedicated();
    const again = (): void => {
      listener.removeAllListeners();
      listener.on('error', () => undefined);
      void listener.end().catch(() => undefined);
      if (client === listener) client = undefined;
      if (!closed && listenTimer === undefined) {
        listenTimer = setTimeout(() => {
          listenTimer = undefined;
          void listen();
        }, LISTEN_AGAIN_MS);
        listenTimer.unref();
      }
    };
    listener.on('error', again);
    listener.on('end', again);
    listener.on('notification', (message) => receive(message.payload ?? '{"from":"","q":[],"s":[]}'));
    try {
      await listener.connect();
      await listener.query(`LISTEN ${channel}`);
      client = listener;
    } catch {
      again();
    }
  }

  await listen();
  return {
    tell(changes) {
      if (changes.queues.size === 0 && changes.streams.size === 0) return;
      spread(changes.queues, changes.streams);
      for (const queue of changes.queues) pending.queues.add(queue);
      for (const stream of changes.streams) pending.streams.add(stream);
      if (closed) return;
      timer ??= setTimeout(() => void flush(), COLLECT_MS).unref();
    },
    onWork(listener) {
      work.add(listener);
      return () => work.delete(listener);
    },
    onAppend(listener) {
      appends.add(listener);
      return () => appends.delete(listener);
    },
    async close() {
      clearTimeout(timer);
      await flush();
      closed = true;
      clearTimeout(listenTimer);
      const open = client;
      client = undefined;
      open?.removeAllListeners();
      open?.on('error', () => undefined);
      await open?.end().catch(() => undefined);
    },
  };
}

/** The fewest payloads that hold all changes. A name too long for any payload is left to polling. */
function pack(from: string, changes: Changes): string[] {
  const payloads: string[] = [];
  let hint: { from: string; q: string[]; s: string[] } = { from, q: [], s: [] };
  const add = (kind: 'q' | 's', name: string): void => {
    hint[kind].push(name);
    if (Buffer.byteLength(JSON.stringify(hint)) <= MAX_PAYLOAD_BYTES) return;
    hint[kind].pop();
    if (hint.q.length + hint.s.length > 0) payloads.push(JSON.stringify(hint));
    hint = { from, q: [], s: [] };
    hint[kind].push(name);
    if (Buffer.byteLength(JSON.stringify(hint)) > MAX_PAYLOAD_BYTES) hint[kind].pop();
  };
  for (const queue of changes.queues) add('q', queue);
  for (const stream of changes.streams) add('s', stream);
  if (hint.q.length + hint.s.length > 0) payloads.push(JSON.stringify(hint));
  return payloads;
}
