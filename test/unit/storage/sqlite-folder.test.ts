import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createSqliteStorage, openStorage, type Storage, systemClock } from '../../../plugin/storage/index.ts';
import { openReadOnlyFolder } from '../../../plugin/storage/sqlite/read-only-storage.ts';
import { temporaryStorageFolder } from '../../support/storage-folder.ts';

/** "nobody" on every Linux. */
const ORDINARY_USER = 65_534;
const HOLDER = fileURLToPath(new URL('./hold-storage.ts', import.meta.url));

async function open(folder: string): Promise<Storage> {
  const storage = await createSqliteStorage(folder, { clock: systemClock });
  onTestFinished(() => storage.close());
  return storage;
}

/** Rights do not bind root, which tests in a container run as. */
async function asOrdinaryUser<T>(act: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return act();
  process.seteuid?.(ORDINARY_USER);
  try {
    return await act();
  } finally {
    process.seteuid?.(0);
  }
}

/** Opens the folder in another process, and resolves when it has it. */
async function holdInChild(folder: string) {
  const child = spawn(process.execPath, [HOLDER, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

describe('a SQLite data folder', () => {
  test('is made when it is missing, for its owner only', async () => {
    const folder = join(temporaryStorageFolder(), 'deep', 'er');
    await open(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  test('keeps what was stored, and frees at once what the process before had claimed', async () => {
    const folder = temporaryStorageFolder();
    const before = await open(folder);
    await before.transaction(async (tx) => {
      await tx.putRecord('lead', 'a', { x: 1 });
      await tx.enqueue([{ queue: 'q', lane: 'l', kind: 'k', payload: 1 }]);
    });
    const [claimed] = await before.claim({ queue: 'q', limit: 1, leaseMs: 3_600_000 });
    await before.close();
    const after = await open(folder);
    expect(await after.read((tx) => tx.getRecord('lead', 'a'))).toMatchObject({ value: { x: 1 } });
    const [again] = await after.claim({ queue: 'q', limit: 1, leaseMs: 3_600_000 });
    expect(again).toMatchObject({ id: claimed?.id, payload: 1 });
    expect(again?.claim).not.toBe(claimed?.claim);
  });

  test('is refused to a second storage, in this process and in another', async () => {
    const folder = temporaryStorageFolder();
    const first = await open(folder);
    const refusal = {
      code: 'storage_locked',
      message: `the data folder "${folder}" is in use by another process (process ${process.pid}): stop it, or give this one a folder of its own`,
    };
    await expect(open(folder)).rejects.toMatchObject(refusal);
    // A refused attempt must not have weakened the lock: closing a file can give up a process's locks on it.
    const other = spawn(process.execPath, [HOLDER, folder], { stdio: ['ignore', 'ignore', 'pipe'] });
    const said = await text(other.stderr);
    expect(said).toContain('storage_locked');
    await first.ping();
    await first.close();
    const child = await holdInChild(folder);
    await expect(open(folder)).rejects.toMatchObject({
      code: 'storage_locked',
      message: expect.stringContaining(`process ${child.pid}`) as string,
    });
  });

  test('is free again when the process that had it was killed', async () => {
    const folder = temporaryStorageFolder();
    const child = await holdInChild(folder);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const storage = await open(folder);
    await storage.ping();
    expect(readFileSync(join(folder, 'owner'), 'utf8')).toContain(`${process.pid}`);
    await storage.close();
    expect(existsSync(join(folder, 'owner'))).toBe(false);
  });

  test('that cannot be written is named, and nothing is left of the attempt', async () => {
    const folder = temporaryStorageFolder();
    mkdirSync(folder);
    chmodSync(dirname(folder), 0o755);
    chmodSync(folder, 0o555);
    await asOrdinaryUser(async () => {
      await expect(open(folder)).rejects.toMatchObject({
        code: 'storage_readonly',
        fault: 'setup',
        message: expect.stringMatching(/^the data folder ".+" cannot be written \(EACCES.*give the user/) as string,
      });
      await expect(open(join(folder, 'inside'))).rejects.toMatchObject({ code: 'storage_readonly' });
    });
    chmodSync(folder, 0o755);
  });

  test('that cannot be written can be looked at, and nothing else', async () => {
    const folder = temporaryStorageFolder();
    const written = await open(folder);
    await written.transaction((tx) => tx.enqueue([{ queue: 'q', lane: 'l', kind: 'k', payload: 'waits' }]));
    await written.close();
    chmodSync(dirname(folder), 0o755);
    chmodSync(join(folder, 'data.db'), 0o444);
    chmodSync(folder, 0o555);
    await asOrdinaryUser(async () => {
      const storage = openReadOnlyFolder(folder, { clock: systemClock });
      expect(await storage.listWaiting({ limit: 5 })).toMatchObject([{ queue: 'q', payload: 'waits' }]);
      expect(await storage.stats()).toMatchObject([{ queue: 'q', jobs: 1 }]);
      await expect(storage.transaction((tx) => tx.drop(1))).rejects.toMatchObject({ code: 'storage_readonly' });
      await storage.close();
    });
    chmodSync(folder, 0o755);
  });

  test('keeps its files from others, whatever the folder and the files before were', async () => {
    const folder = temporaryStorageFolder();
    mkdirSync(folder, { mode: 0o777 });
    chmodSync(folder, 0o777);
    const storage = await open(folder);
    await storage.transaction((tx) => tx.putRecord('c', 'k', 'what a lead wrote'));
    const openFiles = (): string[] =>
      readdirSync(folder).filter((name) => (statSync(join(folder, name)).mode & 0o077) !== 0);
    expect(readdirSync(folder)).toEqual(
      expect.arrayContaining(['data.db', 'data.db-wal', 'lock.db', 'owner', 'trying']),
    );
    expect(openFiles()).toEqual([]);
    await storage.close();
    for (const name of ['data.db', 'lock.db']) chmodSync(join(folder, name), 0o644);
    const again = await open(folder);
    await again.ping();
    expect(openFiles()).toEqual([]);
    await again.close();
  });

  test('whose database cannot be written is named', async () => {
    const folder = temporaryStorageFolder();
    await (await open(folder)).close();
    chmodSync(dirname(folder), 0o755);
    chmodSync(folder, 0o777);
    chmodSync(join(folder, 'lock.db'), 0o666);
    chmodSync(join(folder, 'data.db'), 0o444);
    await asOrdinaryUser(async () => {
      await expect(open(folder)).rejects.toMatchObject({
        code: 'storage_readonly',
        message: expect.stringContaining(folder) as string,
      });
    });
  });

  test('in whose place a file is, is refused', async () => {
    const folder = temporaryStorageFolder();
    writeFileSync(folder, 'not a folder');
    for (const path of [folder, join(folder, 'below')]) {
      await expect(open(path)).rejects.toMatchObject({
        code: 'storage_folder_invalid',
        message: `the data folder "${path}" cannot be used: a file is in its place`,
      });
    }
  });

  test('from a newer version is refused and left as it was', async () => {
    const folder = temporaryStorageFolder();
    await (await open(folder)).close();
    const database = new DatabaseSync(join(folder, 'data.db'));
    database.exec('PRAGMA user_version = 999; PRAGMA journal_mode = DELETE');
    database.close();
    const before = readFileSync(join(folder, 'data.db'));
    await expect(open(folder)).rejects.toMatchObject({
      code: 'storage_newer',
      message: expect.stringMatching(/".+data" is of a newer version \(999\) than this program knows/) as string,
    });
    expect(readFileSync(join(folder, 'data.db')).equals(before)).toBe(true);
  });

  test('with a damaged database is refused with advice', async () => {
    const folder = temporaryStorageFolder();
    await (await open(folder)).close();
    writeFileSync(join(folder, 'data.db'), 'this is no database at all, but it is long enough'.repeat(100));
    const refusal = { code: 'storage_corrupt', message: expect.stringContaining(`"${folder}"`) as string };
    await expect(open(folder)).rejects.toMatchObject(refusal);
    await expect(open(folder)).rejects.toMatchObject({
      message: expect.stringContaining('put back a backup') as string,
    });
  });

  test('whose database was cut off is found damaged, not taken for empty', async () => {
    const folder = temporaryStorageFolder();
    const storage = await open(folder);
    await storage.transaction(async (tx) => {
      for (let n = 0; n < 200; n += 1) await tx.putRecord('lead', `${n}`, 'x'.repeat(1_000));
    });
    await storage.close();
    truncateSync(join(folder, 'data.db'), 8_192);
    const use = async (): Promise<unknown> =>
      (await open(folder)).read((tx) => tx.listRecords('lead', { limit: 1_000 }));
    await expect(use()).rejects.toMatchObject({ code: 'storage_corrupt' });
  });

  test("with another program's database is refused", async () => {
    const folder = temporaryStorageFolder();
    mkdirSync(folder);
    const database = new DatabaseSync(join(folder, 'data.db'));
    database.exec('CREATE TABLE theirs (a)');
    database.close();
    await expect(open(folder)).rejects.toMatchObject({
      code: 'storage_corrupt',
      message: expect.stringContaining('belongs to another program') as string,
    });
  });
});

describe('openStorage', () => {
  test('opens what the specification names', async () => {
    const folder = temporaryStorageFolder();
    for (const [spec, driver] of [['memory:', 'memory'] as const, [`sqlite:${folder}`, 'sqlite'] as const]) {
      const storage = await openStorage(spec, { clock: systemClock });
      expect(storage.driver).toBe(driver);
      await storage.close();
    }
  });

  test('says what is wrong with a specification', async () => {
    for (const [spec, problem] of [
      ['', 'is not known'],
      ['mysql://user:secret@host/db', 'storage "mysql:…" is not known'],
      ['./data', 'is not known'],
      ['sqlite:', 'names no folder'],
      ['memory:x', 'has something after'],
    ] as const) {
      const failure = openStorage(spec, { clock: systemClock });
      await expect(failure).rejects.toMatchObject({
        code: 'storage_spec_invalid',
        message: expect.stringContaining(problem) as string,
      });
      await expect(failure).rejects.not.toMatchObject({ message: expect.stringContaining('secret') as string });
    }
  });
});
