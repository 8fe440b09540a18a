/** Where a lead stands in its bot. Stored with the lead, so it is parsed when it is read. */
import { z } from 'zod';
import { scriptRefSchema } from '../../plugin/contract/script-types.ts';
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

/** The bot asked (`value_input`) and goes on with the answer. */
const waitingSchema = z.object({
  attribute: z.string(),
  /** Outermost first; the last one goes on with the answer. */
  frames: z.array(frameSchema),
  /** The memory of the scenario that waits. */
  memory: z.record(z.string(), z.string()),
});

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
export type Position = z.infer<typeof positionSchema>;

export const NEW_POSITION: Position = { started: false, waiting: null, menu: null };
