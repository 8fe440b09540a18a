import type { Json } from '../../../plugin/contract/guest.ts';
import type { LeadRecord } from '../../leads/lead-record.ts';

/** `{{ $name }}`: a lead's attribute. `{{ &$name }}`: the memory of the scenario (`docs/bot-folder.md`, "Macros"). */
const MACRO = /\{\{\s*(&?)\$([\p{L}\p{N}_.-]+)\s*\}\}/gu;
/** Longest way to write one UTF-16 unit in JSON: `\u0041`. */
const MAX_JSON_UNIT = 6;

type Lead = Pick<LeadRecord, 'name' | 'attributes' | 'systemAttributes'>;

/**
 * Fills in the macros of a text; what is not known becomes nothing. `{{ $name }}` is the lead's name from the channel,
 * unless the bot keeps an attribute of that name (our choice: an author who asks for a name means the answer).
 *
 * `limit` is the most UTF-16 units that the place of the text takes. A text that would be longer comes back cut to one unit
 * more than that: its place still sees that it is too long, and 166 macros of a long attribute are never put together.
 */
export function fillMacros(
  template: string,
  lead: Lead,
  memory: Readonly<Record<string, string>>,
  limit: number,
): string {
  const most = limit + 1;
  let text = '';
  let from = 0;
  for (const match of template.matchAll(MACRO)) {
    const [whole, ampersand, key = ''] = match;
    text += template.slice(from, match.index);
    text += ampersand === '&' ? memoryText(memory, key) : attributeText(lead, key, limit).slice(0, most);
    if (text.length > limit) return text.slice(0, most).toWellFormed();
    from = match.index + whole.length;
  }
  text += template.slice(from);
  return text.length > limit ? text.slice(0, most).toWellFormed() : text;
}

function memoryText(memory: Readonly<Record<string, string>>, key: string): string {
  return Object.hasOwn(memory, key) ? printedText(memory[key] ?? '') : '';
}

/** May be longer than `limit`; when it is, it need not be whole. */
function attributeText(lead: Lead, key: string, limit: number): string {
  const attribute = Object.hasOwn(lead.attributes, key) ? lead.attributes[key] : undefined;
  if (attribute?.kind === 'text') return printedText(attribute.value);
  if (attribute?.kind === 'json') {
    // Too long however it is written: not parsed, since a menu may ask for the same megabyte a hundred times.
    if (attribute.value.length > (limit + 1) * MAX_JSON_UNIT + 2) return attribute.value;
    return printed(JSON.parse(attribute.value) as Json);
  }
  if (Object.hasOwn(lead.systemAttributes, key)) return printed(lead.systemAttributes[key] ?? null);
  return key === 'name' ? (lead.name ?? '') : '';
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
  if (text === 'true') return 'да';
  return text === 'false' ? 'нет' : text;
}
