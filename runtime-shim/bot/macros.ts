import type { Json } from '../../plugin/contract/guest.ts';
import type { LeadRecord } from '../leads/lead-record.ts';

/** `{{ $name }}`: a lead's attribute. `{{ &$name }}`: the memory of the scenario (metabot24.md, "Scripts"). */
const MACRO = /\{\{\s*(&?)\$([\p{L}\p{N}_.-]+)\s*\}\}/gu;

/**
 * Fills in the macros of a text; what is not known becomes nothing. `{{ $name }}` is the lead's name from the channel,
 * unless the bot keeps an attribute of that name (ours: an author who asks for a name means the answer).
 */
export function fillMacros(
  template: string,
  lead: Pick<LeadRecord, 'name' | 'attributes' | 'systemAttributes'>,
  memory: Readonly<Record<string, string>>,
): string {
  return template.replace(MACRO, (_whole, ampersand: string, key: string) => {
    if (ampersand === '&') return Object.hasOwn(memory, key) ? printed(memory[key] ?? '') : '';
    return attributeText(lead, key);
  });
}

function attributeText(lead: Pick<LeadRecord, 'name' | 'attributes' | 'systemAttributes'>, key: string): string {
  const attribute = Object.hasOwn(lead.attributes, key) ? lead.attributes[key] : undefined;
  if (attribute?.kind === 'text') return printed(attribute.value);
  if (attribute?.kind === 'json') return printed(JSON.parse(attribute.value) as Json);
  if (Object.hasOwn(lead.systemAttributes, key)) return printed(lead.systemAttributes[key] ?? null);
  return key === 'name' ? (lead.name ?? '') : '';
}

/**
 * As the platform prints a value: a boolean as "да" or "нет", a structure as its JSON. An ordinary attribute is a text, so
 * `setAttr(key, true)` has become "true" by now.
 */
function printed(value: Json): string {
  if (value === null) return '';
  if (value === true || value === 'true') return 'да';
  if (value === false || value === 'false') return 'нет';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
