import { describe, expect, it } from 'vitest';
import { isWorkingTime, scheduleSchema } from '../../../plugin/contract/schedule.ts';
import { issueWords, pathText } from '../../../plugin/contract/issue-words.ts';

const MOSCOW = { timeZone: 'Europe/Moscow', hours: { 'mon-fri': '09:00-13:00,14:00-18:00', sat: '10:00-15:00' } };
const open = (input: unknown, at: string): boolean => isWorkingTime(scheduleSchema.parse(input), Date.parse(at));

describe('a schedule is open', () => {
  it('always, when there is none', () => expect(isWorkingTime(undefined, 0)).toBe(true));

  it.each([
    ['2026-11-27T08:59:59+03:00', false],
    ['2026-11-27T09:00:00+03:00', true],
    ['2026-11-27T13:00:00+03:00', false],
    ['2026-11-27T14:00:00+03:00', true],
    ['2026-11-27T17:59:59+03:00', true],
    ['2026-11-27T18:00:00+03:00', false],
    // The same Saturday morning in Moscow, still Friday in New York.
    ['2026-11-28T10:00:00+03:00', true],
    ['2026-11-29T12:00:00+03:00', false],
  ])('by the clock of its time zone: %s %s', (at, expected) => expect(open(MOSCOW, at)).toBe(expected));

  it('on a different day as that day says, whatever its day of the week', () => {
    const schedule = { ...MOSCOW, days: { '2026-12-31': 'closed', '2027-01-10': '10:00-14:00' } };
    expect(open(schedule, '2026-12-31T12:00:00+03:00')).toBe(false);
    expect(open(schedule, '2027-01-10T13:59:00+03:00')).toBe(true);
    expect(open(schedule, '2027-01-01T12:00:00+03:00')).toBe(true);
  });

  it('over midnight and over the end of the week', () => {
    const night = { timeZone: 'UTC', hours: { 'sat-sun': '20:00-02:30', wed: '00:00-24:00' } };
    expect(open(night, '2026-11-28T01:00:00Z')).toBe(false);
    expect(open(night, '2026-11-29T02:29:00Z')).toBe(true);
    expect(open(night, '2026-11-30T02:29:00Z')).toBe(true);
    expect(open(night, '2026-11-30T02:30:00Z')).toBe(false);
    expect(open(night, '2026-12-02T23:59:59Z')).toBe(true);
    expect(open({ timeZone: 'UTC', hours: { 'fri-mon': '10:00-11:00' } }, '2026-11-30T10:30:00Z')).toBe(true);
  });

  it('from the night before and by the date’s own hours, where a different day begins before that night has ended', () => {
    const days = { '2026-12-31': 'closed', '2027-01-01': '01:00-03:00' };
    const night = {
      timeZone: 'UTC',
      hours: { 'mon-sun': '20:00-02:00' },
      days: { ...days, '2027-01-02': '01:00-03:00' },
    };
    expect(open(night, '2026-12-31T01:59:00Z')).toBe(true);
    expect(open(night, '2026-12-31T20:00:00Z')).toBe(false);
    expect(open(night, '2027-01-01T00:30:00Z')).toBe(false);
    expect(open(night, '2027-01-01T01:30:00Z')).toBe(true);
    expect(open(night, '2027-01-03T01:30:00Z')).toBe(false);
    expect(open(night, '2027-01-04T01:30:00Z')).toBe(true);
  });

  it('where the clock is put forward and back: an hour that is missing is nobody’s, one that comes twice counts twice', () => {
    const berlin = { timeZone: 'Europe/Berlin', hours: { sun: '01:30-02:30' } };
    // 2027-03-28, 02:00 becomes 03:00.
    expect(open(berlin, '2027-03-28T00:59:00Z')).toBe(true);
    expect(open(berlin, '2027-03-28T01:00:00Z')).toBe(false);
    // 2026-10-25, 03:00 becomes 02:00.
    expect(open(berlin, '2026-10-25T00:15:00Z')).toBe(true);
    expect(open(berlin, '2026-10-25T01:15:00Z')).toBe(true);
    expect(open(berlin, '2026-10-25T01:45:00Z')).toBe(false);
  });
});

describe('a schedule that cannot be meant is refused, with its place and in both languages', () => {
  it.each([
    [{ hours: { mon: '9-18' } }, 'hours.mon', 'must be hours as "09:00-18:00"', 'здесь нужны часы'],
    [{ hours: { mon: '09:00-09:00' } }, 'hours.mon', 'opens and closes at the same minute', 'в одну и ту же минуту'],
    [{ hours: { mon: '09:00-13:00,12:00-18:00' } }, 'hours.mon', 'overlap', 'пересекаются'],
    [{ hours: { mon: '20:00-04:00', tue: '02:00-10:00' } }, 'hours.tue', 'with those of "mon"', 'с часами "mon"'],
    [{ hours: { sat: '20:00-04:00', sun: '03:59-10:00' } }, 'hours.sun', 'with those of "sat"', 'с часами "sat"'],
    [{ hours: { 'mon-tue': '01:00-03:00,20:00-02:00' } }, 'hours.mon-tue', 'go on after midnight', 'после полуночи'],
    [{ hours: { 'mon-fri': '09:00-18:00', wed: '10:00-11:00' } }, 'hours.wed', '"wed" again, after "mon-fri"', 'уже'],
    [{ hours: { monday: '09:00-18:00' } }, 'hours.monday', 'names no days', 'это не дни'],
    [{ hours: { mon: '09:00-18:00' }, days: { '2027-02-29': 'closed' } }, 'days.2027-02-29', 'no day', 'дня в кал'],
    [{ hours: { mon: '09:00-18:00' }, days: { '31.12.2026': 'closed' } }, 'days.31.12.2026', 'no day', 'дня в кал'],
    [{ timeZone: 'Moscow', hours: { mon: '09:00-18:00' } }, 'timeZone', 'is no time zone', 'пояса нет'],
    [{ hours: { 'mon-sun': 'closed' } }, '', 'never opens', 'никогда не открывается'],
    [{}, '', 'never opens', 'никогда не открывается'],
  ])('%j', (input, path, en, ru) => {
    const [issue] = scheduleSchema.safeParse(input).error?.issues ?? [];
    expect(issue).toBeDefined();
    if (issue === undefined) return;
    expect(pathText(issue.path)).toBe(path);
    const words = issueWords(issue);
    expect(words.en).toContain(en);
    expect(words.ru).toContain(ru);
  });
});
