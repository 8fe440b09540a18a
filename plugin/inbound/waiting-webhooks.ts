import { laneOf, type ReceivedWebhook } from './take-webhook.ts';

/** An event that is on the disk and waits for its dialog. */
export interface WaitingWebhook {
  readonly received: ReceivedWebhook;
  /** Of its body, about. */
  readonly bytes: number;
  /** Set for the last event of a stored record: once it is taken, the record may go. */
  endsRecord: string | undefined;
  /** Taken in a transaction of its own, after several could not be taken together. */
  isTaken: boolean;
  /** Taken in a transaction of somebody else's, which may have been undone. */
  isSettled: boolean;
}

export function waitingWebhook(received: ReceivedWebhook, bytes: number): WaitingWebhook {
  return { received, bytes, endsRecord: undefined, isTaken: false, isSettled: false };
}

/** The events that wait, in the order of arrival, and each dialog's among them. */
export interface WaitingWebhooks {
  readonly size: number;
  readonly bytes: number;
  /** What was stored as one record. */
  add(record: string, events: readonly WaitingWebhook[]): void;
  first(count: number): WaitingWebhook[];
  removeFirst(count: number): void;
  /** As they are now: whoever walks through them may wait meanwhile, and the first ones be removed. */
  ofLane(lane: string): readonly WaitingWebhook[];
  holds(lane: string): boolean;
}

export function createWaitingWebhooks(): WaitingWebhooks {
  const all: WaitingWebhook[] = [];
  const lanes = new Map<string, WaitingWebhook[]>();
  let bytes = 0;

  return {
    get size() {
      return all.length;
    },
    get bytes() {
      return bytes;
    },
    add(record, events) {
      for (const event of events) {
        all.push(event);
        bytes += event.bytes;
        const lane = laneOf(event.received);
        const before = lanes.get(lane);
        if (before === undefined) lanes.set(lane, [event]);
        else before.push(event);
      }
      const last = events.at(-1);
      if (last !== undefined) last.endsRecord = record;
    },
    first: (count) => all.slice(0, count),
    removeFirst(count) {
      for (const event of all.splice(0, count)) {
        bytes -= event.bytes;
        const lane = laneOf(event.received);
        const left = lanes.get(lane);
        left?.shift();
        if (left?.length === 0) lanes.delete(lane);
      }
    },
    holds: (lane) => lanes.has(lane),
    ofLane: (lane) => [...(lanes.get(lane) ?? [])],
  };
}
