/** What is kept of each transfer for the figures, long after its dialog has gone on. */
import { z } from 'zod';
import { transferCourseSchema, type TransferEnd } from './dialog.ts';
import { leadOf, type LeadRef } from './lead.ts';

/** As it is stored. A change must still read older ones. */
export const transferRecordSchema = z.object({
  binding: z.string(),
  /** LiveTex's user id of the lead; `null`: forgotten. */
  userId: z.string().nullable(),
  ...transferCourseSchema.shape,
  /** `null`: it did not come to a transfer, as nobody was online and the bot had a script for that. */
  number: z.int().positive().nullable(),
  requestedAt: z.number(),
});
export type StoredTransfer = z.infer<typeof transferRecordSchema>;

/**
 * What became of it. `answered`: an operator answered. `unanswered`: one opened the dialog and ended it, or lost it, without a word.
 * `abandoned`: it ended before anybody opened it. `refused`: LiveTex did not take it. `no_operators`: the bot's script for that ran
 * instead. `open`: it goes on.
 */
export const TRANSFER_OUTCOMES = ['answered', 'unanswered', 'abandoned', 'refused', 'no_operators', 'open'] as const;
export type TransferOutcome = (typeof TRANSFER_OUTCOMES)[number];

/** One transfer. Times are Unix ms by our clock; `null`: it has not come to that. */
export interface TransferRecord extends Omit<StoredTransfer, 'userId' | 'endedBy'> {
  /** Goes as `after` into the next question. */
  readonly id: string;
  /** `null`: forgotten. */
  readonly lead: LeadRef | null;
  readonly endedBy: TransferEnd | null;
  readonly outcome: TransferOutcome;
}

export function transferOf(id: string, { userId, ...stored }: StoredTransfer): TransferRecord {
  return { id, lead: userId === null ? null : (leadOf(userId) ?? null), ...stored, outcome: outcomeOf(stored) };
}

function outcomeOf(
  stored: Pick<StoredTransfer, 'number' | 'endedAt' | 'endedBy' | 'answeredAt' | 'connectedAt'>,
): TransferOutcome {
  if (stored.number === null) return 'no_operators';
  if (stored.endedBy === 'refused') return 'refused';
  if (stored.answeredAt !== null) return 'answered';
  if (stored.endedAt === null) return 'open';
  return stored.connectedAt === null ? 'abandoned' : 'unanswered';
}

/** Those asked for at `from` or later and before `to`, Unix ms. */
export interface TransferRange {
  readonly from: number;
  readonly to: number;
}

/** Waiting times, ms: half of the leads, and nine of ten, waited no longer. `null`: nobody. */
export interface Waits {
  readonly count: number;
  readonly median: number | null;
  readonly p90: number | null;
}

/** The figures of some transfers. Shares are between 0 and 1. */
export interface TransferFigures {
  readonly transfers: number;
  readonly outcomes: Readonly<Record<TransferOutcome, number>>;
  /** From the request until an operator opened the dialog, and until the first answer. */
  readonly waiting: Waits;
  readonly firstAnswer: Waits;
}

/** `plugin.report`. */
export interface TransferReport extends TransferRange, TransferFigures {
  /** IANA name: of the hours and weekdays. */
  readonly timeZone: string;
  readonly endedBy: Readonly<Record<TransferEnd, number>>;
  /** Asked for while nobody was online, or while that was unknown. */
  readonly nobodyOnline: { readonly count: number; readonly share: number };
  readonly abandoned: { readonly count: number; readonly share: number };
  /** Messages while transfers lasted. */
  readonly messages: { readonly lead: number; readonly operator: number };
  /** Requests by hour of the day, 0 to 23, and by weekday, Monday first. */
  readonly byHour: readonly number[];
  readonly byWeekday: readonly number[];
  /** The same by weekday, and in it by hour; and those of them while nobody was online, or while that was unknown. */
  readonly byWeekdayAndHour: ReadonlyArray<readonly number[]>;
  readonly nobodyByWeekdayAndHour: ReadonlyArray<readonly number[]>;
  /** By day (`2026-11-29`, local), in order; days without a transfer are left out. */
  readonly byDay: ReadonlyArray<{ readonly day: string; readonly outcomes: Readonly<Record<TransferOutcome, number>> }>;
  /** Most transfers first. `name`: as LiveTex told it last, else the id; `null`: no group, no operator. */
  readonly byGroup: ReadonlyArray<{ readonly name: string | null } & TransferFigures>;
  readonly byOperator: ReadonlyArray<{ readonly name: string | null } & TransferFigures>;
}
