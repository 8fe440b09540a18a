import { z } from 'zod';
import { attachmentSchema } from '../contract/message.ts';
import { scriptRefSchema } from '../contract/script-types.ts';

const id = z.string();
const deliveryCommon = { id, at: z.number() };

/** Jobs of the host queue, as stored. The ids in them were made with the job, so a repeat carries the same one. */
export const hostJobSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('deliver'),
    delivery: z.discriminatedUnion('kind', [
      z.object({ ...deliveryCommon, kind: z.literal('notice'), text: z.string() }),
      z.object({ ...deliveryCommon, kind: z.literal('text'), text: z.string(), operator: z.string().optional() }),
      z.object({
        ...deliveryCommon,
        kind: z.literal('file'),
        attachment: attachmentSchema,
        text: z.string().optional(),
        operator: z.string().optional(),
      }),
    ]),
  }),
  z.object({
    kind: z.literal('runScript'),
    id,
    script: scriptRefSchema,
    cause: z.enum(['no_operators', 'transfer_failed', 'returned', 'operator_command', 'operator_timeout']),
    duringTransfer: z.boolean(),
  }),
  z.object({ kind: z.literal('setForwarded'), id, forwarded: z.boolean() }),
  z.object({ kind: z.literal('authorLog'), level: z.enum(['info', 'warn', 'error']), text: z.string() }),
]);
export type HostJob = z.infer<typeof hostJobSchema>;
