/** The figures of transfers: how many, what became of them, how long leads waited. */
import { TRANSFER_ENDS, type TransferEnd } from '../contract/dialog.ts';
import {
  TRANSFER_OUTCOMES,
  type TransferFigures,
  type TransferOutcome,
  type TransferRange,
  type TransferRecord,
  type TransferReport,
  type Waits,
} from '../contract/transfer-record.ts';

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** Reads the records once, in any number. `timeZone`: an IANA name, of the hours and weekdays. */
export async function transferReport(
  records: AsyncIterable<TransferRecord>,
  { from, to }: TransferRange,
  timeZone: string,
): Promise<TransferReport> {
  const all = new Figures();
  const byGroup = new Parts();
  const byOperator = new Parts();
  const endedBy = zeros<TransferEnd>(TRANSFER_ENDS);
  const byHour = Array.from({ length: 24 }, () => 0);
  const byWeekday = WEEKDAYS.map(() => 0);
  const byWeekdayAndHour = WEEKDAYS.map(() => Array.from({ length: 24 }, () => 0));
  const nobodyByWeekdayAndHour = WEEKDAYS.map(() => Array.from({ length: 24 }, () => 0));
  const byDay = new Map<string, Record<TransferOutcome, number>>();
  const messages = { lead: 0, operator: 0 };
  const local = new Intl.DateTimeFormat('en', {
    timeZone,
    hour: 'numeric',
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  let nobody = 0;
  for await (const record of records) {
    all.add(record);
    byGroup.add(record.group, record);
    byOperator.add(record.operator, record);
    if (record.endedBy !== null) endedBy[record.endedBy] += 1;
    if (record.operators !== 'online') nobody += 1;
    messages.lead += record.messages.lead;
    messages.operator += record.messages.operator;
    const parts = local.formatToParts(record.requestedAt);
    const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? '';
    const [hour, weekday] = [Number(part('hour')), WEEKDAYS.indexOf(part('weekday'))];
    count(byHour, hour);
    count(byWeekday, weekday);
    count(byWeekdayAndHour[weekday] ?? [], hour);
    if (record.operators !== 'online') count(nobodyByWeekdayAndHour[weekday] ?? [], hour);
    const day = `${part('year')}-${part('month')}-${part('day')}`;
    const outcomes = byDay.get(day) ?? zeros<TransferOutcome>(TRANSFER_OUTCOMES);
    byDay.set(day, outcomes);
    outcomes[record.outcome] += 1;
  }
  const figures = all.figures();
  const share = (some: number): number => (figures.transfers === 0 ? 0 : some / figures.transfers);
  const { abandoned } = figures.outcomes;
  return {
    from,
    to,
    timeZone,
    ...figures,
    endedBy,
    nobodyOnline: { count: nobody, share: share(nobody) },
    abandoned: { count: abandoned, share: share(abandoned) },
    messages,
    byHour,
    byWeekday,
    byWeekdayAndHour,
    nobodyByWeekdayAndHour,
    byDay: Array.from(byDay, ([day, outcomes]) => ({ day, outcomes })).toSorted((one, other) =>
      one.day < other.day ? -1 : 1,
    ),
    byGroup: byGroup.figures(),
    byOperator: byOperator.figures(),
  };
}

function count(list: number[], index: number): void {
  list[index] = (list[index] ?? 0) + 1;
}

function zeros<Name extends string>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
}

class Figures {
  private transfers = 0;
  private readonly outcomes = zeros<TransferOutcome>(TRANSFER_OUTCOMES);
  private readonly waits: number[] = [];
  private readonly answers: number[] = [];

  add({ outcome, requestedAt, connectedAt, answeredAt }: TransferRecord): void {
    this.transfers += 1;
    this.outcomes[outcome] += 1;
    // Somebody may have set the clock back meanwhile.
    if (connectedAt !== null) this.waits.push(Math.max(0, connectedAt - requestedAt));
    if (answeredAt !== null) this.answers.push(Math.max(0, answeredAt - requestedAt));
  }

  figures(): TransferFigures {
    const { transfers, outcomes, waits, answers } = this;
    return { transfers, outcomes, waiting: waitsOf(waits), firstAnswer: waitsOf(answers) };
  }
}

class Parts {
  private readonly parts = new Map<string | null, { name: string | null; figures: Figures }>();

  add(of: { readonly id: string; readonly name: string | null } | null, record: TransferRecord): void {
    const key = of?.id ?? null;
    const part = this.parts.get(key) ?? { name: null, figures: new Figures() };
    this.parts.set(key, part);
    part.name = of?.name ?? part.name ?? key;
    part.figures.add(record);
  }

  figures(): Array<{ readonly name: string | null } & TransferFigures> {
    return Array.from(this.parts.values(), ({ name, figures }) => ({ name, ...figures.figures() })).toSorted(
      (one, other) => other.transfers - one.transfers,
    );
  }
}

/** Nearest rank: a time that somebody really waited. */
function waitsOf(times: readonly number[]): Waits {
  const sorted = times.toSorted((one, other) => one - other);
  const rank = (share: number): number | null => sorted[Math.ceil(share * sorted.length) - 1] ?? null;
  return { count: sorted.length, median: rank(0.5), p90: rank(0.9) };
}
