/** Jobs that end the process: each is given up after a few starts, and whoever was under way beside it is not. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { createPostgresStorage } from '../../../plugin/storage/postgres/postgres-storage.ts';
import { createSqliteStorage, type Storage } from '../../../plugin/storage/index.ts';
import { usePostgres } from '../../support/postgres-database.ts';
import { temporaryStorageFolder } from '../../support/storage-folder.ts';
import { createTestClock } from '../../support/test-clock.ts';

const WORKER = join(import.meta.dirname, 'mortal-worker.ts');
/** Far longer than a life lasts on its fast clock. */
const BETWEEN_LIVES_MS = 3_600_000;
const MOST_LIVES = 12;
const TIMEOUT_MS = 180_000;

const database = usePostgres();

interface Life {
  readonly isOver: boolean;
  readonly said: string;
}

async function live(spec: string, startAt: number): Promise<Life> {
  const child = spawn(process.execPath, ['--max-old-space-size=64', WORKER, spec, String(startAt)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const said = await text(child.stdout);
  const code = child.exitCode ?? (await new Promise<number | null>((resolve) => child.once('exit', resolve)));
  return { isOver: code === 0, said };
}

/** Starts the worker again and again until it has nothing left to do. */
async function liveOn(spec: string, startAt: number): Promise<{ deaths: number; said: string }> {
  let said = '';
  for (let deaths = 0; deaths < MOST_LIVES; deaths += 1) {
    const life = await live(spec, startAt + deaths * BETWEEN_LIVES_MS);
    said += life.said;
    if (life.isOver) return { deaths, said };
  }
  throw new Error(`the worker still dies after ${MOST_LIVES} starts:\n${said}`);
}

const job = (queue: string, lane: string, payload: string) => ({ queue, lane, kind: 'run', payload });
const innocent = Array.from({ length: 10 }, (_, n) => `innocent ${n}`);
const behind = ['behind one', 'behind two'];

/** `timed`: one of the deadly jobs comes of a timer that is due, instead of waiting in its lane. */
async function fill(storage: Storage, payload: string, timed?: { readonly at: number }): Promise<void> {
  await storage.transaction(async (tx) => {
    if (timed !== undefined) await tx.schedule({ id: 'deadly', at: timed.at, job: job('two', 'deadly two', payload) });
    await tx.enqueue([
      ...innocent.map((lane, n) => job(n % 2 === 0 ? 'one' : 'two', lane, 'waits')),
      job('one', 'deadly one', payload),
      job('one', 'deadly one', 'later'),
      ...(timed === undefined ? [job('two', 'deadly two', payload)] : []),
      job('two', 'deadly two', 'later'),
      ...behind.map((lane) => job('one', lane, 'quick')),
    ]);
  });
}

async function expectOnlyDeadlyGivenUp(storage: Storage): Promise<void> {
  const dead = await storage.listDead({ limit: 99 });
  expect(dead.map(({ lane }) => lane).toSorted()).toEqual(['deadly one', 'deadly two']);
  for (const { lastError } of dead) expect(lastError).toMatch(/^job_deadly: .*3 times in a row$/);
  const done = await storage.read((tx) => tx.readStream('done', { after: 0, limit: 99 }));
  // Everybody else's work was done, once, and what waited behind the deadly jobs too.
  const all = [...innocent, ...behind, 'deadly one', 'deadly two'];
  expect(new Set(done.map(({ value }) => value))).toEqual(new Set(all));
  expect(done).toHaveLength(all.length);
}

test.each(['abort', 'heap'])('on SQLite, by %s', { timeout: TIMEOUT_MS }, async (payload) => {
  const folder = temporaryStorageFolder();
  const clock = createTestClock();
  const before = await createSqliteStorage(folder, { clock });
  await fill(before, payload, payload === 'abort' ? { at: clock.now() } : undefined);
  await before.close();
  const { deaths, said } = await liveOn(folder, clock.now());
  // Three for each of the two, of which both may share the first.
  expect(deaths).toBeGreaterThanOrEqual(5);
  expect(deaths).toBeLessThanOrEqual(6);
  // Of one of them at least: the other may end the process before it is told.
  expect(said).toMatch(/"type":"dead","lane":"deadly (one|two)"/);
  const after = await createSqliteStorage(folder, { clock });
  await expectOnlyDeadlyGivenUp(after);
  await after.close();
});

test('on PostgreSQL', { timeout: TIMEOUT_MS }, async () => {
  const url = database.emptySchema();
  const clock = createTestClock();
  const storage = await createPostgresStorage(url, { clock, timeSource: 'clock' });
  await fill(storage, 'abort');
  const { deaths, said } = await liveOn(url, clock.now());
  expect(deaths).toBeGreaterThanOrEqual(5);
  expect(deaths).toBeLessThanOrEqual(6);
  // Of one of them at least: the other may end the process before it is told.
  expect(said).toMatch(/"type":"dead","lane":"deadly (one|two)"/);
  await expectOnlyDeadlyGivenUp(storage);
  await storage.close();
});
