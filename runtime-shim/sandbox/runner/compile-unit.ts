import type { Text } from '../../../plugin/contract/text.ts';
import { syntaxProblem } from '../check-syntax.ts';
import { type ExpandedScript, expandSnippets } from '../expand-snippets.ts';
import { MAX_CODE_CHARS, MAX_KNOWN_CHARS } from '../run-limits.ts';
import type { LibrarySet } from '../runner-protocol.ts';
import { type Definition, type Definitions, GUEST_NAMES } from './definitions.ts';

/** Lines of our own before the author's first. */
export const LINES_BEFORE = 2;

/** A script that compiles, ready for any isolate of this runner. */
export interface CompileUnit {
  /** What the isolate compiles; also names the unit in the caches. */
  readonly source: string;
  readonly locate: ExpandedScript['locate'];
  /** What is put into its context first. */
  readonly definitions: readonly Definition[];
}

/** Why a script cannot be compiled; `library`: the problem is in that snippet's text. */
interface CompileProblem {
  readonly code: string;
  readonly message: Text;
  readonly library: string | null;
  readonly line: number | null;
  readonly column: number | null;
}

/** Words that only asynchronous code has. A match in a comment costs one more look at the end of the run, nothing else. */
const ASYNC_WORDS = /\b(?:async|await|Promise|then)\b|\\u/;

/**
 * Expands the snippets, checks the text and wraps it. The text is parsed alone, as a function's body, first: so it
 * cannot close our function and go on outside. Only then it is put between our own lines, which a script of an isolate
 * needs (isolated-vm compiles scripts, not functions).
 */
function compileUnit(code: string, libraries: LibrarySet, definitions: Definitions): CompileUnit | CompileProblem {
  if (code.length > MAX_CODE_CHARS) {
    const message = {
      en: `the script is longer than ${MAX_CODE_CHARS} characters`,
      ru: `скрипт длиннее ${MAX_CODE_CHARS} знаков`,
    };
    return { code: 'script_argument', message, library: null, line: null, column: null };
  }
  const expanded = expandSnippets(code, libraries);
  if ('problem' in expanded) {
    const { problem, library, line, column } = expanded;
    return { code: expanded.code, message: problem, library, line, column };
  }
  const problem = syntaxProblem(expanded.code);
  if (problem !== undefined) {
    const { message, line, column } = problem;
    const place = line === null || column === null ? { library: null, line, column } : expanded.locate(line, column);
    return { code: 'script_syntax', message, ...place };
  }
  const asynchronous = ASYNC_WORDS.test(expanded.code);
  const run = `globalThis[${JSON.stringify(GUEST_NAMES.run)}]`;
  return {
    source: `${run}((function (\n) {\n${expanded.code}\n}), ${asynchronous});`,
    locate: expanded.locate,
    definitions: definitions.of(expanded.code, libraries),
  };
}

const LIBRARY_WORDS = /snippet|require|Common/;

/** Remembers which texts compile, and how their positions are found again. */
export class UnitCache {
  readonly #units = new Map<string, CompileUnit | CompileProblem>();
  readonly #definitions: Definitions;
  #chars = 0;

  constructor(definitions: Definitions) {
    this.#definitions = definitions;
  }

  get(code: string, set: number, libraries: LibrarySet): CompileUnit | CompileProblem {
    // Only these words make a script depend on the libraries' texts.
    const key = LIBRARY_WORDS.test(code) ? `${set} ${code}` : code;
    const known = this.#units.get(key);
    if (known !== undefined) return known;
    if (this.#chars + key.length > MAX_KNOWN_CHARS) {
      this.#units.clear();
      this.#chars = 0;
    }
    const unit = compileUnit(code, libraries, this.#definitions);
    this.#units.set(key, unit);
    this.#chars += key.length;
    return unit;
  }
}
