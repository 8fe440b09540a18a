import type { PlatformSources } from '../../globals/bundles.ts';
import { syntaxProblem } from '../check-syntax.ts';
import type { LibrarySet } from '../runner-protocol.ts';

/** The parameters of a library's body (`globals/require.guest.ts`). */
export const LIBRARY_PARAMETERS: readonly string[] = ['module', 'exports', 'require'];

/**
 * A function that a script is likely to ask for, as text that puts it into a context without running it. An isolate
 * compiles it once, and V8 keeps what it compiled of it from one context to the next; the same function made in the guest
 * would be compiled by every run.
 */
export interface Definition {
  readonly source: string;
  /** The name under which V8 reports positions. */
  readonly filename: string;
}

/** Names that are loaded when first used: a part of ours is defined for the scripts that mention one. */
const PART_NAMES = /\b(?:URL|URLSearchParams|TextDecoder|TextEncoder|structuredClone)\b/;
/** `require('Name')`, and the names without dots of Common libraries. What is asked for in another way is compiled by the guest itself. */
const LIBRARY_NAMES = /\brequire\s*\(\s*(?:'([^'\\\n]+)'|"([^"\\\n]+)")|\b(Common[\p{L}\p{N}_]+)/gu;
/** Words that only asynchronous code has, as in `globals/require.guest.ts`. */
const ASYNC_WORDS = /\b(?:async|await|Promise|then)\b/;

/** Finds what a script is likely to ask for. */
export class Definitions {
  readonly #parts: readonly Definition[];
  readonly #libraries = new WeakMap<object, Definition | null>();

  constructor(parts: PlatformSources['parts']) {
    this.#parts = Object.entries(parts).map(([name, source]) => ({
      source: defined(`metabot:${name}`, `function () {\n${source}\n}`),
      filename: PLATFORM_NAME,
    }));
  }

  /** By the script's text and the texts of the libraries that it leads to. */
  of(code: string, libraries: LibrarySet): readonly Definition[] {
    const found = new Map<string, Definition>();
    const seen = new Set<string>();
    const texts = [code];
    let usesParts = false;
    for (const text of texts) {
      usesParts ||= PART_NAMES.test(text);
      for (const name of namedIn(text, libraries)) {
        if (seen.has(name)) continue;
        seen.add(name);
        const library = libraries[name];
        const definition = library === undefined ? null : this.#library(name, library);
        if (library === undefined || definition === null) continue;
        found.set(name, definition);
        texts.push(library.code);
      }
    }
    return [...(usesParts ? this.#parts : []), ...found.values()];
  }

  /** `null` for a text that does not compile: the guest says so, when the library is asked for. */
  #library(name: string, library: { readonly code: string }): Definition | null {
    const known = this.#libraries.get(library);
    if (known !== undefined) return known;
    // Parsed alone first, so that it cannot close our function and go on outside it.
    const definition =
      syntaxProblem(library.code, LIBRARY_PARAMETERS) === undefined ? definitionOf(name, library.code) : null;
    this.#libraries.set(library, definition);
    return definition;
  }
}

/** The text starts on the third line, as in what `new Function` makes (`globals/stack.guest.ts`). */
function definitionOf(name: string, code: string): Definition {
  const asynchronous = ASYNC_WORDS.test(code) ? ` ${defined(`async ${name}`, 'true')}` : '';
  return {
    source: `${defined(name, `function (${LIBRARY_PARAMETERS.join(', ')}\n) {\n${code}\n}`)}${asynchronous}`,
    filename: `${LIBRARY_NAME}${name}`,
  };
}

function defined(key: string, expression: string): string {
  const name = `globalThis[${JSON.stringify(GUEST_NAMES.definitions)}]`;
  return `(${name} ??= { __proto__: null })[${JSON.stringify(key)}] = ${expression};`;
}

function* namedIn(text: string, libraries: LibrarySet): Generator<string> {
  for (const [, single, double, bare] of text.matchAll(LIBRARY_NAMES)) {
    const name = single ?? double;
    if (name !== undefined) {
      if (Object.hasOwn(libraries, name)) yield libraries[name]?.sameAs ?? name;
      continue;
    }
    for (const candidate of Object.keys(libraries)) if (candidate.replaceAll('.', '') === bare) yield candidate;
  }
}

/** Names in the global scope of a context before the script's first line; the same as in `globals/platform.guest.ts`. */
export const GUEST_NAMES = {
  host: 'metabot:host',
  input: 'metabot:input',
  definitions: 'metabot:definitions',
  run: 'metabot:run',
} as const;

/** The name under which V8 reports a position in the author's script (`globals/stack.guest.ts`). */
export const SCRIPT_NAME = 'metabot-script';
/** A library is compiled under this and its name (`globals/stack.guest.ts`). */
export const LIBRARY_NAME = 'metabot-library:';
/** The name of our own code in the isolate. */
export const PLATFORM_NAME = 'metabot:platform';
