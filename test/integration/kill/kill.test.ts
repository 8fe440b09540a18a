/**
 * SIGKILL at random moments, again and again, while leads and operators go on, some lives have a clock that was set, and a tenant beside
 * them has a LiveTex that hangs: nothing may be lost, doubled or out of order.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BuiltPackage, copyPackage } from '../../support/built-package.ts';
import { runCommand } from '../../support/command.ts';
import { processesOf } from '../../support/process-tree.ts';
import { seedFrom } from '../../support/seeded-random.ts';
import { clocksOfLives } from './clocks-of-lives.ts';
import { startIllTenant } from './ill-tenant.ts';
import { API_VERSION_VARIABLE } from './mortal-server.ts';
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
/** Bounds a hang only: far more often than the longest wait of the messages needs. */
const MOST_RETRIES = 300;
/** Between two of them, ms: what was hastened has its turn. */
const BETWEEN_RETRIES_MS = 500;
/** Bounds a hang only: most of the time goes into starting `serve` a hundred times, on however many cores. */
const TIMEOUT_MS = 1_800_000;

let built: BuiltPackage;

beforeAll(async () => {
  built = await copyPackage();
});

afterAll(async () => {
  await built.remove();
});

test(`a hundred kills, two hundred leads (KILL_SEED=${SEED})`, { timeout: TIMEOUT_MS }, async () => {
  const reports = await Promise.all(
    Array.from({ length: STANDS }, async (_, index) => {
      const ill = await startIllTenant();
      const stand = await prepareStand(built.launcher, {
        // No clock of theirs is further ahead than this: else transfers would rightly be given up.
        binding: { transferTimeout: 7 * 24 * 3_600 },
        env: await clocksOfLives(),
        tenants: [ill.binding],
      });
      try {
        const seed = SEED + index * SEEDS_APART;
        const illLives = ill.live(stand.server);
        const { problems, figures } = await runStories(stand, {
          leads: LEADS / STANDS,
          kills: KILLS / STANDS,
          seed,
          async atTheEnd() {
            await illLives;
            ill.mend();
            // They have waited for longer and longer, and who was met by two kills waits for quiet: nobody has to wait here. Again
            // and again, as a try that was under way meanwhile waits anew.
            for (let tries = 0; tries < MOST_RETRIES && ill.problems().length > 0; tries += 1) {
              // On a busy machine the server may not answer the command in time: it is asked again.
              await runCommand(['outbox', 'retry', 'all', '--config', stand.config], {
                launcher: built.launcher,
                env: { [API_VERSION_VARIABLE]: 'auto' },
              });
              await pause(BETWEEN_RETRIES_MS);
            }
          },
        });
        // Of the one that hangs it may be said.
        const told = problems.filter((problem) => !problem.includes('"binding":"ill"'));
        return { problems: [...told, ...ill.problems()], figures };
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
