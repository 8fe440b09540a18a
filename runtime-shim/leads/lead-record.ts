/** A lead as it is stored. Parsed when it is read: an older version of the program may have written it. */
import { z } from 'zod';
import type { Json } from '../../plugin/contract/guest.ts';
import { leadRefSchema } from '../../plugin/contract/lead.ts';
import { positionSchema } from './position.ts';

/** An ordinary attribute (text) or a JSON one (its JSON text). */
const attributeSchema = z.object({ kind: z.enum(['text', 'json']), value: z.string() });

/** zod's own JSON type is mutable; ours is read-only and otherwise the same. */
const jsonSchema = z.json() as unknown as z.ZodType<Json>;

export const leadRecordSchema = z.object({
  ref: leadRefSchema,
  /** The platform's number of the lead: never changes, never given twice. */
  id: z.int().positive(),
  name: z.string().nullable(),
  status: z.union([z.int(), z.string()]).nullable(),
  tags: z.array(z.string()),
  attributes: z.record(z.string(), attributeSchema),
  /** Those with the prefix `sys_`. */
  systemAttributes: z.record(z.string(), jsonSchema),
  position: positionSchema,
  /** Unix ms. */
  createdAt: z.int(),
});
export type LeadRecord = z.infer<typeof leadRecordSchema>;
