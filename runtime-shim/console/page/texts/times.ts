import type { Language } from '../../../page/parts/language.ts';

/** Day and time, as people of the language write it. */
export function dateTimeText(at: number, language: Language): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'medium', hourCycle: 'h23' }).format(at);
}

/** How long something lasts, in the largest two units that say anything: «3 мин 20 с». */
export function spanText(ms: number, language: Language): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const units = [
    [86_400, 'day'],
    [3_600, 'hour'],
    [60, 'minute'],
    [1, 'second'],
  ] as const;
  const first = units.findIndex(([size]) => seconds >= size);
  if (first === -1) return unitText(0, 'second', language);
  let left = seconds;
  const parts: string[] = [];
  for (const [size, unit] of units.slice(first, first + 2)) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(unitText(count, unit, language));
  }
  return parts.join(' ');
}

function unitText(count: number, unit: string, language: Language): string {
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short' }).format(count);
}
export function numberText(value: number, language: Language): string {
  return new Intl.NumberFormat(language).format(value);
}

/** A share between 0 and 1. */
export function shareText(share: number, language: Language): string {
  return new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 }).format(share);
}

/** Bytes as people read them. */
export function sizeText(bytes: number, language: Language): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  const step = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const options = { style: 'unit', unit: units[step] ?? 'byte', maximumFractionDigits: step === 0 ? 0 : 1 } as const;
  return new Intl.NumberFormat(language, options).format(bytes / 1_024 ** step);
}
