import { MAX_KNOWN_CHARS } from '../run-limits.ts';
import type { LibrarySet } from '../runner-protocol.ts';
import { type CompileProblem, compileUnit, type CompileUnit } from './compile-unit.ts';

/** Remembers which texts compile, and how their positions are found again. */
export class UnitCache {
  readonly #units = new Map<string, CompileUnit | CompileProblem>();
  #chars = 0;

  get(code: string, set: number, libraries: LibrarySet): CompileUnit | CompileProblem {
    // Only snippets make a script depend on the libraries' texts.
    const key = code.includes('snippet') ? `${set} ${code}` : code;
    const known = this.#units.get(key);
    if (known !== undefined) return known;
    if (this.#chars + key.length > MAX_KNOWN_CHARS) {
      this.#units.clear();
      this.#chars = 0;
    }
    const unit = compileUnit(code, libraries);
    this.#units.set(key, unit);
    this.#chars += key.length;
    return unit;
  }
}
