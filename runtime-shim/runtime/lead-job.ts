/** The jobs of a lead's lane. Parsed when they are performed: an older version of the program may have stored them. */
import { z } from 'zod';
import { leadRefSchema } from '../../plugin/contract/lead.ts';
import { contentSchema } from '../../plugin/contract/message.ts';
import { scriptRefSchema } from '../../plugin/contract/script-types.ts';
import { scheduledSchema } from '../leads/schedule.ts';
import { scriptCauseSchema } from '../leads/script-cause.ts';
import { createHash } from 'node:crypto';

const messageJobSchema = z.object({
  kind: z.literal('message'),
  lead: leadRefSchema,
  /** The message's id: the ids of all events that follow from it are made of it. */
  id: z.string(),
  name: z.string().optional(),
  content: contentSchema,
  /** It is the corrected text of the message with this id. */
  edits: z.string().exactOptional(),
  /** When it was received, Unix ms. */
  at: z.int(),
});

const scriptJobSchema = z.object({
  kind: z.literal('script'),
  lead: leadRefSchema,
  id: z.string(),
  script: scriptRefSchema,
  cause: scriptCauseSchema,
  duringTransfer: z.boolean(),
  /** What is in the memory of the scenario at its beginning. */
  memory: z.record(z.string(), z.string()).exactOptional(),
  /** How many runs for other leads may still come of it, with those that these start (`share-runs.ts`). */
  mayStart: z.int().nonnegative().optional(),
  /** Characters that it may have stored, with the runs that it starts in turn. */
  mayStore: z.int().nonnegative().optional(),
});

/** A scheduled run is due. It is looked up in the lead: what was taken away meanwhile is not there any more. */
const dueJobSchema = z.object({
  kind: z.literal('due'),
  lead: leadRefSchema,
  id: z.string(),
  n: z.int().positive(),
  /** When it was due, Unix ms. */
  at: z.int(),
});

/** A script of another lead schedules for this one. */
const scheduleJobSchema = z.object({
  kind: z.literal('schedule'),
  lead: leadRefSchema,
  id: z.string(),
  run: scheduledSchema.omit({ n: true }),
});

export const leadJobSchema = z.discriminatedUnion('kind', [
  messageJobSchema,
  scriptJobSchema,
  dueJobSchema,
  scheduleJobSchema,
]);
export type LeadJob = z.infer<typeof leadJobSchema>;

/** An event's id has 200 characters; the index and the prefix need some of them. */
const MAX_BASE_LENGTH = 160;

/** The id that all events of a job share the beginning of: the same job gives the same ids, however often it is tried. */
export function eventIdBase(job: LeadJob): string {
  const base = `${job.kind}:${job.id}`;
  return base.length <= MAX_BASE_LENGTH ? base : `${job.kind}:${createHash('sha256').update(base).digest('base64url')}`;
}
