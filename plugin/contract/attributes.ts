import { z } from 'zod';
import { spoken } from './issue-words.ts';
import { leadingUnits } from './split-text.ts';

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

/** The system attribute that `lead.setLiveTexHiddenAttr` writes: for LiveTex's history and exports, not shown to the operator. */
export const LIVETEX_HIDDEN_ATTRS_KEY = 'sys_livetex_hidden_attrs';

/** Most attributes of one selection, longest key and longest value, UTF-16 units. Our choice, as LiveTex documents none: no operator reads more. */
export const MAX_ATTRIBUTES = 100;
export const MAX_KEY_LENGTH = 200;
export const MAX_VALUE_LENGTH = 4_000;
/** Controls and line ends: an operator's desk shows a key on one line. */
const NOT_IN_A_KEY = /[\p{Cc}\u2028\u2029]+/gu;

/** Attributes as LiveTex gets them, and what was too much. */
export interface BoundedAttributes {
  readonly values: Record<string, string>;
  /** Keys, as they were set, of what was left out. */
  readonly left: readonly string[];
  /** Keys of what was cut. */
  readonly cut: readonly string[];
}

/**
 * How LiveTex gets the attributes: all strings; `true` is "да" and `false` is "нет", as the platform's macros print them. Keys and
 * values are made fit for any reader: well-formed, without NUL, a key on one line. What is beyond the limits is cut or left out.
 */
export function attributesForLiveTex(attributes: LiveTexAttrs): BoundedAttributes {
  const values = new Map<string, string>();
  const left: string[] = [];
  const cut: string[] = [];
  for (const [name, raw] of Object.entries(attributes)) {
    const value = typeof raw === 'boolean' ? (raw ? 'да' : 'нет') : String(raw);
    if (values.size >= MAX_ATTRIBUTES) {
      left.push(name);
      continue;
    }
    if (name.length > MAX_KEY_LENGTH || value.length > MAX_VALUE_LENGTH) cut.push(name);
    const key = shortened(name.toWellFormed().replace(NOT_IN_A_KEY, ' ').trim(), MAX_KEY_LENGTH);
    if (key !== '') values.set(key, shortened(value.toWellFormed().replaceAll('\u0000', ''), MAX_VALUE_LENGTH));
  }
  return { values: Object.fromEntries(values), left, cut };
}

/** At most so many UTF-16 units, with a sign that there was more. */
function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${leadingUnits(text, most - 1)}…`;
}
