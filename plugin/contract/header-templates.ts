/** The `header` of a binding: attributes of the dialog's header that no script has to set, as templates. */
import { z } from 'zod';
import { MAX_KEY_LENGTH } from './attributes.ts';
import { spokenIssue } from './issue-words.ts';

/** What a template may name between `{{` and `}}`. */
const HEADER_VARIABLES = ['channel', 'lastLeadMessage', 'name', 'tags', 'script', 'reason', 'transfers'] as const;
export type HeaderVariable = (typeof HEADER_VARIABLES)[number];

/** What they stand for at one transfer; nothing where it is not known. */
export type HeaderValues = Readonly<Record<HeaderVariable, string>>;

/** Most templates of one binding, and longest of one. Our choice: a header of twenty lines is more than an operator reads. */
const MAX_TEMPLATES = 20;
const MAX_TEMPLATE = 1_000;

const PLACE = /\{\{([^{}]*)\}\}/g;

const templateSchema = z
  .string()
  .min(1)
  .max(MAX_TEMPLATE)
  .superRefine((template, context) => {
    for (const [, written = ''] of template.matchAll(PLACE)) {
      const name = written.trim();
      if (isVariable(name)) continue;
      const known = HEADER_VARIABLES.join(', ');
      const shown = name.slice(0, 40);
      context.addIssue(
        spokenIssue({
          en: `"${shown}" is not known here; known: ${known}`,
          ru: `«${shown}» здесь не знают; знают: ${known}`,
        }),
      );
    }
  });

export const headerSchema = z
  .record(z.string().min(1).max(MAX_KEY_LENGTH), templateSchema)
  .superRefine((header, context) => {
    if (Object.keys(header).length <= MAX_TEMPLATES) return;
    context.addIssue(
      spokenIssue({ en: `must have at most ${MAX_TEMPLATES} keys`, ru: `здесь не больше ${MAX_TEMPLATES} ключей` }),
    );
  });

function isVariable(name: string): name is HeaderVariable {
  return (HEADER_VARIABLES as readonly string[]).includes(name);
}

/** Does one of the templates name it? */
export function namesVariable(header: Readonly<Record<string, string>>, variable: HeaderVariable): boolean {
  return Object.values(header).some((template) =>
    [...template.matchAll(PLACE)].some(([, written = '']) => written.trim() === variable),
  );
}

/** What the reason of a transfer is called where no template names it. */
const REASON = 'Причина';

/** The header's attributes. One whose variables all come to nothing is left out. */
export function filledHeader(header: Readonly<Record<string, string>>, values: HeaderValues): Record<string, string> {
  const filled: Array<[string, string]> = [];
  for (const [key, template] of Object.entries(header)) {
    const named = [...template.matchAll(PLACE)].map(([, written = '']) => values[written.trim() as HeaderVariable]);
    if (named.length > 0 && named.every((value) => value === '')) continue;
    // A function: no pattern of `replace` in a lead's words means anything, and they are never read as a template.
    filled.push([
      key,
      template.replaceAll(PLACE, (_, written: string) => values[written.trim() as HeaderVariable]).trim(),
    ]);
  }
  if (values.reason !== '' && !namesVariable(header, 'reason') && header[REASON] === undefined) {
    filled.push([REASON, values.reason]);
  }
  return Object.fromEntries(filled);
}
