import { z } from 'zod';
import { spoken } from './issue-words.ts';

/** The system attribute that `lead.setLiveTexAttr` writes (Metabot24's documentation, «LiveTex»). */
export const LIVETEX_ATTRS_KEY = 'sys_livetex_attrs';

/** A value as the script set it: a number stays a number until it goes to LiveTex. */
const liveTexAttrValueSchema = z.union(
  [z.string(), z.number(), z.boolean()],
  spoken({ en: 'must be a string, a number, true or false', ru: 'здесь нужна строка, число, true или false' }),
);
export type LiveTexAttrValue = z.infer<typeof liveTexAttrValueSchema>;

export const liveTexAttrsSchema = z.record(z.string().min(1), liveTexAttrValueSchema);
export type LiveTexAttrs = z.infer<typeof liveTexAttrsSchema>;

/**
 * Longest that the attributes of one selection may be together, UTF-16 units. Our choice: as much as may be kept for a lead; a
 * platform of another kind may hold more.
 */
export const MAX_ATTRIBUTES_LENGTH = 1_000_000;
/** Controls and line ends: an operator's desk shows a key on one line. */
const NOT_IN_A_KEY = /[\p{Cc}\u2028\u2029]+/gu;

/**
 * How LiveTex gets the attributes: all strings; `true` is "да" and `false` is "нет", as the platform's macros print them. Keys and
 * values are made fit for any reader: well-formed, without NUL, a key on one line. What is beyond the limit is left out.
 */
export function attributesForLiveTex(attributes: LiveTexAttrs): Record<string, string> {
  const result: Array<[string, string]> = [];
  let length = 0;
  for (const [name, raw] of Object.entries(attributes)) {
    const value = typeof raw === 'boolean' ? (raw ? 'да' : 'нет') : String(raw);
    length += name.length + value.length;
    if (length > MAX_ATTRIBUTES_LENGTH) break;
    const key = name.toWellFormed().replace(NOT_IN_A_KEY, ' ').trim();
    if (key !== '') result.push([key, value.toWellFormed().replaceAll('\u0000', '')]);
  }
  return Object.fromEntries(result);
}
