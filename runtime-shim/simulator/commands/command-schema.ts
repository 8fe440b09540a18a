import { z } from 'zod';
import { codeSchema, externalIdSchema } from '../../../plugin/contract/lead.ts';
import { attachmentSchema, linkSchema, textSchema } from '../../../plugin/contract/message.ts';
import { FAULT_NAMES } from '../records.ts';

const userId = z.string().min(1).max(400);
const operatorId = z.string().min(1).max(200);
const text = textSchema.min(1);
const name = textSchema.trim().min(1).max(100);

/** What the page may ask for, by the field `do`. */
export const commandSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('lead_add'), channel: codeSchema, name, externalId: externalIdSchema.optional() }),
  /** The same person writes to the bot for the first time again: a new lead with the name and channel of this one. */
  z.strictObject({ do: z.literal('lead_again'), userId }),
  /** Deletes everything that is kept of the lead, here and in the plugin; LiveTex keeps its own archive. */
  z.strictObject({ do: z.literal('lead_forget'), userId }),
  /** Runs a scheduled run of the lead now. */
  z.strictObject({ do: z.literal('lead_hasten'), userId, n: z.int().positive() }),
  /** `id` makes a repeated request harmless: the page sends again until it was accepted. */
  z.strictObject({
    do: z.literal('lead_say'),
    userId,
    id: z.string().min(1).max(100),
    text: text.optional(),
    /** A button's data as its messenger sends it, instead of a text. */
    press: text.max(4_000).optional(),
    attachments: z.array(attachmentSchema).max(20).optional(),
  }),
  z.strictObject({
    do: z.literal('operator_status'),
    operatorId,
    status: z.enum(['online', 'pause', 'away', 'offline']),
  }),
  /** `group`: its name; one that there is not yet is made. Left out: the first. */
  z.strictObject({ do: z.literal('operator_add'), firstName: name, lastName: name.optional(), group: name.optional() }),
  z.strictObject({ do: z.literal('desk_read'), userId, operatorId }),
  /** Also to a lead of the bot: then the operator has written first. */
  z.strictObject({ do: z.literal('desk_reply'), userId, operatorId, text }),
  z.strictObject({
    do: z.literal('desk_file'),
    userId,
    operatorId,
    url: linkSchema,
    name: textSchema.min(1).max(255).optional(),
  }),
  z.strictObject({ do: z.literal('desk_hold'), userId, text }),
  z.strictObject({ do: z.literal('desk_transfer'), userId, operatorId, toOperatorId: operatorId }),
  z.strictObject({ do: z.literal('desk_close'), userId, operatorId }),
  z.strictObject({ do: z.literal('fault'), name: z.enum(FAULT_NAMES), on: z.boolean() }),
  z.strictObject({ do: z.literal('faults_clear') }),
  z.strictObject({ do: z.literal('restart') }),
]);
export type Command = z.infer<typeof commandSchema>;
