/** Runs of scripts that a lead has scheduled: kept in the lead's record, each with a timer of the storage. */
import { z } from 'zod';
import type { Json } from '../../plugin/contract/guest.ts';

/** Runs that may be scheduled for one lead. Our choice: they are read with each message of the lead. */
export const MAX_SCHEDULED = 50;

const paramsSchema = z.custom<Json>((value) => value !== undefined);

/** One run. Parsed when it is read: an older version of the program may have stored it. */
export const scheduledSchema = z.object({
  /** Its number within the lead. */
  n: z.int().positive(),
  /** The script's code. */
  script: z.string(),
  /** When it is due, Unix ms. */
  at: z.int(),
  /** Again and again, ms. */
  everyMs: z.int().positive().exactOptional(),
  /** JavaScript that must return `true` when it is due. */
  condition: z.string().exactOptional(),
  addTags: z.array(z.string()).exactOptional(),
  removeTags: z.array(z.string()).exactOptional(),
  /** It is no run of a script's: the time of a question is over (`timeoutSec`). `script` may be empty. */
  question: z.literal(true).exactOptional(),
  /** `request.json` of its scripts. */
  params: paramsSchema.exactOptional(),
});
export type Scheduled = z.infer<typeof scheduledSchema>;
type WithSchedule = { readonly scheduled?: readonly Scheduled[] };

/** With one more run; `undefined`: the lead has as many as it may have. */
export function withRun(scheduled: readonly Scheduled[], run: Omit<Scheduled, 'n'>): Scheduled[] | undefined {
  if (run.question !== true && scheduled.filter(({ question }) => question !== true).length >= MAX_SCHEDULED)
    return undefined;
  return [...scheduled, { ...run, n: Math.max(0, ...scheduled.map(({ n }) => n)) + 1 }];
}

/**
 * What is left when a run was due: nothing of one that runs once, and of a periodic one the next time, in step with its
 * first. Times that went by while nothing ran are left out.
 */
export function afterDue(scheduled: readonly Scheduled[], due: Scheduled, now: number): Scheduled[] {
  return scheduled.flatMap((one) => {
    if (one.n !== due.n) return [one];
    if (one.everyMs === undefined) return [];
    // One that was hastened has had its turn, too.
    const steps = Math.floor(Math.max(0, now - one.at) / one.everyMs) + 1;
    return [{ ...one, at: one.at + steps * one.everyMs }];
  });
}

/** What became of the timers between two states of a lead. */
export function timerChanges(
  before: WithSchedule,
  after: WithSchedule,
): { readonly gone: readonly Scheduled[]; readonly set: readonly Scheduled[] } {
  const [old, present] = [before.scheduled ?? [], after.scheduled ?? []];
  if (old === present) return { gone: [], set: [] };
  const isIn = (all: readonly Scheduled[], one: Scheduled): boolean =>
    all.some(({ n, at }) => n === one.n && at === one.at);
  return {
    gone: old.filter((one) => !present.some(({ n }) => n === one.n)),
    set: present.filter((one) => !isIn(old, one)),
  };
}

/** A wall clock's time, `2027-01-15 09:30:00`, as Unix ms. */
export interface Moment {
  readonly at: number;
  /** There is no such time that day: the clock was set forward over it. */
  readonly inGap: boolean;
}

/**
 * The moment at which the clocks of a time zone show this. Where the clock was set forward over it, as much later as it was set;
 * where it is shown twice, the first one (as `compatible` of RFC 9557's Temporal, and PHP).
 */
export function momentInZone(wall: string, timeZone: string | undefined): Moment {
  const asUtc = Date.parse(`${wall.replace(' ', 'T')}Z`);
  const before = offsetAt(asUtc - DAY_MS, timeZone);
  const after = offsetAt(asUtc + DAY_MS, timeZone);
  const found = [asUtc - before, asUtc - after].filter((at) => at + offsetAt(at, timeZone) === asUtc);
  return found.length === 0 ? { at: asUtc - before, inGap: true } : { at: Math.min(...found), inGap: false };
}

const DAY_MS = 86_400_000;

/** How far the clocks of a zone are ahead of UTC, ms. */
function offsetAt(at: number, timeZone: string | undefined): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes): number =>
    Number(parts.find((one) => one.type === type)?.value ?? '0');
  const shown = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return shown - Math.floor(at / 1_000) * 1_000;
}
