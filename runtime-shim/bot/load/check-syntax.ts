import { setImmediate } from 'node:timers/promises';
import type { Text } from '../../../plugin/contract/text.ts';
import { MAX_CODE_CHARS } from '../../sandbox/run-limits.ts';
import { syntaxProblem } from '../../sandbox/check-syntax.ts';
import { expandSnippets, hasSnippets } from '../../sandbox/expand-snippets.ts';
import type { Place } from '../../json-with-places.ts';
import type { SourceFile } from '../bot.ts';
import { LOAD_TEXTS } from './load-texts.ts';

export interface SyntaxProblem {
  readonly message: Text;
  readonly place: Place;
  /** The library that it stands in, when a snippet brought it; else it is in the text itself. */
  readonly library: string | null;
}

/**
 * Characters that the snippets of one bot folder may add to its scripts, conditions and libraries, all together. Our choice:
 * twenty scripts at their limit; ten thousand conditions that all paste the same megabyte would hold up the server for minutes.
 */
const MAX_PASTED_CHARS = 20_000_000;
/** Characters that are parsed before others have their turn, some 10 ms of work. */
const TURN_CHARS = 500_000;

/** Checks the texts of one bot folder, one after the other. */
export class SyntaxCheck {
  private readonly libraries: Readonly<Record<string, SourceFile>>;
  private readonly known = new Map<string, SyntaxProblem | undefined>();
  private pasted = 0;
  private sinceTurn = 0;

  constructor(libraries: Readonly<Record<string, SourceFile>>) {
    this.libraries = libraries;
  }

  /**
   * Compiles a text as the sandbox will, snippets expanded, and runs nothing of it: only V8's parser sees it, in this
   * process, so a bot folder can be checked before any runner stands. `undefined` when it is right.
   */
  async problemOf(code: string): Promise<SyntaxProblem | undefined> {
    if (this.known.has(code)) return this.known.get(code);
    if (this.sinceTurn > TURN_CHARS) {
      this.sinceTurn = 0;
      await setImmediate();
    }
    const problem = this.find(code);
    this.known.set(code, problem);
    return problem;
  }

  private find(code: string): SyntaxProblem | undefined {
    this.sinceTurn += code.length;
    if (this.pasted > MAX_PASTED_CHARS && hasSnippets(code)) {
      const message = LOAD_TEXTS.pastesTooMuch(MAX_PASTED_CHARS);
      return { message, place: { line: 1, column: 1 }, library: null };
    }
    const expanded = expandSnippets(code, this.libraries);
    if ('problem' in expanded) {
      // It may have been ended by its size, so that much may have been put together.
      this.pasted += MAX_CODE_CHARS;
      this.sinceTurn += MAX_CODE_CHARS;
      const { problem, library, line, column } = expanded;
      return { message: problem, place: { line, column }, library };
    }
    this.pasted += expanded.code.length - Math.min(code.length, expanded.code.length);
    this.sinceTurn += expanded.code.length;
    const wrong = syntaxProblem(expanded.code);
    if (wrong === undefined) return undefined;
    const line = wrong.line ?? 1;
    // No column is known for an unexpected end: that is where the text ends.
    const end = (expanded.code.split('\n')[line - 1]?.length ?? 0) + 1;
    const { library, ...place } = expanded.locate(line, wrong.column ?? end);
    return { message: wrong.message, place, library };
  }
}
