/** What crosses between the console's routes and its page: the figures of transfers. */
import { z } from 'zod';
import { TRANSFER_ENDS } from '../../../plugin/contract/dialog.ts';
import { TRANSFER_OUTCOMES } from '../../../plugin/contract/transfer-record.ts';

const waitsSchema = z.object({ count: z.int(), median: z.number().nullable(), p90: z.number().nullable() });
const outcomesSchema = z.record(z.enum(TRANSFER_OUTCOMES), z.int());
const shareSchema = z.object({ count: z.int(), share: z.number() });
const figures = { transfers: z.int(), outcomes: outcomesSchema, waiting: waitsSchema, firstAnswer: waitsSchema };
const partsSchema = z.array(z.object({ name: z.string().nullable(), ...figures }));
const weekSchema = z.array(z.array(z.int()));

export const reportSchema = z.object({
  from: z.number(),
  to: z.number(),
  timeZone: z.string(),
  ...figures,
  endedBy: z.record(z.enum(TRANSFER_ENDS), z.int()),
  nobodyOnline: shareSchema,
  abandoned: shareSchema,
  messages: z.object({ lead: z.int(), operator: z.int() }),
  byHour: z.array(z.int()),
  byWeekday: z.array(z.int()),
  byWeekdayAndHour: weekSchema,
  nobodyByWeekdayAndHour: weekSchema,
  byDay: z.array(z.object({ day: z.string(), outcomes: outcomesSchema })),
  byGroup: partsSchema,
  byOperator: partsSchema,
});
export type ReportView = z.infer<typeof reportSchema>;
