import type {
  GateRow,
  GateTable,
  RecordRow,
  RecordTable,
  RememberedTable,
  StreamRow,
  StreamTable,
} from '../local/tables.ts';
import { change, type Prepare, query } from './prepare.ts';

export function createRecordTable(prepare: Prepare): RecordTable {
  const get = query<RecordRow>(prepare, 'SELECT key, value, version FROM record WHERE collection = ? AND key = ?');
  const put = query<{ version: number }>(
    prepare,
    `INSERT INTO record (collection, key, value, version) VALUES (?, ?, ?, 1)
     ON CONFLICT (collection, key) DO UPDATE SET value = excluded.value, version = version + 1 RETURNING version`,
  );
  const remove = change(prepare, 'DELETE FROM record WHERE collection = ? AND key = ?');
  const list = query<RecordRow>(
    prepare,
    'SELECT key, value, version FROM record WHERE collection = ? AND key > ? AND key >= ? ORDER BY key LIMIT ?',
  );
  const listUpTo = query<RecordRow>(
    prepare,
    `SELECT key, value, version FROM record
     WHERE collection = ? AND key > ? AND key >= ? AND key < ? ORDER BY key LIMIT ?`,
  );
  return {
    get: (collection, key) => get.one(collection, key),
    put: (collection, key, value) => put.one(collection, key, value)?.version ?? 0,
    remove: (collection, key) => void remove(collection, key),
    list: (collection, after, from, end, limit) =>
      end === null ? list.all(collection, after, from, limit) : listUpTo.all(collection, after, from, end, limit),
  };
}

export function createStreamTable(prepare: Prepare): StreamTable {
  const next = query<{ seq: number }>(
    prepare,
    `INSERT INTO stream (name, last_seq) VALUES (?, 1)
     ON CONFLICT (name) DO UPDATE SET last_seq = last_seq + 1 RETURNING last_seq AS seq`,
  );
  const insert = change(prepare, 'INSERT INTO stream_entry (stream, seq, at, value) VALUES (?, ?, ?, ?)');
  const read = query<StreamRow>(
    prepare,
    'SELECT seq, value, at FROM stream_entry WHERE stream = ? AND seq > ? ORDER BY seq LIMIT ?',
  );
  const lastSeq = query<{ seq: number }>(prepare, 'SELECT last_seq AS seq FROM stream WHERE name = ?');
  const removeBefore = change(
    prepare,
    `DELETE FROM stream_entry WHERE rowid IN (SELECT rowid FROM stream_entry WHERE at < ? ORDER BY at LIMIT ?)`,
  );
  return {
    append(stream, value, at) {
      const seq = next.one(stream)?.seq ?? 0;
      insert(stream, seq, at, value);
      return seq;
    },
    read: (stream, after, limit) => read.all(stream, after, limit),
    lastSeq: (stream) => lastSeq.one(stream)?.seq ?? 0,
    removeBefore,
  };
}

export function createRememberedTable(prepare: Prepare): RememberedTable {
  const get = query<{ value: string }>(prepare, 'SELECT value FROM remembered WHERE scope = ? AND id = ?');
  const insert = change(
    prepare,
    'INSERT INTO remembered (scope, id, value, at) VALUES (?, ?, ?, ?) ON CONFLICT (scope, id) DO NOTHING',
  );
  const removeBefore = change(
    prepare,
    'DELETE FROM remembered WHERE rowid IN (SELECT rowid FROM remembered WHERE at < ? ORDER BY at LIMIT ?)',
  );
  return {
    get: (scope, id) => get.one(scope, id)?.value,
    insert: (scope, id, value, at) => insert(scope, id, value, at) > 0,
    removeBefore,
  };
}

export function createGateTable(prepare: Prepare): GateTable {
  const get = query<GateRow>(prepare, 'SELECT until, reason FROM gate WHERE queue = ?');
  const set = change(
    prepare,
    `INSERT INTO gate (queue, until, reason) VALUES (?, ?, ?)
     ON CONFLICT (queue) DO UPDATE SET until = excluded.until, reason = excluded.reason`,
  );
  const remove = change(prepare, 'DELETE FROM gate WHERE queue = ?');
  return {
    get: (queue) => get.one(queue),
    set: (queue, gate) => void set(queue, gate.until, gate.reason),
    remove: (queue) => void remove(queue),
  };
}
