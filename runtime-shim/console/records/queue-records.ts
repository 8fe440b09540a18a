/** What crosses between the console's routes and its page: queues, and how they were. */
import { z } from 'zod';
import { entrySchema, queueSchema } from '../../cli/maintenance/outbox-records.ts';

export const queueViewSchema = z.object({
  queues: z.array(
    queueSchema.extend({
      /** How it was, each minute of the last hours, the oldest first; on this node since its start. */
      history: z.array(z.object({ at: z.number(), jobs: z.int(), ageMs: z.number() })),
    }),
  ),
  /** Stuck and dead ones; `reason`: what those have in common that are settled together. Their texts are empty for whoever only looks. */
  entries: z.array(entrySchema.extend({ reason: z.string() })),
  more: z.boolean(),
});
export type QueueView = z.infer<typeof queueViewSchema>;
