import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createSqliteStorage, type Json, systemClock } from '../../../plugin/storage/index.ts';
import { temporaryStorageFolder } from '../../support/storage-folder.ts';

const WRITER = fileURLToPath(new URL('./write-until-killed.ts', import.meta.url));
const KILLS = 20;
/** Bounds a hang only: each kill starts a process. */
const TIMEOUT_MS = 300_000;
/** How many lines a writer says before it is killed: from its first words to the middle of its work. */
const LINES_BEFORE_KILL = [1, 2, 3, 5, 8, 13, 40, 90, 150, 220];

/** Runs a writer until it has said `lines` lines, kills it, and returns all that it had acknowledged. */
async function writeAndKill(folder: string, lines: number): Promise<string[]> {
  const child = spawn(process.execPath, [WRITER, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    if (said.length === lines) child.kill('SIGKILL');
  }
  expect((await exited)[1]).toBe('SIGKILL');
  return said;
}

test(
  `a process killed ${KILLS} times at any moment loses nothing that it acknowledged`,
  { timeout: TIMEOUT_MS },
  async () => {
    const folder = temporaryStorageFolder();
    const acknowledged = { enqueued: new Set<number>(), completed: new Set<number>() };
    for (let kill = 0; kill < KILLS; kill += 1) {
      const lines = LINES_BEFORE_KILL[kill % LINES_BEFORE_KILL.length] ?? 1;
      for (const line of await writeAndKill(folder, lines)) {
        const [what, number] = line.split(' ');
        if (what === 'enqueued' || what === 'completed') acknowledged[what].add(Number(number));
      }
    }

    const storage = await createSqliteStorage(folder, { clock: systemClock });
    const stream = async (name: string): Promise<Json[]> =>
      (await storage.read((tx) => tx.readStream(name, { after: 0, limit: 1_000_000 }))).map(({ value }) => value);
    const enqueued = await stream('enqueued');
    const completed = await stream('completed');
    const waiting: Json[] = [];
    for (let lane = 0; lane < 5; lane += 1) {
      const jobs = await storage.read((tx) => tx.listJobs('q', `lane ${lane}`, 1_000_000));
      const done = completed.filter((n) => Number(n) % 5 === lane);
      // What was done and what still waits follow each other in one unbroken order: no half effect, nothing twice.
      const all = [...done, ...jobs.map(({ payload }) => payload)];
      expect(all).toEqual(enqueued.filter((n) => Number(n) % 5 === lane));
      waiting.push(...jobs.map(({ payload }) => payload));
    }
    const [stats] = await storage.stats();
    await storage.close();

    const lost = (stored: Json[], told: Set<number>): number[] => {
      const kept = new Set(stored);
      return [...told].filter((n) => !kept.has(n));
    };
    expect(lost(enqueued, acknowledged.enqueued)).toEqual([]);
    expect(lost(completed, acknowledged.completed)).toEqual([]);
    expect(enqueued).toEqual(Array.from({ length: enqueued.length }, (_, n) => n + 1));
    expect(new Set(completed).size).toBe(completed.length);
    expect(stats).toMatchObject({ jobs: waiting.length });
    expect(acknowledged.completed.size).toBeGreaterThan(KILLS);
  },
);
