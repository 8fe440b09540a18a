import { NO_TEXT, type Text } from '../../plugin/contract/text.ts';
import { knownNames, quotedName } from '../names.ts';
import { MAX_CODE_CHARS } from './run-limits.ts';
import type { LibrarySet } from './runner-protocol.ts';

/**
 * `snippet('Name')` with a plain text in quotes, or `[[:Name:]]`, and a semicolon if there is one. A text macro: it acts in comments and
 * strings too.
 */
const SNIPPET =
  /(?:\bsnippet\s*\(\s*(?:'([^'\\\n]+)'|"([^"\\\n]+)"|`([^`\\$\n]+)`)\s*\)|\[\[:((?:Business|Common)\.[^:\]\n]+):\]\])(?:[ \t]*;)?/g;
/** How deep snippets may use snippets. Our choice: it ends a circle. */
const MAX_DEPTH = 10;
/**
 * Snippets of one script, those inside snippets included. Our choice: the limit of characters does not end it when 400 empty
 * snippets stand in each of 400 that stand in each of 400.
 */
const MAX_SNIPPETS = 10_000;

const PLATFORM_LIBRARY: Text = {
  en: ' (a library of the platform has no text to paste: use require)',
  ru: ' (у библиотеки платформы нет текста для вставки: возьмите require)',
};

/** What the platform's own libraries paste. */
const PLATFORM_TEXTS: Readonly<Record<string, string>> = {
  'Common.Bot.Commands': 'var CommonBotCommands = require("Common.Bot.Commands");',
};

/** May there be snippets in a text? */
export function hasSnippets(code: string): boolean {
  return code.includes('snippet') || code.includes('[[:');
}

/** A piece of the expanded text and where it stands in its own file. */
interface Piece {
  /** Offset in the expanded text. */
  readonly at: number;
  /** `null`: the script itself; else the library's name. */
  readonly library: string | null;
  /** The piece's own whole text, and the offset in it. */
  readonly source: string;
  readonly from: number;
}

export interface ExpandedScript {
  readonly code: string;
  /** Where a line and column of the expanded text stand in the author's files. */
  readonly locate: (line: number, column: number) => { library: string | null; line: number; column: number };
}

export interface SnippetProblem {
  readonly problem: Text;
  readonly code: 'script_library_missing' | 'script_argument';
  readonly library: string | null;
  readonly line: number;
  readonly column: number;
}

/** Replaces the snippets of a script by their libraries' texts, before it is compiled. */
export function expandSnippets(code: string, libraries: LibrarySet): ExpandedScript | SnippetProblem {
  if (!hasSnippets(code)) return { code, locate: (line, column) => ({ library: null, line, column }) };
  const pieces: Piece[] = [];
  let text = '';
  let snippets = 0;
  const add = (library: string | null, source: string, from: number, to: number): void => {
    pieces.push({ at: text.length, library, source, from });
    text += source.slice(from, to);
  };
  const expand = (library: string | null, source: string, depth: number): SnippetProblem | undefined => {
    let from = 0;
    for (const match of source.matchAll(SNIPPET)) {
      const name = (match[1] ?? match[2] ?? match[3] ?? match[4] ?? '').trim();
      const fail = (kind: SnippetProblem['code'], problem: Text): SnippetProblem => ({
        problem,
        code: kind,
        library,
        ...positionOf(source, match.index),
      });
      const own = Object.hasOwn(PLATFORM_TEXTS, name) ? PLATFORM_TEXTS[name] : undefined;
      if (own === undefined && !Object.hasOwn(libraries, name)) {
        const known = knownNames(Object.keys(libraries));
        const hint = name.startsWith('Common.') ? PLATFORM_LIBRARY : NO_TEXT;
        return fail('script_library_missing', {
          en: `there is no library "${quotedName(name)}"${hint.en}; known: ${known.en}`,
          ru: `библиотеки "${quotedName(name)}" нет${hint.ru}; есть: ${known.ru}`,
        });
      }
      if (depth >= MAX_DEPTH) {
        return fail('script_argument', {
          en: `snippets use each other more than ${MAX_DEPTH} deep: "${name}"`,
          ru: `вставки вложены друг в друга глубже ${MAX_DEPTH}: "${name}"`,
        });
      }
      snippets += 1;
      if (snippets > MAX_SNIPPETS) {
        return fail('script_argument', {
          en: `the script uses more than ${MAX_SNIPPETS} snippets`,
          ru: `в скрипте больше ${MAX_SNIPPETS} вставок snippet`,
        });
      }
      add(library, source, from, match.index);
      const inner = expand(name, own ?? libraries[name]?.code ?? '', depth + 1);
      if (inner !== undefined) return inner;
      if (text.length > MAX_CODE_CHARS) {
        return fail('script_argument', {
          en: `the script with its snippets is longer than ${MAX_CODE_CHARS} characters`,
          ru: `скрипт вместе со вставками snippet длиннее ${MAX_CODE_CHARS} знаков`,
        });
      }
      from = match.index + match[0].length;
    }
    add(library, source, from, source.length);
    return undefined;
  };
  const problem = expand(null, code, 0);
  if (problem !== undefined) return problem;
  return { code: text, locate: locator(text, pieces) };
}

/**
 * Finds places again. Two hundred of them are asked for after one run, so a text is searched for its line ends once, when
 * its first place is asked for.
 */
function locator(text: string, pieces: readonly Piece[]): ExpandedScript['locate'] {
  const known = new Map<string, readonly number[]>();
  const startsOf = (source: string): readonly number[] => {
    const starts = known.get(source) ?? lineStarts(source);
    known.set(source, starts);
    return starts;
  };
  return (line, column) => {
    const starts = startsOf(text);
    const offset = Math.min((starts[Math.min(line, starts.length) - 1] ?? 0) + column - 1, text.length);
    const piece = pieces[lastBelow(pieces.length, (index) => (pieces[index]?.at ?? 0) <= offset)];
    if (piece === undefined) return { library: null, line, column };
    const inside = piece.from + offset - piece.at;
    const own = startsOf(piece.source);
    const index = lastBelow(own.length, (candidate) => (own[candidate] ?? 0) <= inside);
    return { library: piece.library, line: index + 1, column: inside - (own[index] ?? 0) + 1 };
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (const end of text.matchAll(LINE_END_AT)) starts.push(end.index + end[0].length);
  return starts;
}

/** The last index for which `holds`, which holds up to some index and for none behind it; -1 when for none. */
function lastBelow(length: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function positionOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split(LINE_END);
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

/** The line ends of JavaScript, which V8 counts (ECMA-262, 12.3). */
const LINE_END = /\r\n|[\n\r\u2028\u2029]/;
const LINE_END_AT = new RegExp(LINE_END.source, 'g');

/** Where the guest says that the author's code was: in a library, or (`null`) in the script with its snippets expanded. */
export interface GuestPlace {
  readonly library: string | null;
  readonly line: number;
  readonly column: number;
}

/** The same place in the author's own files. */
export function authorPlace(
  at: GuestPlace,
  file: string,
  libraries: LibrarySet,
  locate: ExpandedScript['locate'],
): { readonly file: string; readonly line: number; readonly column: number } {
  const { library, line, column } = at.library === null ? locate(at.line, at.column) : at;
  return { file: library === null ? file : (libraries[library]?.file ?? file), line, column };
}
