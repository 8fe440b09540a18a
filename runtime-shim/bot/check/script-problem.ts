import type { Language, Text } from '../../../plugin/contract/text.ts';
import type { AnyNode } from 'acorn';

/** One finding in a bot, at its place in the author's own file. Lines and columns count from 1. */
export interface ScriptProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Our choice (`async`, `unknown-script`, …), or TypeScript's number (`TS2551`). */
  readonly rule: string;
  /** In English, and the same in Russian. */
  readonly message: string;
  readonly ru: string;
  /** Doubtful: it may be meant so. Without it, it certainly fails or certainly does nothing. */
  readonly hint?: true;
}

/** Notes a problem at a node of a script, or at an offset in its text. */
export type AddProblem = (rule: string, at: AnyNode | number, text: Text, isHint?: boolean) => void;

/** A part of a script in `bot.json`: `['commands', 1, 'condition']`. */
export type Part = readonly PropertyKey[];
/** Notes a problem at a part of a script in `bot.json`. */
export type AddToBot = (script: string, part: Part, rule: string, text: Text, isHint?: boolean) => void;

/** In the order of files and places, each once. */
export function inOrder(problems: readonly ScriptProblem[]): ScriptProblem[] {
  const unique = new Map(problems.map((problem) => [problemLine(problem), problem]));
  return [...unique.values()].sort(
    (a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column || a.rule.localeCompare(b.rule),
  );
}

/** As compilers print it, so that editors and terminals make it a link. */
export function problemLine(
  { file, line, column, rule, message, ru }: ScriptProblem,
  language: Language = 'en',
): string {
  return `${file}:${line}:${column}  ${language === 'ru' ? ru : message}  (${rule})`;
}

/** Line and column of an offset in a text. */
export function placeAt(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - (before.lastIndexOf('\n') + 1) + 1 };
}

/** The offset of a line and column in a text. */
export function offsetAt(text: string, line: number, column: number): number {
  let from = 0;
  for (let passed = 1; passed < line; passed += 1) from = text.indexOf('\n', from) + 1;
  return from + column - 1;
}
