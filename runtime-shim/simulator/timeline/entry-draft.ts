import type { EntryFacts, EntryRecord } from '../records.ts';

/** An entry before it has a number and a place in a chain. */
export interface EntryDraft {
  readonly at: number;
  readonly userId?: string;
  readonly level: EntryRecord['level'];
  readonly facts: EntryFacts;
  /** The whole text, for finding what belongs together: an entry's own text is cut. */
  readonly match?: string;
  /** What is shown when the entry is opened. */
  readonly detail?: unknown;
  /** This entry belongs to the draft just before it (a script's attributes). */
  readonly ofPrevious?: boolean;
}

/** Longest text on an entry's line. */
const LINE_LENGTH = 140;

/** A text on one line, cut at a code point. */
export function onOneLine(text: string | undefined): string {
  const line = (text ?? '').replaceAll(/\s+/g, ' ').trim();
  const points = Array.from(line.slice(0, LINE_LENGTH * 2));
  return points.length > LINE_LENGTH ? `${points.slice(0, LINE_LENGTH).join('')}…` : line;
}
