import { compileFunction } from 'node:vm';
import { same, type Text } from '../../plugin/contract/text.ts';
import { SHIM_ERRORS } from '../errors.ts';
import type { ScriptError } from './contract.ts';
import { engineText } from './engine-words.ts';

/** The name under which V8 reports a position; never shown. */
const NAME = 'metabot-syntax';
/** How V8 begins what it says about an `await`: about async functions and modules, neither of which is the way out here. */
const AWAIT = 'await is only valid';
const NO_AWAIT: Text = {
  en: 'SyntaxError: the platform runs scripts synchronously: take the await away, calls return their value',
  ru: 'SyntaxError: платформа выполняет скрипты синхронно: уберите await, вызовы сами возвращают значение',
};

export interface SyntaxProblem {
  /** In English V8's own words: `SyntaxError: Unexpected token '}'`. */
  readonly message: Text;
  readonly line: number | null;
  readonly column: number | null;
}

/**
 * Parses a text as the body of a sloppy-mode function, as the sandbox will, and runs nothing. The text cannot end the
 * function and go on outside it, since V8 is given the body alone.
 */
export function syntaxProblem(code: string, parameters: readonly string[] = []): SyntaxProblem | undefined {
  try {
    // The line before keeps V8 from taking `#!` at the start for a hashbang, which a function's body cannot have.
    compileFunction(`\n${code}`, parameters, { filename: NAME });
    return undefined;
  } catch (error) {
    if (!(error instanceof Error)) return { message: same('SyntaxError'), line: null, column: null };
    const message = error.message.startsWith(AWAIT) ? NO_AWAIT : engineText(`${error.name}: ${error.message}`);
    return { message, ...positionIn(error.stack ?? '') };
  }
}

/** The first problem of a script's text, as the author sees it; `undefined` when it compiles. */
export function checkSyntax(file: string, code: string): ScriptError | undefined {
  const problem = syntaxProblem(code);
  if (problem === undefined) return undefined;
  const { message, line, column } = problem;
  const { en, ru } = SHIM_ERRORS.script_syntax.message({ detail: message });
  return { code: 'script_syntax', message: en, ru, file, line, column };
}

/** Node puts `name:line`, the source line and a row of blanks and `^` before the stack of a syntax error. */
function positionIn(stack: string): { line: number | null; column: number | null } {
  const found = /^metabot-syntax:(\d+)\n[^\n]*\n([^\S\n]*)/.exec(stack);
  if (found === null) return { line: null, column: null };
  return { line: Math.max(1, Number(found[1]) - 1), column: (found[2] ?? '').length + 1 };
}
