import { expect, test } from 'vitest';
import { afterDue, MAX_SCHEDULED, momentInZone, timerChanges, withRun } from '../../../runtime-shim/leads/schedule.ts';

const iso = (at: number): string => new Date(at).toISOString();

test.each([
  ['2027-01-15 09:30:00', 'Europe/Moscow', '2027-01-15T06:30:00.000Z', false],
  ['2026-07-01 00:00:00', 'America/New_York', '2026-07-01T04:00:00.000Z', false],
  ['2026-01-01 00:00:00', 'Asia/Kolkata', '2025-12-31T18:30:00.000Z', false],
  // Set forward from 02:00 to 03:00: as much later as it was set.
  ['2026-03-29 02:30:00', 'Europe/Berlin', '2026-03-29T01:30:00.000Z', true],
  ['2026-03-29 01:59:59', 'Europe/Berlin', '2026-03-29T00:59:59.000Z', false],
  ['2026-03-29 03:00:00', 'Europe/Berlin', '2026-03-29T01:00:00.000Z', false],
  // Set back from 03:00 to 02:00: shown twice, the first one.
  ['2026-10-25 02:30:00', 'Europe/Berlin', '2026-10-25T00:30:00.000Z', false],
  ['2026-10-25 03:00:00', 'Europe/Berlin', '2026-10-25T02:00:00.000Z', false],
  // By half an hour, and a zone that left out a whole day.
  ['2026-10-04 02:10:00', 'Australia/Lord_Howe', '2026-10-03T15:40:00.000Z', true],
  ['2011-12-30 12:00:00', 'Pacific/Apia', '2011-12-30T22:00:00.000Z', true],
] as const)('%s in %s is %s', (wall, zone, at, inGap) => {
  const moment = momentInZone(wall, zone);
  expect([iso(moment.at), moment.inGap]).toEqual([at, inGap]);
});

test('a periodic run keeps its step, whenever it comes to its turn, and what was missed does not pile up', () => {
  const every = { n: 1, script: 'a', at: 1_000, everyMs: 60_000 };
  const once = { n: 2, script: 'b', at: 1_000 };
  expect(afterDue([every, once], every, 1_000)).toEqual([{ ...every, at: 61_000 }, once]);
  expect(afterDue([every, once], every, 55_000)).toEqual([{ ...every, at: 61_000 }, once]);
  expect(afterDue([every], every, 61_000)).toEqual([{ ...every, at: 121_000 }]);
  expect(afterDue([every], every, 10_000_000)).toEqual([{ ...every, at: 10_021_000 }]);
  expect(afterDue([every, once], once, 1_000)).toEqual([every]);
});

test('a lead has so many, and each change of them is a change of timers', () => {
  let all = withRun([], { script: 'a', at: 5 }) ?? [];
  while (all.length < MAX_SCHEDULED) all = withRun(all, { script: 'a', at: 5 }) ?? [];
  expect(withRun(all, { script: 'a', at: 5 })).toBe(undefined);
  const [first, second] = all;
  const moved = all.slice(1).map((one) => (one === second ? { ...one, at: 9 } : one));
  expect(timerChanges({ scheduled: all }, { scheduled: moved })).toEqual({ gone: [first], set: [moved[0]] });
  expect(timerChanges({}, { scheduled: all }).set).toHaveLength(MAX_SCHEDULED);
});
