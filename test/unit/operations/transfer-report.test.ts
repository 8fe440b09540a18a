import { expect, test } from 'vitest';
import { type StoredTransfer, transferOf, type TransferRecord } from '../../../plugin/contract/transfer-record.ts';
import { transferReport } from '../../../plugin/operations/transfer-report.ts';
import { CSV_HEADER, csvLine } from '../../../runtime-shim/cli/maintenance/transfers-csv.ts';

// Sunday 2026-03-29, 23:30 UTC: Monday, 02:30 in Moscow, and in Berlin an hour after the clock was set forward.
const AT = Date.UTC(2026, 2, 29, 23, 30);
const SUPPORT = { id: 'g1', name: 'Поддержка' };
const ANNA = { id: 'a', name: 'Анна' };

function record(change: Partial<StoredTransfer> = {}, id = 'x'): TransferRecord {
  return transferOf(id, {
    binding: 'main',
    userId: 'support:telegram:42',
    number: 1,
    reason: null,
    script: null,
    group: SUPPORT,
    operator: null,
    operators: 'online',
    requestedAt: AT,
    acceptedAt: AT + 1,
    connectedAt: null,
    answeredAt: null,
    endedAt: AT + 100_000,
    endedBy: 'operator',
    messages: { lead: 1, operator: 0 },
    ...change,
  });
}

async function* each(records: readonly TransferRecord[]): AsyncGenerator<TransferRecord> {
  yield* records;
}

const range = { from: AT, to: AT + 1 };

test('counts by outcome, waiting as median and 90 %, shares, and parts, in the time zone that is wanted', async () => {
  const answered = Array.from({ length: 10 }, (_, index) =>
    record({ operator: ANNA, connectedAt: AT + (index + 1) * 1_000, answeredAt: AT + (index + 1) * 2_000 }),
  );
  const others = [
    record({ endedBy: 'pickup_timeout' }),
    record({ endedBy: 'reply_timeout', operator: { id: 'a', name: 'Анна К.' }, connectedAt: AT - 5 }),
    record({ endedBy: 'refused', acceptedAt: null, group: null }),
    record({ endedBy: null, endedAt: null, operators: 'none' }),
    record({ number: null, endedBy: null, operators: 'unknown', acceptedAt: null, messages: { lead: 0, operator: 0 } }),
  ];
  const report = await transferReport(each([...answered, ...others]), range, 'Europe/Moscow');
  expect(report).toMatchObject({
    transfers: 15,
    outcomes: { answered: 10, unanswered: 1, abandoned: 1, refused: 1, no_operators: 1, open: 1 },
    endedBy: { operator: 10, pickup_timeout: 1, reply_timeout: 1, refused: 1, lead: 0, script: 0 },
    // A clock that was set back meanwhile makes no negative time.
    waiting: { count: 11, median: 5_000, p90: 9_000 },
    firstAnswer: { count: 10, median: 10_000, p90: 18_000 },
    nobodyOnline: { count: 2, share: 2 / 15 },
    abandoned: { count: 1, share: 1 / 15 },
    messages: { lead: 14, operator: 0 },
    byGroup: [
      { name: 'Поддержка', transfers: 14 },
      { name: null, transfers: 1, outcomes: { refused: 1 } },
    ],
    byOperator: [
      { name: 'Анна К.', transfers: 11 },
      { name: null, transfers: 4 },
    ],
  });
  expect([report.byHour[2], report.byWeekday[0]]).toEqual([15, 15]);
  const berlin = await transferReport(each([record()]), range, 'Europe/Berlin');
  expect([berlin.byHour[1], berlin.byWeekday[0]]).toEqual([1, 1]);
  const nothing = await transferReport(each([]), range, 'UTC');
  expect(nothing).toMatchObject({
    transfers: 0,
    waiting: { count: 0, median: null, p90: null },
    abandoned: { share: 0 },
  });
});

test('CSV is RFC 4180, and no cell is a formula', () => {
  const lead = 'support:telegram:=cmd|"/C calc"!A0';
  const nasty = record({ userId: lead, reason: 'первая\r\nвторая, "третья"', operator: { id: 'a', name: '+7 999' } });
  const line = csvLine(nasty);
  expect(line).toContain(`,"'=cmd|""/C calc""!A0",1,`);
  expect(line).toContain(`,'+7 999,"первая\r\nвторая, ""третья""",`);
  for (const start of ['=', '+', '-', '@', '\t', '\r']) {
    expect(csvLine(record({ reason: `${start}x` }))).toMatch(new RegExp(`,"?'\\${start}x"?,`));
  }
  const plain = csvLine(record({ connectedAt: AT + 61_400 })).split(',');
  expect(plain).toHaveLength(CSV_HEADER.split(',').length);
  expect(plain[CSV_HEADER.split(',').indexOf('waiting_seconds')]).toBe('61');
  expect(csvLine(record({ userId: null }))).toContain('main,,,,1,');
});
