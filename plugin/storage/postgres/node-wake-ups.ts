import type { Logger } from '../contract.ts';
import { createWakeUps } from '../wake-ups.ts';
import type { Changes } from './transaction.ts';

/**
 * Wake-ups between nodes by LISTEN/NOTIFY. A lost one costs a poll, so they travel outside the transactions, collected for
 * a moment. A NOTIFY within each transaction would make all commits queue for one lock (PostgreSQL documentation, NOTIFY,
 * "Notes").
 */

/** Changes are collected so long before they are told, ms: a wake-up may be that late on another node. Our choice. */
const COLLECT_MS = 5;
/** One NOTIFY for each name: a name has at most 512 characters, and a payload may have 8,000 bytes. */
export const NOTIFY = 'SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload';
/** What a payload begins with, before the node that tells and the name. */
const OF_QUEUE = 'q';
const OF_STREAM = 's';
const PAYLOAD = /^([qs]) (\S+) ([\s\S]+)$/;

/** What one NOTIFY each tells of changes; `from`: who tells. */
export function payloadsOf({ queues, streams = new Set() }: ToldChanges, from: string): string[] {
  return [
    ...Array.from(queues, (queue) => `${OF_QUEUE} ${from} ${queue}`),
    ...Array.from(streams, (stream) => `${OF_STREAM} ${from} ${stream}`),
  ];
}

type ToldChanges = Pick<Changes, 'queues'> & Partial<Changes>;

export interface NodeWakeUps {
  /** Wakes this node's listeners at once and those of other nodes soon. */
  tell(changes: ToldChanges): void;
  /** What another node told. */
  receive(payload: string): void;
  onWakeUp(listener: (queue: string) => void): () => void;
  onAppend(listener: (stream: string) => void): () => void;
  /** Sends what is still collected. */
  close(): Promise<void>;
}

/** `send` hands payloads to all nodes; it never rejects. */
export function createNodeWakeUps(
  nodeId: string,
  send: (payloads: readonly string[]) => Promise<unknown>,
  logger: Logger | undefined,
): NodeWakeUps {
  const work = createWakeUps(logger);
  const appends = createWakeUps(logger);
  const collected = new Set<string>();
  let timer: NodeJS.Timeout | undefined;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const payloads = [...collected];
    collected.clear();
    if (payloads.length > 0) await send(payloads);
  }

  return {
    tell({ queues, localQueues = new Set(), streams = new Set() }) {
      work.tell(new Set([...queues, ...localQueues]));
      appends.tell(streams);
      for (const payload of payloadsOf({ queues, streams }, nodeId)) collected.add(payload);
      if (collected.size > 0) timer ??= setTimeout(() => void flush(), COLLECT_MS).unref();
    },
    receive(payload) {
      // Anything else is somebody else's NOTIFY on our channel, or of a node of another version: it is found by asking.
      const [, kind, from, name] = PAYLOAD.exec(payload) ?? [];
      if (kind === undefined || name === undefined || from === nodeId) return;
      (kind === OF_QUEUE ? work : appends).tell([name]);
    },
    onWakeUp: (listener) => work.listen(listener),
    onAppend: (listener) => appends.listen(listener),
    close: flush,
  };
}
