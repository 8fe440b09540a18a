/** What one NOTIFY tells other nodes. */
export interface Hint {
  /** The node that tells: it has told its own listeners already. */
  readonly from: string;
  /** Queues with new work. */
  readonly q: readonly string[];
  /** Streams that were appended to. */
  readonly s: readonly string[];
}

/** A payload must be shorter than 8,000 bytes (PostgreSQL documentation, NOTIFY). */
const MAX_PAYLOAD_BYTES = 7_900;

/** The fewest payloads that hold all names. A name too long for any payload is left to polling. */
export function hintPayloads(from: string, queues: Iterable<string>, streams: Iterable<string>): string[] {
  const payloads: string[] = [];
  let hint: { from: string; q: string[]; s: string[] } = { from, q: [], s: [] };
  const flush = (): void => {
    if (hint.q.length + hint.s.length > 0) payloads.push(JSON.stringify(hint));
    hint = { from, q: [], s: [] };
  };
  const fits = (): boolean => Buffer.byteLength(JSON.stringify(hint)) <= MAX_PAYLOAD_BYTES;
  const add = (kind: 'q' | 's', name: string): void => {
    hint[kind].push(name);
    if (fits()) return;
    hint[kind].pop();
    flush();
    hint[kind].push(name);
    if (!fits()) hint[kind].pop();
  };
  for (const queue of queues) add('q', queue);
  for (const stream of streams) add('s', stream);
  flush();
  return payloads;
}

export function parseHint(payload: string): Hint | undefined {
  try {
    const { from, q, s } = JSON.parse(payload) as Partial<Hint>;
    return typeof from === 'string' && Array.isArray(q) && Array.isArray(s) ? { from, q, s } : undefined;
  } catch {
    // Somebody else's NOTIFY on our channel.
    return undefined;
  }
}
