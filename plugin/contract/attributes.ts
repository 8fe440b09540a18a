import { z } from 'zod';

/** The system attribute that `lead.setLiveTexAttr` writes (brief, S13). */
export const LIVETEX_ATTRS_KEY = 'sys_livetex_attrs';

/** A value as the script set it: a number stays a number until it goes to LiveTex. */
export const liveTexAttrValueSchema = z.union(
  [z.string(), z.number(), z.boolean()],
  'must be a string, a number, true or false',
);
export type LiveTexAttrValue = z.infer<typeof liveTexAttrValueSchema>;

export const liveTexAttrsSchema = z.record(z.string().min(1), liveTexAttrValueSchema);
export type LiveTexAttrs = z.infer<typeof liveTexAttrsSchema>;

/** How LiveTex gets the attributes: all strings; `true` is "да" and `false` is "нет", as the platform's macros print them. */
export function attributesForLiveTex(attributes: LiveTexAttrs): Record<string, string> {
  const entries = Object.entries(attributes).map(([key, value]): [string, string] => [
    key,
    typeof value === 'boolean' ? (value ? 'да' : 'нет') : String(value),
  ]);
  return Object.fromEntries(entries);
}
