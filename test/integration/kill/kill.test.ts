/**
 * SIGKILL at random moments, again and again, while leads and operators go on and some lives have a clock that was set: nothing may be
 * lost, doubled or out of order.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BuiltPackage, buildPackage } from '../../support/built-package.ts';
import { processesOf } from '../../support/process-tree.ts';
import { seedFrom } from '../../support/seeded-random.ts';
import { clocksOfLives } from './clocks-of-lives.ts';
import { runStories } from './run-stories.ts';
import { prepareStand } from './stand.ts';

/** Set them to run a failure again, or for longer: KILL_SEED=123 KILL_COUNT=500 vitest run test/integration/kill */
const SEED = seedFrom('KILL_SEED');
const KILLS = Number(process.env['KILL_COUNT'] ?? 104);
const LEADS = 200;
/** Servers side by side, each with its folder, its LiveTex and its share of leads and kills: a start is mostly one core's work. */
const STANDS = 2;
/** The seeds of two stands lie so far apart: each lead has one of its own. */
const SEEDS_APART = 1_000;
/** A runner ends itself when its server is gone; on a busy machine that may take a while. Bounds a hang only, ms. */
const RUNNERS_GONE_MS = 60_000;
/** Bounds a hang only: most of the time goes into starting `serve` a hundred times, on however many cores. */
const TIMEOUT_MS = 1_800_000;

let built: BuiltPackage;

beforeAll(async () => {
  built = await buildPackage();
});

afterAll(async () => {
  await built.remove();
});

test(`a hundred kills, two hundred leads (KILL_SEED=${SEED})`, { timeout: TIMEOUT_MS }, async () => {
  const reports = await Promise.all(
    Array.from({ length: STANDS }, async (_, index) => {
      const stand = await prepareStand(built.launcher, {
        // No clock of theirs is further ahead than this: else transfers would rightly be given up.
        binding: { transferTimeout: 7 * 24 * 3_600 },
        env: await clocksOfLives(),
      });
      try {
        const seed = SEED + index * SEEDS_APART;
        return await runStories(stand, { leads: LEADS / STANDS, kills: KILLS / STANDS, seed });
      } finally {
        await stand.close();
      }
    }),
  );
  const figures = reports.map((report) => JSON.stringify(report.figures));
  // Part of what the test tells: how many messages a kill doubles cannot be known before.
  process.stdout.write(`kill test, KILL_SEED=${SEED}\n${figures.join('\n')}\n`);
  expect(reports.flatMap(({ problems }) => problems)).toEqual([]);
  expect(reports.reduce((sum, report) => sum + report.figures.kills, 0)).toBeGreaterThanOrEqual(KILLS);
  // A killed server leaves no runner behind, once each has noticed.
  await expect.poll(() => processesOf(built.folder), { timeout: RUNNERS_GONE_MS }).toEqual([]);
});
