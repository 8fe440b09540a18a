/** When operators work: hours by day of the week, and days that are different. */
import { z } from 'zod';
import { spokenIssue } from './issue-words.ts';
import { madeOnce } from './made-once.ts';
import type { Text } from './text.ts';

const DAY_NAMES = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const DAY_MINUTES = 24 * 60;
const DAY_MS = DAY_MINUTES * 60_000;
const CLOSED = 'closed';
/** Our choice: ten years of exceptions, and no settings file that is read for seconds. */
const MAX_ENTRIES = 1_000;

const hoursSchema = z
  .string()
  .max(200)
  .superRefine((text, context) => {
    const problem = problemOfHours(text);
    if (problem !== undefined) context.addIssue(spokenIssue(problem));
  });

const timeZoneSchema = z.string().superRefine((name, context) => {
  if (isTimeZone(name)) return;
  context.addIssue(
    spokenIssue({
      en: 'is no time zone: write its IANA name, as "Europe/Moscow"',
      ru: 'такого часового пояса нет: нужно имя IANA, например "Europe/Moscow"',
    }),
  );
});

export const scheduleSchema = z
  .strictObject({
    /** IANA name; left out: that of the process. */
    timeZone: timeZoneSchema.optional(),
    /** By a day (`sat`), several (`mon,wed`) or a range (`mon-fri`): `09:00-13:00,14:00-18:00` or `closed`. A day that is not named is closed. */
    hours: z.record(z.string().max(100), hoursSchema).default({}),
    /** Days that are different, `2026-12-31`: in place of the hours of their day of the week. */
    days: z.record(z.string().max(100), hoursSchema).default({}),
  })
  .superRefine(({ hours, days }, context) => {
    for (const { path, text } of problemsOfDays(hours, days)) context.addIssue(spokenIssue(text, path));
  });
export type Schedule = z.infer<typeof scheduleSchema>;

/** Is it open at this time, Unix ms? On the clock of its time zone, so also where the clock is put forward or back that day. */
export function isWorkingTime(schedule: Schedule | undefined, now: number): boolean {
  if (schedule === undefined) return true;
  const { format, week, days } = compiled(schedule);
  const { date, minute } = localTime(format, now);
  const on = (day: number): readonly Interval[] => {
    const at = new Date(day);
    return days.get(at.toISOString().slice(0, 10)) ?? week[at.getUTCDay()] ?? [];
  };
  return (
    on(date).some(({ from, to }) => minute >= from && minute < to) ||
    // What began yesterday and goes on after midnight.
    on(date - DAY_MS).some(({ to }) => minute < to - DAY_MINUTES)
  );
}

/** Minutes since midnight; `to` lies beyond 1440 when it is on the next day. */
interface Interval {
  readonly from: number;
  readonly to: number;
}

interface Compiled {
  readonly format: Intl.DateTimeFormat;
  /** By day of the week, 0 is Sunday. */
  readonly week: ReadonlyArray<readonly Interval[]>;
  readonly days: ReadonlyMap<string, readonly Interval[]>;
}

const compiled = madeOnce((schedule: Schedule): Compiled => {
  const week: Array<readonly Interval[]> = DAY_NAMES.map(() => []);
  for (const [key, hours] of Object.entries(schedule.hours)) {
    for (const day of daysOf(key) ?? []) week[day] = intervalsOf(hours) ?? [];
  }
  const days = new Map(Object.entries(schedule.days).map(([day, hours]) => [day, intervalsOf(hours) ?? []]));
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: schedule.timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  return { format, week, days };
});

/** The wall clock there: the day as midnight UTC of the same date, and the minute of the day. */
function localTime(format: Intl.DateTimeFormat, now: number): { readonly date: number; readonly minute: number } {
  const parts = new Map(format.formatToParts(now).map(({ type, value }) => [type, Number(value)]));
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  const date = Date.UTC(part('year'), part('month') - 1, part('day'));
  return { date, minute: part('hour') * 60 + part('minute') };
}

/** `undefined`: it names no days. */
function daysOf(key: string): number[] | undefined {
  const found: number[] = [];
  for (const piece of key.split(',')) {
    const [first = '', last = first, ...more] = piece.trim().toLowerCase().split('-');
    const from = (DAY_NAMES as readonly string[]).indexOf(first.trim());
    const to = (DAY_NAMES as readonly string[]).indexOf(last.trim());
    if (from < 0 || to < 0 || more.length > 0) return undefined;
    // `sat-mon` goes over the end of the week.
    for (let day = from; ; day = (day + 1) % DAY_NAMES.length) {
      found.push(day);
      if (day === to) break;
    }
  }
  return found;
}

