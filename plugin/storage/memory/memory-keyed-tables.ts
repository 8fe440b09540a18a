import type {
  GateRow,
  GateTable,
  RecordRow,
  RecordTable,
  RememberedTable,
  StreamRow,
  StreamTable,
} from '../local/tables.ts';
import { compareCodePoints, createSortedList, type SortedList, takeWhile } from './sorted-list.ts';
import { entryOf, setEntry, type UndoLog } from './undo-log.ts';

/** Stands between two parts of a key: no name contains it (`check-name.ts`). */
const BETWEEN = '\0';

interface Collection {
  readonly rows: Map<string, RecordRow>;
  readonly keys: SortedList<string>;
}

export function createRecordTable(log: UndoLog): RecordTable {
  const collections = new Map<string, Collection>();
  const of = (name: string): Collection =>
    entryOf(collections, name, () => ({ rows: new Map(), keys: createSortedList(compareCodePoints) }));

  return {
    get: (collection, key) => collections.get(collection)?.rows.get(key),
    put(collection, key, value, expected) {
      const { rows, keys } = of(collection);
      const before = rows.get(key);
      if (expected !== undefined && expected !== (before?.version ?? 0)) return undefined;
      const version = (before?.version ?? 0) + 1;
      setEntry(log, rows, key, { key, value, version });
      if (before === undefined) {
        keys.add(key);
        log.note(() => {
          keys.remove(key);
        });
      }
      return version;
    },
    remove(collection, key) {
      const { rows, keys } = of(collection);
      if (!rows.has(key)) return;
      setEntry(log, rows, key, undefined);
      keys.remove(key);
      log.note(() => {
        keys.add(key);
      });
    },
    list(collection, after, from, end, limit) {
      const { rows, keys } = of(collection);
      const candidates = keys.from((key) => compareCodePoints(key, after) <= 0 || compareCodePoints(key, from) < 0);
      const found = takeWhile(candidates, limit, (key) => end === null || compareCodePoints(key, end) < 0);
      return found.flatMap((key) => rows.get(key) ?? []);
    },
  };
}

export function createStreamTable(log: UndoLog): StreamTable {
  const streams = new Map<string, { lastSeq: number; readonly entries: Map<number, StreamRow> }>();
  const of = (name: string) => entryOf(streams, name, () => ({ lastSeq: 0, entries: new Map<number, StreamRow>() }));

  return {
    append(stream, value, at) {
      const found = of(stream);
      found.lastSeq += 1;
      const seq = found.lastSeq;
      log.note(() => {
        found.lastSeq -= 1;
      });
      setEntry(log, found.entries, seq, { seq, value, at });
      return seq;
    },
    read(stream, after, limit) {
      const { entries, lastSeq } = of(stream);
      const found: StreamRow[] = [];
      for (let seq = after + 1; seq <= lastSeq && found.length < limit; seq += 1) {
        const entry = entries.get(seq);
        if (entry !== undefined) found.push(entry);
      }
      return found;
    },
    lastSeq: (stream) => streams.get(stream)?.lastSeq ?? 0,
    removeBefore(at, limit) {
      let gone = 0;
      for (const { entries } of streams.values()) {
        for (const entry of entries.values()) {
          if (gone >= limit) return gone;
          if (entry.at >= at) continue;
          setEntry(log, entries, entry.seq, undefined);
          gone += 1;
        }
      }
      return gone;
    },
  };
}

export function createRememberedTable(log: UndoLog): RememberedTable {
  const rows = new Map<string, { readonly value: string; readonly at: number }>();
  return {
    get: (scope, id) => rows.get(scope + BETWEEN + id)?.value,
    insert(scope, id, value, at) {
      if (rows.has(scope + BETWEEN + id)) return false;
      setEntry(log, rows, scope + BETWEEN + id, { value, at });
      return true;
    },
    removeBefore(at, limit) {
      let gone = 0;
      for (const [key, row] of rows) {
        if (gone >= limit) break;
        if (row.at >= at) continue;
        setEntry(log, rows, key, undefined);
        gone += 1;
      }
      return gone;
    },
  };
}

export function createGateTable(log: UndoLog): GateTable {
  const rows = new Map<string, GateRow>();
  return {
    get: (queue) => rows.get(queue),
    set(queue, gate) {
      setEntry(log, rows, queue, gate);
    },
    remove(queue) {
      setEntry(log, rows, queue, undefined);
    },
  };
}
