import { syntaxProblem } from '../sandbox/check-syntax.ts';
import { expandSnippets } from '../sandbox/expand-snippets.ts';
import type { SourceFile } from './bot.ts';
import type { Place } from './positioned-json.ts';

export interface SyntaxProblem {
  readonly message: string;
  readonly place: Place;
  /** The library that it stands in, when a snippet brought it; else it is in the text itself. */
  readonly library: string | null;
}

/**
 * Compiles a script as the sandbox will, snippets expanded, and runs nothing of it: only V8's parser sees the text, in this
 * process, so a bot folder can be checked before any runner stands. `undefined` when it is right.
 */
export function checkSyntax(
  code: string,
  libraries: Readonly<Record<string, SourceFile>> = {},
): SyntaxProblem | undefined {
  const expanded = expandSnippets(code, libraries);
  if ('problem' in expanded) {
    const { problem, library, line, column } = expanded;
    return { message: problem, place: { line, column }, library };
  }
  const wrong = syntaxProblem(expanded.code);
  if (wrong === undefined) return undefined;
  const line = wrong.line ?? 1;
  // No column is known for an unexpected end: that is where the text ends.
  const end = (expanded.code.split('\n')[line - 1]?.length ?? 0) + 1;
  const { library, ...place } = expanded.locate(line, wrong.column ?? end);
  return { message: wrong.message, place, library };
}
