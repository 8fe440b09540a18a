/** Which job is held to have ended a process. A death: the folder as it is while storage is still open. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type ClaimedJob, createSqliteStorage, type Storage } from '../../../plugin/storage/index.ts';
import { temporaryStorageFolder } from '../../support/storage-folder.ts';
import { createTestClock } from '../../support/test-clock.ts';

const LEASE_MS = 60_000;
/** What a job waits for after its second death. */
const WAIT_MS = 60_000;
/** As many as decide between innocent and deadly several times over. */
const LIVES = 12;

const clock = createTestClock();
const opened: Storage[] = [];
let lives = 0;

afterEach(async () => {
  for (const storage of opened.splice(0)) await storage.close();
});

async function open(folder: string): Promise<Storage> {
  const storage = await createSqliteStorage(folder, { clock });
  opened.push(storage);
  return storage;
}

/** The process dies; the next one opens what it leaves. */
async function die(folder: string): Promise<{ folder: string; storage: Storage }> {
  lives += 1;
  const next = join(temporaryStorageFolder(), `life-${lives}`);
  cpSync(folder, next, { recursive: true });
  return { folder: next, storage: await open(next) };
}

const claim = (storage: Storage, limit = 1): Promise<ClaimedJob[]> =>
  storage.claim({ queue: 'q', limit, leaseMs: LEASE_MS });
const enqueue = (storage: Storage, lane: string): Promise<void> =>
  storage.transaction((tx) => tx.enqueue([{ queue: 'q', lane, kind: 'run', payload: lane }]));

async function begin(): Promise<{ folder: string; storage: Storage }> {
  const folder = temporaryStorageFolder();
  const storage = await open(folder);
  await enqueue(storage, 'suspect');
  return { folder, storage };
}

test('a job at which three processes died, each while it was the only one, is deadly', async () => {
  let { folder, storage } = await begin();
  const seen: unknown[] = [];
  for (let life = 0; life < 4; life += 1) {
    const [job] = await claim(storage);
    seen.push(job?.deaths);
    ({ folder, storage } = await die(folder));
    await clock.advance(WAIT_MS);
  }
  expect(seen).toEqual([undefined, 1, 2, 3]);
});

test('a slow job is never deadly, however often its process is killed from outside', async () => {
  let { folder, storage } = await begin();
  for (let life = 0; life < LIVES; life += 1) {
    // Killed every twenty seconds, each time in the middle of the job, if it was its turn.
    const [job] = await claim(storage);
    expect(job?.deaths ?? 0).toBeLessThan(3);
    await clock.advance(20_000);
    ({ folder, storage } = await die(folder));
  }
});

test('a suspect is cleared of its second death by a process that dies without it', async () => {
  let { folder, storage } = await begin();
  for (const _ of [1, 2]) {
    await claim(storage);
    ({ folder, storage } = await die(folder));
  }
  // It waits for a minute.
  expect(await claim(storage)).toEqual([]);
  await enqueue(storage, 'other');
  expect(await claim(storage)).toMatchObject([{ lane: 'other' }]);
  ({ folder, storage } = await die(folder));
  await clock.advance(WAIT_MS);
  const [first] = await claim(storage);
  expect(first?.deaths).toBe(1);
});

test('a suspect that never runs alone is held deadly only after five tries', async () => {
  let { folder, storage } = await begin();
  const seen: Array<number | undefined> = [];
  for (let life = 0; seen.at(-1) !== 3 && life < LIVES; life += 1) {
    const before = await claim(storage, 9);
    const suspect = before.find(({ lane }) => lane === 'suspect');
    seen.push(suspect?.deaths);
    // Another one that is new, beside it.
    await enqueue(storage, `new ${life}`);
    await claim(storage, 9);
    const next = await die(folder);
    // What is new each time ends in order before the suspect's next turn.
    for (;;) {
      const others = (await claim(next.storage, 9)).filter(({ lane }) => lane !== 'suspect');
      if (others.length === 0) break;
      await next.storage.transaction(async (tx) => {
        for (const job of others) await tx.complete(job);
      });
    }
    await clock.advance(WAIT_MS);
    ({ folder, storage } = next);
  }
  expect(seen).toEqual([undefined, 1, 2, 2, 2, 3]);
});
