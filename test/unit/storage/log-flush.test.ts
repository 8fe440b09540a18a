import { expect, onTestFinished, test } from 'vitest';
import { createSqliteStorage, type Storage, systemClock } from '../../../plugin/storage/index.ts';
import { createGroupCommit, type GroupCommit } from '../../../plugin/storage/sqlite/group-commit.ts';
import { createLogFlush } from '../../../plugin/storage/sqlite/log-flush.ts';
import { temporaryStorageFolder } from '../../support/storage-folder.ts';

interface Disk {
  readonly commits: GroupCommit;
  /** What was committed, as the process sees it. */
  readonly committed: string[];
  /** What was told to callers, in order. */
  readonly told: string[];
  /** Flushes under way: each ends when the test says so. */
  readonly flushes: Array<{ readonly covers: number; end(error?: Error): void }>;
}

/** A database whose disk flushes when the test lets it. */
function slowDisk(): Disk {
  const committed: string[] = [];
  const flushes: Disk['flushes'] = [];
  const told: string[] = [];
  let open = false;
  const commits = createGroupCommit({
    engine: {
      look: (act) => act(),
      begin: () => void (open = true),
      savepoint: () => undefined,
      release: () => undefined,
      undo: () => undefined,
      commit: () => void (open = false),
      flush: () =>
        new Promise((resolve, reject) => {
          flushes.push({ covers: committed.length, end: (error) => (error ? reject(error) : resolve()) });
        }),
      rollback: () => void (open = false),
      inTransaction: () => open,
      describe: (error) => error,
      close: () => undefined,
    },
    deadlineMs: 1_000,
    beforeCommit: () => undefined,
    afterGroup: () => undefined,
    soon: setImmediate,
  });
  return { commits, committed, told, flushes };
}

function put({ commits, committed, told }: Disk, name: string, durable = true): Promise<void> {
  return commits
    .run({ durable, work: () => void committed.push(name) })
    .then(() => void told.push(name))
    .catch((error: unknown) => void told.push(`${name}: ${(error as Error).message}`));
}

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate);
};

test('nobody is told before the flush that began after the commit has ended', async () => {
  const disk = slowDisk();
  const first = put(disk, 'first');
  await turns(3);
  expect(disk).toMatchObject({ committed: ['first'], told: [], flushes: [{ covers: 1 }] });
  // Enough units to begin a group beside the flush: committed, but not covered by it.
  const later = Array.from({ length: 40 }, (_, n) => put(disk, `later ${n}`));
  await turns(5);
  expect(disk.committed).toHaveLength(41);
  expect(disk.told).toEqual([]);
  disk.flushes[0]?.end();
  await first;
  await turns(3);
  expect(disk.told).toEqual(['first']);
  expect(disk.flushes[1]?.covers).toBe(41);
  disk.flushes[1]?.end();
  await Promise.all(later);
  expect(disk.told).toHaveLength(41);
});

test('what needs no flush waits for what was committed before it, and only for that', async () => {
  const disk = slowDisk();
  await put(disk, 'claim', false);
  expect(disk).toMatchObject({ told: ['claim'], flushes: [] });
  const accepted = put(disk, 'accepted');
  await turns(3);
  // A claim may hand out what was accepted: acting on it before it is durable could send a message that is then forgotten.
  const claims = Array.from({ length: 40 }, (_, n) => put(disk, `claim ${n}`, false));
  await turns(5);
  expect(disk.told).toEqual(['claim']);
  disk.flushes[0]?.end();
  await Promise.all([accepted, ...claims]);
  expect(disk.flushes).toHaveLength(1);
});

test('when the disk cannot flush, those that had to be durable are told, and later ones work again', async () => {
  const disk = slowDisk();
  const lost = put(disk, 'lost');
  await turns(3);
  disk.flushes[0]?.end(new Error('EIO'));
  await lost;
  expect(disk.told).toEqual(['lost: EIO']);
  const next = put(disk, 'next');
  await turns(3);
  disk.flushes[1]?.end();
  await next;
  expect(disk.told).toEqual(['lost: EIO', 'next']);
});

test('close waits for the flush', async () => {
  const disk = slowDisk();
  const last = put(disk, 'last');
  await turns(3);
  let isClosed = false;
  const closing = disk.commits.close().then(() => void (isClosed = true));
  await turns(3);
  expect(isClosed).toBe(false);
  disk.flushes[0]?.end();
  await Promise.all([last, closing]);
});

test('a log that is not there is named with its folder; one that is there is flushed', async () => {
  const folder = temporaryStorageFolder();
  const flush = createLogFlush(folder);
  await expect(flush.flush()).rejects.toMatchObject({
    code: 'storage_failed',
    message: expect.stringContaining(folder) as string,
  });
  const storage: Storage = await createSqliteStorage(folder, { clock: systemClock });
  onTestFinished(() => storage.close());
  await storage.ping();
  const again = createLogFlush(folder);
  await again.flush();
  again.close();
});

test('a flush that failed is not followed by one that seems to succeed', async () => {
  const folder = temporaryStorageFolder();
  const storage = await createSqliteStorage(folder, { clock: systemClock });
  onTestFinished(() => storage.close());
  await storage.ping();
  const answers = [() => Promise.reject(new Error('EIO: i/o error')), () => Promise.resolve()];
  const flush = createLogFlush(folder, () => answers.shift()?.() ?? Promise.resolve());
  for (let n = 0; n < 2; n += 1) {
    await expect(flush.flush()).rejects.toMatchObject({
      code: 'storage_failed',
      message: expect.stringMatching(/EIO.*restart this process/) as string,
    });
  }
  flush.close();
});
