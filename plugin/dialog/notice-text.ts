import type { NoticeName } from './effect.ts';

/** Longest name in a notice, UTF-16 units. Ours: longer than people's names are. */
const MAX_NAME_LENGTH = 100;
/** Controls and line ends. */
const NOT_IN_A_LINE = /[\p{Cc}\u2028\u2029]+/gu;

/** A notice from its template; `undefined` for an empty one, which is not sent. The operator's name is put in as it is. */
export function noticeText(
  templates: Readonly<Record<NoticeName, string>>,
  notice: NoticeName,
  operator: string | undefined,
): string | undefined {
  const template = templates[notice];
  if (template.trim() === '') return undefined;
  // One line, and not longer than a name: a notice is ours, and LiveTex's data must not add sentences to it.
  const name = (operator ?? '').replace(NOT_IN_A_LINE, ' ').trim().slice(0, MAX_NAME_LENGTH).toWellFormed();
  // Split and join: no pattern of `replace` in a name means anything, and a name is never read as a template.
  if (name !== '') return template.split('{operator}').join(name);
  return template
    .split(/ ?\{operator\}/)
    .join('')
    .trim();
}
