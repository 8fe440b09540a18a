import type { Json } from '../../../plugin/contract/guest.ts';
import type { LeadRecord } from '../../leads/lead-record.ts';

/** Whatever stands between two pairs of braces on one line; what it means is said in `docs/bot-folder.md#macros`. */
const MACRO = /\{\{([^{}\n]{0,200})\}\}/gu;
/** `$name`: a lead's attribute. `&$name`: the memory of the scenario. `#name`: a tag. `@name`: a context. */
const KNOWN_MACRO = /^\s*(&?\$|#|@)\s*([^\s]+(?:\s+[^\s]+)*)\s*$/u;
/** Longest way to write one UTF-16 unit in JSON: `\u0041`. */
const MAX_JSON_UNIT = 6;

type Lead = Pick<LeadRecord, 'name' | 'attributes' | 'systemAttributes' | 'tags' | 'contexts'>;

/** Where the values come from. */
export interface MacroValues {
  readonly lead: Lead;
  readonly memory: Readonly<Record<string, string>>;
  readonly botName: string;
}

/**
 * Fills in the macros of a text; what is not known becomes nothing. `{{ $name }}` is the lead's name from the channel, and
 * `{{ $botName }}` the bot's, unless the bot keeps an attribute of that name (our choice: an author who asks for a name
 * means the answer).
 *
 * `limit` is the most UTF-16 units that the place of the text takes. A text that would be longer comes back cut to one unit
 * more than that: its place still sees that it is too long, and 166 macros of a long attribute are never put together.
 */
export function fillMacros(template: string, values: MacroValues, limit: number): string {
  const most = limit + 1;
  // Thousands of macros may ask for tags, and a lead may have thousands of these.
  let tags: ReadonlySet<string> | undefined;
  const hasTag = (tag: string): boolean => (tags ??= new Set(values.lead.tags)).has(tag);
  let text = '';
  let from = 0;
  for (const match of template.matchAll(MACRO)) {
    const [whole, macro = ''] = match;
    text += template.slice(from, match.index);
    text += macroText(macro, { ...values, hasTag }, limit).slice(0, most);
    if (text.length > limit) return text.slice(0, most).toWellFormed();
    from = match.index + whole.length;
  }
  text += template.slice(from);
  return text.length > limit ? text.slice(0, most).toWellFormed() : text;
}

/** Nothing for what is not known, however it is spelled: a lead must not read a bot's braces. */
function macroText(
  macro: string,
  { lead, memory, botName, hasTag }: MacroValues & { readonly hasTag: (tag: string) => boolean },
  limit: number,
): string {
  const [, kind, key = ''] = KNOWN_MACRO.exec(macro) ?? [];
  if (kind === '&$') return memoryText(memory, key);
  if (kind === '#') return yesNo(hasTag(key));
  if (kind === '@') return yesNo(Object.hasOwn(lead.contexts ?? {}, key));
  if (kind !== '$') return '';
  return attributeText(lead, key, limit) ?? (key === 'name' ? (lead.name ?? '') : key === 'botName' ? botName : '');
}

function yesNo(is: boolean): string {
  return is ? 'да' : 'нет';
}

function memoryText(memory: Readonly<Record<string, string>>, key: string): string {
  return Object.hasOwn(memory, key) ? printedText(memory[key] ?? '') : '';
}

/** May be longer than `limit`; when it is, it need not be whole. `undefined`: there is no such attribute. */
function attributeText(lead: Lead, key: string, limit: number): string | undefined {
  const attribute = Object.hasOwn(lead.attributes, key) ? lead.attributes[key] : undefined;
  if (attribute?.kind === 'text') return printedText(attribute.value);
  if (attribute?.kind === 'json') {
    // Too long however it is written: not parsed, since a menu may ask for the same megabyte a hundred times.
    if (attribute.value.length > (limit + 1) * MAX_JSON_UNIT + 2) return attribute.value;
    // A structure is printed as its JSON, which this is.
    if (/^[{[]/u.test(attribute.value)) return attribute.value;
    return printed(JSON.parse(attribute.value) as Json);
  }
  if (Object.hasOwn(lead.systemAttributes, key)) return printed(lead.systemAttributes[key] ?? null);
  return undefined;
}

/**
 * As the platform prints a value: a boolean as "да" or "нет", a structure as its JSON. An ordinary attribute is a text, so
 * `setAttr(key, true)` has become "true" by now.
 */
function printed(value: Json): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : printedText(String(value));
}

function printedText(text: string): string {
  return text === 'true' || text === 'false' ? yesNo(text === 'true') : text;
}
