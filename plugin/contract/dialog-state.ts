import { z } from 'zod';

/** The format that this version writes. A changed format gets the next number and a step in `STEPS`. */
export const STATE_FORMAT = 1;

const employeeSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** LiveTex's clock, Unix ms: the newest event that named this employee; `null` when it had no usable time. */
  at: z.number().nullable(),
});

/** What the operators see of the lead; fixed at the decision, so that every try and every repeat says the same. */
const selectionSchema = z.object({
  /** `null`: the first group that LiveTex returns when the selection is sent. */
  groupId: z.string().nullable(),
  name: z.string().nullable(),
  attributes: z.record(z.string(), z.string()),
});
export type Selection = z.infer<typeof selectionSchema>;

export const dialogStateSchema = z.object({
  format: z.literal(STATE_FORMAT),
  mode: z.enum(['bot', 'transferring', 'waiting', 'operator']),
  /** The number of the latest transfer, 0 before the first one. */
  transfer: z.int().nonnegative(),
  forwarded: z.boolean(),
  employee: employeeSchema.nullable(),
  /** `null` in mode `bot`. */
  selection: selectionSchema.nullable(),
  /** A selection of the current transfer is in the LiveTex lane. */
  selecting: z.boolean(),
  /** Our clock, Unix ms: when LiveTex last accepted a selection of the current transfer. */
  selectedAt: z.number().nullable(),
  /**
   * LiveTex's clock, Unix ms: the current transfer was certainly not selected before it, so what LiveTex stamped earlier
   * belongs to an older one. `null`: unknown.
   */
  notBefore: z.number().nullable(),
  /** The number of the running reply timer, `null` when none runs. */
  replyTimer: z.int().nullable(),
  /** How many reply timers there have been: a timer that was replaced is told apart by its number. */
  replyTimers: z.int().nonnegative(),
  /** Has an operator answered what the lead said last? */
  answered: z.boolean(),
  /** The script of type `Возврат` was started in this transfer by an operator's `/bot`. */
  returnScriptRan: z.boolean(),
  /** The script of type `Нет доступных операторов` was started, and the lead has said nothing since. */
  noOperatorsScriptRan: z.boolean(),
});

/** A dialog as it is stored. */
export type DialogState = z.infer<typeof dialogStateSchema>;
