/** A lead as it is stored, with where it stands in its bot. Parsed when it is read: an older version of the program may have written it. */
import { z } from 'zod';
import type { Json } from '../../plugin/contract/guest.ts';
import { leadRefSchema } from '../../plugin/contract/lead.ts';
import { scriptRefSchema } from '../../plugin/contract/script-types.ts';
import { scheduledSchema } from './schedule.ts';
import { scriptCauseSchema } from './script-cause.ts';

/** A script that is under way: its next command, and the scripts that it asked to run when it has ended. */
const frameSchema = z.object({
  script: z.string(),
  cause: scriptCauseSchema,
  begun: z.boolean(),
  next: z.int().nonnegative(),
  pending: z.array(scriptRefSchema),
});
export type Frame = z.infer<typeof frameSchema>;

/** The bot asked (`value_input`, `run_js_callback`) and goes on with the answer. */
const waitingSchema = z.object({
  attribute: z.string(),
  /** Answers so far that were not as they should be. */
  failed: z.int().exactOptional(),
  /** The number of its timer among the lead's scheduled runs. */
  timer: z.int().exactOptional(),
  /** Outermost first; the last one goes on with the answer. */
  frames: z.array(frameSchema),
  /** The memory of the scenario that waits. */
  memory: z.record(z.string(), z.string()),
});

export type Waiting = z.infer<typeof waitingSchema>;

/** The menu shown last: which of its items were shown, as their conditions were then. */
const shownMenuSchema = z.object({ script: z.string(), codes: z.array(z.string()) });

export const positionSchema = z.object({
  /** Has the lead been greeted by the script `start`? */
  started: z.boolean(),
  waiting: waitingSchema.nullable(),
  menu: shownMenuSchema.nullable(),
  /** When the last message with a file came, Unix ms: more files without a text right behind it belong to it. */
  filesAt: z.int().exactOptional(),
});
type Position = z.infer<typeof positionSchema>;

export const NEW_POSITION: Position = { started: false, waiting: null, menu: null };

/** An ordinary attribute (text) or a JSON one (its JSON text). */
const attributeSchema = z.object({ kind: z.enum(['text', 'json']), value: z.string() });

/** It comes out of `JSON.parse`, so there is nothing to look at in it: zod's own JSON type takes a second for a hundred thousand values. */
const jsonSchema = z.custom<Json>((value) => value !== undefined);

export const leadRecordSchema = z.object({
  ref: leadRefSchema,
  /** The platform's number of the lead: never changes, never given twice. */
  id: z.int().positive(),
  name: z.string().nullable(),
  status: z.union([z.int(), z.string()]).nullable(),
  tags: z.array(z.string()),
  /** Kept since scripts have them: a lead of before has none. */
  contexts: z.record(z.string(), z.string()).exactOptional(),
  attributes: z.record(z.string(), attributeSchema),
  /** Those with the prefix `sys_`. */
  systemAttributes: z.record(z.string(), jsonSchema),
  position: positionSchema,
  scheduled: z.array(scheduledSchema).exactOptional(),
  /** Unix ms. */
  createdAt: z.int(),
});
export type LeadRecord = z.infer<typeof leadRecordSchema>;
