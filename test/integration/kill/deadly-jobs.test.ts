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
/**
 * Deaths by two deadly jobs, at most. One of the innocent meets two of them, if it is tried as a suspect while the second deadly job is
 * still new; when it ends in order it sets both back to one death, from four at most (docs/decisions/0013-who-ended-the-process.md).
 */
const MOST_DEATHS = 2 * (5 + 3);
/** With the last life, in which nothing is left to die of. */
const MOST_LIVES = MOST_DEATHS + 1;
const TIMEOUT_MS = 600_000;

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

/** `timed`: one of the deadly jobs comes of a timer that is due, instead of waiting in its lane, and the other one exhausts the heap. */
async function fill(storage: Storage, timed?: { readonly at: number }): Promise<void> {
  await storage.transaction(async (tx) => {
    if (timed !== undefined) await tx.schedule({ id: 'deadly', at: timed.at, job: job('two', 'deadly two', 'abort') });
    await tx.enqueue([
      ...innocent.map((lane, n) => job(n % 2 === 0 ? 'one' : 'two', lane, 'waits')),
      job('one', 'deadly one', timed === undefined ? 'abort' : 'heap'),
      job('one', 'deadly one', 'later'),
      ...(timed === undefined ? [job('two', 'deadly two', 'abort')] : []),
      job('two', 'deadly two', 'later'),
      ...behind.map((lane) => job('one', lane, 'quick')),
    ]);
  });
}

/** Five each; the two may share the first. */
function expectFewDeaths(deaths: number): void {
  expect(deaths).toBeGreaterThanOrEqual(9);
  expect(deaths).toBeLessThanOrEqual(MOST_DEATHS);
}

async function expectOnlyDeadlyGivenUp(storage: Storage): Promise<void> {
  const dead = await storage.listDead({ limit: 99 });
  expect(dead.map(({ lane }) => lane).toSorted()).toEqual(['deadly one', 'deadly two']);
  for (const { lastError } of dead) expect(lastError).toMatch(/^job_deadly: .*5 times in a row$/);
  const done = await storage.read((tx) => tx.readStream('done', { after: 0, limit: 99 }));
  // Everybody else's work was done, once, and what waited behind the deadly jobs too.
  const all = [...innocent, ...behind, 'deadly one', 'deadly two'];
  expect(new Set(done.map(({ value }) => value))).toEqual(new Set(all));
  expect(done).toHaveLength(all.length);
}

test('on SQLite, by an abort and an exhausted heap', { timeout: TIMEOUT_MS }, async () => {
  const folder = temporaryStorageFolder();
  const clock = createTestClock();
  const before = await createSqliteStorage(folder, { clock });
  await fill(before, { at: clock.now() });
  await before.close();
  const { deaths, said } = await liveOn(folder, clock.now());
  expectFewDeaths(deaths);
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
  await fill(storage);
  const { deaths, said } = await liveOn(url, clock.now());
  expectFewDeaths(deaths);
  // Of one of them at least: the other may end the process before it is told.
  expect(said).toMatch(/"type":"dead","lane":"deadly (one|two)"/);
  await expectOnlyDeadlyGivenUp(storage);
  await storage.close();
});
