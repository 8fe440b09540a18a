import { z } from 'zod';

/** Jobs of a binding's queue, as stored; the `user_id` is the lane's name. A change must still read older jobs. */
export const liveTexJobSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('sendText'), text: z.string() }),
  z.object({
    kind: z.literal('sendFile'),
    url: z.string(),
    name: z.string().optional(),
    size: z.number().optional(),
    comment: z.string().optional(),
  }),
  z.object({
    kind: z.literal('selectDestination'),
    /** The job is dropped when this is no longer the dialog's transfer. */
    transfer: z.int().positive(),
    /** LiveTex asked anew. */
    again: z.boolean(),
    /** `null`: the first group that LiveTex returns. */
    groupId: z.string().nullable(),
    name: z.string().nullable(),
    attributes: z.record(z.string(), z.string()),
  }),
]);
export type LiveTexJob = z.infer<typeof liveTexJobSchema>;
export type LiveTexJobOf<Kind extends LiveTexJob['kind']> = Extract<LiveTexJob, { readonly kind: Kind }>;
