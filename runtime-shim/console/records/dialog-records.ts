/** What crosses between the console's routes and its page: dialogs. Texts of a lead are `null` for whoever only looks. */
import { z } from 'zod';
import { transferRecordSchema } from '../../../plugin/contract/transfer-record.ts';
import { transcriptLineSchema } from '../../leads/transcript.ts';
import { entrySchema } from '../../cli/maintenance/outbox-records.ts';

const modeSchema = z.enum(['bot', 'transferring', 'waiting', 'operator']);

const dialogRowSchema = z.object({
  bot: z.string(),
  channel: z.string(),
  externalId: z.string(),
  name: z.string().nullable(),
  mode: modeSchema,
  binding: z.string().nullable(),
  operator: z.string().nullable(),
  group: z.string().nullable(),
  /** Unix ms: since when the lead waits, or an operator has the dialog. */
  since: z.number().nullable(),
  /** Unix ms of the last line. */
  lastAt: z.number().nullable(),
  lastFrom: z.enum(['lead', 'bot', 'operator', 'notice']).nullable(),
  lastText: z.string().nullable(),
});
export type DialogRow = z.infer<typeof dialogRowSchema>;

export const dialogPageSchema = z.object({
  dialogs: z.array(dialogRowSchema),
  /** Goes as `after` into the next question; `null`: there are no more. */
  next: z.string().nullable(),
  /** How many leads a search looked through for this page. */
  looked: z.int(),
  /** The bots of this server. */
  bots: z.array(z.string()),
});
export type DialogPageView = z.infer<typeof dialogPageSchema>;

export const dialogSchema = z.object({
  dialog: dialogRowSchema,
  attributes: z.record(z.string(), z.string()).nullable(),
  systemAttributes: z.record(z.string(), z.unknown()).nullable(),
  scheduled: z.array(z.object({ n: z.int(), script: z.string(), at: z.number(), everySec: z.number().optional() })),
  messages: z.array(transcriptLineSchema.extend({ seq: z.int(), at: z.number() })).nullable(),
  /** Lines before those. */
  earlier: z.int(),
  transfers: z.array(
    transferRecordSchema.omit({ userId: true, reason: true }).extend({ reason: z.string().nullable() }),
  ),
  waiting: z.array(entrySchema),
});
export type DialogDetail = z.infer<typeof dialogSchema>;
