import { createHints } from '../hints.ts';
import type { StorageLogger } from '../open-options.ts';
import type { Changes } from './changes.ts';
import { hintPayloads, parseHint } from './hint-payloads.ts';

/**
 * Wake-ups between nodes by LISTEN/NOTIFY. They are hints: a lost one costs a poll, so they travel outside the
 * transactions, collected for a moment. A NOTIFY within each transaction would make all commits queue for one lock
 * (PostgreSQL documentation, NOTIFY, "Notes").
 */

/** Changes are collected so long before one NOTIFY tells them, ms: a wake-up may be that late on another node. Ours. */
const COLLECT_MS = 5;

export interface Notifications {
  /** Tells this node's listeners at once and other nodes soon. */
  tell(changes: Changes): void;
  /** What another node told. */
  receive(payload: string): void;
  onWork(listener: (queue: string) => void): () => void;
  onAppend(listener: (stream: string) => void): () => void;
  /** Sends what is still collected. */
  close(): Promise<void>;
}

/** `send` hands one payload to all nodes; it never rejects. */
export function createNotifications(
  nodeId: string,
  send: (payload: string) => Promise<unknown>,
  logger: StorageLogger | undefined,
): Notifications {
  const work = createHints(logger);
  const appends = createHints(logger);
  const queues = new Set<string>();
  const streams = new Set<string>();
  let timer: NodeJS.Timeout | undefined;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const payloads = hintPayloads(nodeId, queues, streams);
    queues.clear();
    streams.clear();
    await Promise.all(payloads.map(send));
  }

  return {
    tell(changes) {
      work.tell(new Set([...changes.queues, ...changes.localQueues]));
      appends.tell(changes.streams);
      for (const queue of changes.queues) queues.add(queue);
      for (const stream of changes.streams) streams.add(stream);
      if (queues.size + streams.size > 0) timer ??= setTimeout(() => void flush(), COLLECT_MS).unref();
    },
    receive(payload) {
      const hint = parseHint(payload);
      if (hint === undefined || hint.from === nodeId) return;
      work.tell(hint.q);
      appends.tell(hint.s);
    },
    onWork: (listener) => work.listen(listener),
    onAppend: (listener) => appends.listen(listener),
    close: flush,
  };
}
