/** What a maintainer may ask of the data, whoever holds it: a running server or nobody. */
import { z } from 'zod';
import type { DialogReport } from './dialog-report.ts';
import type { Outbox } from './outbox.ts';

const whichSchema = z.union([z.int().positive(), z.literal('all')]);

/** The questions, as they cross to a running server. */
export const questionSchema = z.discriminatedUnion('ask', [
  z.strictObject({ ask: z.literal('outbox') }),
  z.strictObject({ ask: z.literal('resend'), which: whichSchema }),
  z.strictObject({ ask: z.literal('drop'), which: whichSchema }),
  z.strictObject({
    ask: z.literal('dialog'),
    channel: z.string(),
    externalId: z.string(),
    last: z.int().positive().max(1_000),
  }),
]);
export type Question = z.infer<typeof questionSchema>;

export interface Maintenance {
  outbox(): Promise<Outbox>;
  /** Returns how many were put back. */
  resend(which: number | 'all'): Promise<number>;
  /** Returns how many were forgotten. */
  drop(which: number | 'all'): Promise<number>;
  /** `undefined`: there is no such lead. */
  dialog(channel: string, externalId: string, last: number): Promise<DialogReport | undefined>;
}

/** Answers a question that came as JSON. */
export async function answer(maintenance: Maintenance, question: Question): Promise<unknown> {
  switch (question.ask) {
    case 'outbox':
      return await maintenance.outbox();
    case 'resend':
      return await maintenance.resend(question.which);
    case 'drop':
      return await maintenance.drop(question.which);
    case 'dialog':
      return (await maintenance.dialog(question.channel, question.externalId, question.last)) ?? null;
  }
}
