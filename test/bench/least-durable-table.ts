import { fdatasync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { temporaryFolder } from './temporary-folder.ts';

const flush = promisify(fdatasync);

/** The least that durable storage does with a message; each promise resolves when the disk has it. */
export interface LeastDurableTable {
  insert(id: string, body: string): Promise<void>;
  remove(id: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * One table on SQLite with a row a message; all that is asked for meanwhile is committed and flushed together. No order, no
 * claims, no retries, no dialog: what it costs in this process to keep a message at all.
 */
export async function createLeastDurableTable(): Promise<LeastDurableTable> {
  const folder = temporaryFolder();
  const file = join(folder.path, 'data.db');
  const database = new DatabaseSync(file);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  database.exec('CREATE TABLE message (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID');
  const insert = database.prepare('INSERT INTO message (id, body) VALUES (?, ?) ON CONFLICT (id) DO NOTHING');
  const remove = database.prepare('DELETE FROM message WHERE id = ?');
  const log = await open(`${file}-wal`, 'r+');
  let waiting: Array<{ readonly write: () => void; readonly resolve: () => void }> = [];
  let working = false;

  async function work(): Promise<void> {
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      database.exec('BEGIN IMMEDIATE');
      for (const { write } of group) write();
      database.exec('COMMIT');
      await flush(log.fd);
      for (const { resolve } of group) resolve();
    }
    working = false;
  }

  function written(write: () => void): Promise<void> {
    return new Promise((resolve) => {
      waiting.push({ write, resolve });
      if (working) return;
      working = true;
      setImmediate(() => void work());
    });
  }

  return {
    insert: (id, body) => written(() => void insert.run(id, body)),
    remove: (id) => written(() => void remove.run(id)),
    async close() {
      await log.close();
      database.close();
      folder.remove();
    },
  };
}
