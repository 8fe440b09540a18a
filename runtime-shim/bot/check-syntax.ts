import { compileFunction } from 'node:vm';
import type { Place } from './positioned-json.ts';

export interface SyntaxProblem {
  readonly message: string;
  readonly place: Place;
}

/**
 * Compiles a script as the sandbox will, as the body of a sloppy-mode function, and runs nothing of it: only V8's parser
 * sees the text, in this process, so a bot folder can be checked before any runner stands. `undefined` when it is right.
 */
export function checkSyntax(code: string): SyntaxProblem | undefined {
  try {
    compileFunction(code, [], { filename: 'script.js' });
    return undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { message: error.message, place: placeOf(error, code) };
  }
}

/**
 * V8 puts `file:line`, the source line and a line of carets above a SyntaxError's stack; no property carries the place.
 * There are no carets for an unexpected end: that is where the text ends.
 */
function placeOf(error: SyntaxError, code: string): Place {
  const [head = '', , carets = ''] = (error.stack ?? '').split('\n');
  const line = Number(/:(\d+)$/.exec(head)?.[1] ?? '1');
  const caret = carets.indexOf('^');
  const end = code.split('\n')[line - 1]?.length ?? 0;
  return { line, column: (caret < 0 ? end : caret) + 1 };
}
