import { MAX_KNOWN_CHARS } from '../run-limits.ts';
import type { LibrarySet } from '../runner-protocol.ts';
import { type CompileProblem, compileUnit, type CompileUnit } from './compile-unit.ts';
import type { Definitions } from './definitions.ts';

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