const HOURS = /^([01]\d|2[0-3]):([0-5]\d)\s*-\s*(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/;

/** `undefined`: not in the form of hours. */
function intervalsOf(text: string): Interval[] | undefined {
  if (text.trim() === CLOSED) return [];
  const intervals: Interval[] = [];
  for (const piece of text.split(',')) {
    const match = HOURS.exec(piece.trim());
    if (match === null) return undefined;
    const [, hour, minute, toHour, toMinute] = match;
    const from = Number(hour) * 60 + Number(minute);
    const to = toHour === undefined ? DAY_MINUTES : Number(toHour) * 60 + Number(toMinute);
    intervals.push({ from, to: to < from ? to + DAY_MINUTES : to });
  }
  return intervals;
}

function problemOfHours(text: string): Text | undefined {
  const intervals = intervalsOf(text);
  if (intervals === undefined) {
    return {
      en: 'must be hours as "09:00-18:00", several with a comma between, or "closed"',
      ru: 'здесь нужны часы вида "09:00-18:00", несколько через запятую, или "closed"',
    };
  }
  if (intervals.some(({ from, to }) => from === to)) {
    return { en: 'opens and closes at the same minute', ru: 'открывается и закрывается в одну и ту же минуту' };
  }
  return overlap(intervals) ? { en: 'has hours that overlap', ru: 'часы пересекаются' } : undefined;
}

function overlap(intervals: readonly Interval[]): boolean {
  const sorted = intervals.toSorted((one, other) => one.from - other.from);
  return sorted.some(({ to }, index) => to > (sorted[index + 1]?.from ?? Infinity));
}

interface Problem {
  readonly path: string[];
  readonly text: Text;
}

/** What is wrong beside the hours themselves: days that are none, days twice, and a schedule that never opens. */
function problemsOfDays(hours: Schedule['hours'], days: Schedule['days']): Problem[] {
  const problems: Problem[] = [];
  const given = new Map<number, string>();
  for (const key of Object.keys(hours)) {
    const named = daysOf(key);
    if (named === undefined) {
      const names = DAY_NAMES.join(', ');
      const text = {
        en: `names no days: write ${names}, or a range as "mon-fri"`,
        ru: `это не дни: пишите ${names} или промежуток вида "mon-fri"`,
      };
      problems.push({ path: ['hours', key], text });
      continue;
    }
    for (const day of named) {
      const before = given.get(day);
      given.set(day, key);
      if (before === undefined) continue;
      const name = DAY_NAMES[day] ?? '';
      const text = { en: `gives "${name}" again, after "${before}"`, ru: `"${name}" уже есть в "${before}"` };
      problems.push({ path: ['hours', key], text });
    }
  }
  problems.push(...overlapsAtMidnight(hours, given));
  for (const day of Object.keys(days)) {
    if (isDate(day)) continue;
    const text = {
      en: 'is no day of the calendar: write it as "2026-12-31"',
      ru: 'такого дня в календаре нет: пишите его как "2026-12-31"',
    };
    problems.push({ path: ['days', day], text });
  }
  const all = [...Object.entries(hours), ...Object.entries(days)];
  if (all.length > MAX_ENTRIES) {
    const text = { en: `has more than ${MAX_ENTRIES} entries`, ru: `больше ${MAX_ENTRIES} строк` };
    problems.push({ path: [], text });
  }
  if (problems.length === 0 && all.every(([, text]) => intervalsOf(text)?.length === 0)) {
    const text = {
      en: 'never opens: give "hours", or leave "schedule" out',
      ru: 'никогда не открывается: задайте "hours" или уберите "schedule"',
    };
    problems.push({ path: [], text });
  }
  return problems;
}

/**
 * Hours of a day of the week that begin before those of the day before have ended. A date of `days` may do so: it is in place of its own
 * day only, and both are open.
 */
function overlapsAtMidnight(hours: Schedule['hours'], given: ReadonlyMap<number, string>): Problem[] {
  const on = (day: number): readonly Interval[] => intervalsOf(hours[given.get(day) ?? ''] ?? CLOSED) ?? [];
  for (const [day, key] of given) {
    const before = (day + DAY_NAMES.length - 1) % DAY_NAMES.length;
    const rest = Math.max(0, ...on(before).map(({ to }) => to - DAY_MINUTES));
    if (!on(day).some(({ from }) => from < rest)) continue;
    const night = given.get(before) ?? '';
    const text = {
      en: `has hours that overlap with those of "${night}", which go on after midnight`,
      ru: `часы пересекаются с часами "${night}", которые продолжаются после полуночи`,
    };
    return [{ path: ['hours', key], text }];
  }
  return [];
}

function isDate(text: string): boolean {
  const at = Date.parse(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
