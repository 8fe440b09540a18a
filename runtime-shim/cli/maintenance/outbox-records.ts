/** The shapes of what could not be delivered, as commands and pages get them. */
import { z } from 'zod';

/** How much of a message is shown, in UTF-16 units: enough to know it again. */
export const SHOWN_TEXT = 80;

/** By which errors are put together: the code before the words, which name this one time only. */
export function reasonOf(error: string | null): string {
  const [code = ''] = /^[a-z][a-z0-9_]*(?=:|$)/.exec(error ?? '') ?? [];
  return code === '' ? (error ?? '').slice(0, SHOWN_TEXT) : code;
}

export const entrySchema = z.object({
  id: z.int(),
  /** `stuck`: tried again by itself. `dead`: given up, waits for a decision. `waiting`: any that is still to be done. */
  state: z.enum(['stuck', 'dead', 'waiting']),
  queue: z.string(),
  /** Names the lead. */
  lane: z.string(),
  kind: z.string(),
  /** The beginning of its text, or its link. */
  text: z.string(),
  attempts: z.int(),
  error: z.string().nullable(),
  /** Unix ms of the first failed try. */
  failingSince: z.number().nullable(),
  /** Further jobs of its lane that wait behind it; `behindMore`: so many at least. */
  behind: z.int(),
  behindMore: z.boolean().optional(),
  /** Unix ms of the next try of a stuck one; `null`: it is under way. Always `null` of the others: none follows, or it is not looked up. */
  nextAt: z.number().nullable(),
});
export type OutboxEntry = z.infer<typeof entrySchema>;

export const waitingSchema = z.object({
  entries: z.array(entrySchema.extend({ enqueuedAt: z.number() })),
  /** There are more than are listed. */
  more: z.boolean(),
});
export type WaitingJobs = z.infer<typeof waitingSchema>;

export const droppedSchema = z.object({ dropped: z.int(), underWay: z.int() });
export type DroppedJobs = z.infer<typeof droppedSchema>;

export const queueSchema = z.object({
  queue: z.string(),
  jobs: z.int(),
  retrying: z.int(),
  dead: z.int(),
  /** Unix ms of the oldest job. */
  oldestAt: z.number().nullable(),
  /** Why the whole queue is held back, and until when (Unix ms). */
  paused: z.object({ reason: z.string(), until: z.number() }).nullable(),
});
export type OutboxQueue = z.infer<typeof queueSchema>;

export const outboxSchema = z.object({
  queues: z.array(queueSchema),
  entries: z.array(entrySchema),
  /** There are more than are listed. */
  more: z.boolean(),
});
export type Outbox = z.infer<typeof outboxSchema>;
