import type {
  PauseRow,
  PauseTable,
  RecordRow,
  RecordTable,
  RememberedTable,
  StreamRow,
  StreamTable,
} from './tables.ts';
import { change, only, type Prepare, query } from './prepare.ts';

type RecordColumns = readonly [key: string, value: string, version: number];
const recordRow = ([key, value, version]: RecordColumns): RecordRow => ({ key, value, version });

/** Writes go without RETURNING: SQLite gathers its rows in a table of their own first, which doubles the cost. */
export function createRecordTable(prepare: Prepare): RecordTable {
  const get = query(prepare, 'SELECT key, value, version FROM record WHERE collection = ? AND key = ?', recordRow);
  const versionOf = query(prepare, 'SELECT version FROM record WHERE collection = ? AND key = ?', only<number>);
  const insert = change(
    prepare,
    `INSERT INTO record (collection, key, value, version) VALUES (?, ?, ?, 1) ON CONFLICT (collection, key) DO NOTHING`,
  );
  const update = change(
    prepare,
    'UPDATE record SET value = ?, version = version + 1 WHERE collection = ? AND key = ? AND version = ?',
  );
  const remove = change(prepare, 'DELETE FROM record WHERE collection = ? AND key = ?');
  // SQLite searches from one bound only: given two, it would walk from `after` up to the first key with the prefix.
  const list = query(
    prepare,
    `SELECT key, value, version FROM record
     WHERE collection = ?1 AND key >= max(?2, ?3) AND +key > ?2 ORDER BY key LIMIT ?4`,
    recordRow,
  );
  const listUpTo = query(
    prepare,
    `SELECT key, value, version FROM record
     WHERE collection = ?1 AND key >= max(?2, ?3) AND +key > ?2 AND key < ?4 ORDER BY key LIMIT ?5`,
    recordRow,
  );
  return {
    get: (collection, key) => get.one(collection, key),
    put(collection, key, value, expected) {
      const before = expected ?? versionOf.one(collection, key) ?? 0;
      const changed = before === 0 ? insert(collection, key, value) : update(value, collection, key, before);
      return changed > 0 ? before + 1 : undefined;
    },
    remove: (collection, key) => void remove(collection, key),
    list: (collection, after, from, end, limit) =>
      end === null ? list.all(collection, after, from, limit) : listUpTo.all(collection, after, from, end, limit),
  };
}

type StreamColumns = readonly [seq: number, value: string, at: number];
const streamRow = ([seq, value, at]: StreamColumns): StreamRow => ({ seq, value, at });

export function createStreamTable(prepare: Prepare): StreamTable {
  const lastSeq = query(prepare, 'SELECT last_seq FROM stream WHERE name = ?', only<number>);
  const begin = change(prepare, 'INSERT INTO stream (name, last_seq) VALUES (?, 1)');
  const advance = change(prepare, 'UPDATE stream SET last_seq = ? WHERE name = ?');
  const insert = change(prepare, 'INSERT INTO stream_entry (stream, seq, at, value) VALUES (?, ?, ?, ?)');
  const read = query(
    prepare,
    'SELECT seq, value, at FROM stream_entry WHERE stream = ? AND seq > ? ORDER BY seq LIMIT ?',
    streamRow,
  );
  const removeBefore = change(
    prepare,
    `DELETE FROM stream_entry WHERE rowid IN (SELECT rowid FROM stream_entry WHERE at < ? ORDER BY at LIMIT ?)`,
  );
  const removeEntries = change(prepare, 'DELETE FROM stream_entry WHERE stream = ?');
  const forget = change(prepare, 'DELETE FROM stream WHERE name = ?');
  return {
    append(stream, value, at) {
      const last = lastSeq.one(stream);
      const seq = (last ?? 0) + 1;
      if (last === undefined) begin(stream);
      else advance(seq, stream);
      insert(stream, seq, at, value);
      return seq;
    },
    read: (stream, after, limit) => read.all(stream, after, limit),
    end: (stream) => lastSeq.one(stream),
    remove(stream) {
      forget(stream);
      return removeEntries(stream);
    },
    removeBefore,
  };
}

export function createRememberedTable(prepare: Prepare): RememberedTable {
  const get = query(prepare, 'SELECT value FROM remembered WHERE scope = ? AND id = ?', only<string>);
  const insert = change(
    prepare,
    'INSERT INTO remembered (scope, id, value, at) VALUES (?, ?, ?, ?) ON CONFLICT (scope, id) DO NOTHING',
  );
  const removeBefore = change(
    prepare,
    'DELETE FROM remembered WHERE rowid IN (SELECT rowid FROM remembered WHERE at < ? ORDER BY at LIMIT ?)',
  );
  return {
    get: (scope, id) => get.one(scope, id),
    insert: (scope, id, value, at) => insert(scope, id, value, at) > 0,
    removeScope: change(prepare, 'DELETE FROM remembered WHERE scope = ?'),
    removeBefore,
  };
}

type PauseColumns = readonly [until: number, reason: string];

export function createPauseTable(prepare: Prepare): PauseTable {
  const get = query(
    prepare,
    'SELECT until, reason FROM gate WHERE queue = ?',
    ([until, reason]: PauseColumns): PauseRow => ({ until, reason }),
  );
  const set = change(
    prepare,
    `INSERT INTO gate (queue, until, reason) VALUES (?, ?, ?)
     ON CONFLICT (queue) DO UPDATE SET until = excluded.until, reason = excluded.reason`,
  );
  const list = query(
    prepare,
    'SELECT queue, until, reason FROM gate ORDER BY queue',
    ([queue, until, reason]: readonly [string, number, string]) => ({ queue, until, reason }),
  );
  const remove = change(prepare, 'DELETE FROM gate WHERE queue = ?');
  return {
    get: (queue) => get.one(queue),
    set: (queue, { until, reason }) => void set(queue, until, reason),
    list: () => list.all(),
    remove: (queue) => void remove(queue),
  };
}
