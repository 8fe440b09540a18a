import { expect, test } from 'vitest';
import { TRANSFERS_OF } from '../../../plugin/core/jobs.ts';
import { keepTurnedAway, listTransfers } from '../../../plugin/core/transfer-store.ts';
import { createHousekeeping } from '../../../plugin/operations/housekeeping.ts';
import { createMemoryStorage } from '../../../plugin/storage/index.ts';
import { configSchema } from '../../../runtime-shim/cli/config/config-schema.ts';
import { createTestClock } from '../../support/test-clock.ts';

const DAY_MS = 24 * 3_600_000;
const ASKED = { reason: null, script: null, group: null, operators: 'none' } as const;

test('retention has defaults, and ids are kept for as long as LiveTex repeats', () => {
  expect(configSchema.parse({ bot: 'bot' }).retention).toEqual({ idsHours: 72, deadDays: 30, transfersDays: 400 });
  expect(configSchema.parse({ bot: 'bot', retention: { transcriptDays: 90 } }).retention).toEqual({
    idsHours: 72,
    transcriptDays: 90,
    deadDays: 30,
    transfersDays: 400,
  });
  const problems = configSchema.safeParse({ bot: 'bot', retention: { idsHours: 24, transcriptDays: 0, days: 1 } });
  expect(problems.error?.issues.map(({ path }) => path.join('.'))).toEqual([
    'retention.idsHours',
    'retention.transcriptDays',
    'retention',
  ]);
});

test('what the owner set is what is kept', async () => {
  const clock = createTestClock();
  const storage = createMemoryStorage({ clock });
  await storage.transaction(async (tx) => {
    for (let n = 0; n < 1_200; n += 1) await tx.appendStream('transcript:1', n, clock.now());
    for (let n = 0; n < 600; n += 1)
      await keepTurnedAway(tx, `main/bot:telegram:${n}`, { ...ASKED, requestedAt: clock.now() });
  });
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  const housekeeping = createHousekeeping({
    storage,
    clock,
    logger,
    retention: { rememberedMs: DAY_MS, streamMs: 2 * DAY_MS, transfersMs: 2 * DAY_MS },
  });
  const transfers = () => listTransfers(storage, { from: 0, to: clock.now(), limit: 1_000 });
  housekeeping.start();
  await clock.advance(DAY_MS);
  expect(await transfers()).toHaveLength(600);
  expect(await storage.read((tx) => tx.readStream('transcript:1', { after: 0, limit: 1 }))).toHaveLength(1);
  await clock.advance(DAY_MS + 3_600_000);
  await housekeeping.stop();
  expect(await transfers()).toEqual([]);
  expect(await storage.read((tx) => tx.listRecords(TRANSFERS_OF, { limit: 1 }))).toEqual([]);
  expect(await storage.read((tx) => tx.readStream('transcript:1', { after: 0, limit: 1 }))).toEqual([]);
  // Numbers go on behind what is forgotten: a reader never meets one twice.
  expect(await storage.transaction((tx) => tx.appendStream('transcript:1', 'next', clock.now()))).toBe(1_201);
  await storage.close();
});
