import type { NoticeName } from './effect.ts';

/** A notice from its template; `undefined` for an empty one, which is not sent. The operator's name is put in as it is. */
export function noticeText(
  templates: Readonly<Record<NoticeName, string>>,
  notice: NoticeName,
  operator: string | undefined,
): string | undefined {
  const template = templates[notice];
  if (template.trim() === '') return undefined;
  const name = operator ?? '';
  // Split and join: no pattern of `replace` in a name means anything, and a name is never read as a template.
  if (name !== '') return template.split('{operator}').join(name);
  return template
    .split(/ ?\{operator\}/)
    .join('')
    .trim();
}
