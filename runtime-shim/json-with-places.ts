/**
 * JSON with places. `JSON.parse` names a line and column for some mistakes only, and none for a value that is valid JSON
 * but wrong for us; an author with a hundred commands in one file needs both.
 */
import { findNodeAtLocation, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { same, type Text } from '../plugin/contract/text.ts';

/** Counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/**
 * Finds lines and columns of offsets into a text. The text is searched for its line ends once, when the first place is asked
 * for: a file with a thousand mistakes is not searched a thousand times.
 */
function lineIndex(text: string): (offset: number) => Place {
  let starts: number[] | undefined;
  return (offset) => {
    starts ??= [0, ...Array.from(text.matchAll(/\n/gu), (end) => end.index + 1)];
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return { line: low, column: offset - (starts[low - 1] ?? 0) + 1 };
  };
}

/** Deeper nesting is refused: a bot folder needs 6 levels, and recursion must end before the stack does. */
const MAX_DEPTH = 64;
/** More values are refused. Our choice: the largest `bot.json` of honest commands has half as many, and each costs 100 bytes of memory. */
const MAX_VALUES = 200_000;

export interface PositionedJson {
  readonly value: unknown;
  /** The place of the value at a path of keys and indexes; of its nearest parent when the path does not exist. */
  place(path: readonly PropertyKey[]): Place;
  /** Keys given twice in one object; JSON keeps the last one silently. */
  readonly duplicateKeys: ReadonlyArray<{ readonly path: readonly PropertyKey[]; readonly place: Place }>;
}

export type JsonReading =
  | { readonly ok: true; readonly json: PositionedJson }
  | { readonly ok: false; readonly message: Text; readonly place: Place };

/** Parses JSON (RFC 8259: no comments, no trailing commas) and remembers where each value stands. */
export function readPositionedJson(text: string): JsonReading {
  const placeAt = lineIndex(text);
  const wrong = tooMuch(text) ?? syntaxMistake(text);
  if ('message' in wrong) return { ok: false, message: wrong.message, place: placeAt(wrong.offset) };
  const { root } = wrong;
  const json: PositionedJson = {
    value: JSON.parse(text) as unknown,
    duplicateKeys: duplicatesIn(root, []).map(({ path, offset }) => ({ path, place: placeAt(offset) })),
    place: (path) => {
      const segments = path.map((part) => (typeof part === 'number' ? part : String(part)));
      for (let length = segments.length; length >= 0; length -= 1) {
        const node = findNodeAtLocation(root, segments.slice(0, length));
        if (node !== undefined) return placeAt(node.offset);
      }
      return { line: 1, column: 1 };
    },
  };
  return { ok: true, json };
}

interface Mistake {
  readonly message: Text;
  readonly offset: number;
}

/** What the parser must not see: it walks down by recursion, and keeps a node for each value. */
function tooMuch(text: string): Mistake | undefined {
  const { depthAt, values } = brackets(text, text.length);
  if (depthAt !== undefined) {
    const message = { en: `nested deeper than ${MAX_DEPTH} levels`, ru: `вложено глубже ${MAX_DEPTH} уровней` };
    return { message, offset: depthAt };
  }
  return values > MAX_VALUES
    ? { message: { en: `more than ${MAX_VALUES} values`, ru: `больше ${MAX_VALUES} значений` }, offset: 0 }
    : undefined;
}

interface Brackets {
  /** The brackets that are open at the end, the innermost last. */
  readonly open: string;
  /** Where the value stands that is too deep. */
  readonly depthAt?: number;
  /** At most so many values begin. */
  readonly values: number;
}

/** Counts brackets and values up to an offset, without asking whether the text is JSON. */
function brackets(text: string, until: number): Brackets {
  const open: string[] = [];
  let values = 1;
  for (let at = 0; at < until; at += 1) {
    const character = text.charAt(at);
    if (character === '"') at = endOfString(text, at);
    else if (character === '{' || character === '[') {
      open.push(character);
      values += 1;
      if (open.length > MAX_DEPTH + 1) return { open: open.join(''), depthAt: at, values };
    } else if (character === '}' || character === ']') open.pop();
    else if (character === ',') values += 1;
  }
  return { open: open.join(''), values };
}

/** The closing quote of the string that begins at an offset. */
function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text.charAt(at) !== '"') at += text.charAt(at) === '\\' ? 2 : 1;
  return at;
}

function syntaxMistake(text: string): Mistake | { readonly root: Node } {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false });
  const [first] = errors;
  if (first !== undefined) return { message: words(text, first), offset: first.offset };
  return root === undefined ? { message: expected(VALUE, END_OF_FILE), offset: 0 } : { root };
}

const STRING_MISTAKES: ReadonlySet<string> = new Set([
  'UnexpectedEndOfString',
  'InvalidUnicode',
  'InvalidEscapeCharacter',
  'InvalidCharacter',
]);

const VALUE: Text = { en: 'a value', ru: 'значение' };
const END_OF_FILE: Text = { en: 'the end of the file', ru: 'конец файла' };

function expected(what: Text, found: Text): Text {
  return { en: `expected ${what.en}, found ${found.en}`, ru: `здесь нужно ${what.ru}, а стоит ${found.ru}` };
}

/** A mistake in an author's words: what was expected there, and what was found. */
function words(text: string, { error, offset }: ParseError): Text {
  if (STRING_MISTAKES.has(printParseErrorCode(error)))
    return {
      en: 'this string does not end on its line, or holds a wrong escape',
      ru: 'строка не закрыта на своей строчке или в ней неверный знак после \\',
    };
  const character = text.charAt(offset);
  const found = offset >= text.length ? END_OF_FILE : same(JSON.stringify(character));
  const before = text.slice(0, offset).trimEnd().at(-1);
  const container = brackets(text, offset).open.at(-1);
  if (container === undefined) {
    return before === undefined
      ? expected(VALUE, found)
      : { en: 'nothing may follow the closing bracket', ru: 'после закрывающей скобки ничего быть не должно' };
  }
  const end = container === '{' ? '}' : ']';
  if (before === ',' && character === end)
    return { en: `a comma stands before "${end}"`, ru: `лишняя запятая перед "${end}"` };
  if (printParseErrorCode(error) === 'ColonExpected') {
    return expected({ en: '":" after the key', ru: '":" после ключа' }, found);
  }
  if (before === ':' || (container === '[' && (before === '[' || before === ','))) {
    return expected(VALUE, found);
  }
  if (before === '{' || before === ',') {
    return expected({ en: 'a key in double quotes', ru: 'ключ в двойных кавычках' }, found);
  }
  return expected({ en: `"," or "${end}"`, ru: `"," или "${end}"` }, found);
}

function duplicatesIn(node: Node, path: readonly PropertyKey[]): Array<{ path: PropertyKey[]; offset: number }> {
  const found: Array<{ path: PropertyKey[]; offset: number }> = [];
  const seen = new Set<string>();
  for (const [index, child] of (node.children ?? []).entries()) {
    if (node.type !== 'object') {
      found.push(...duplicatesIn(child, [...path, index]));
      continue;
    }
    const [key, value] = child.children ?? [];
    const name = String(key?.value);
    if (seen.has(name)) found.push({ path: [...path, name], offset: child.offset });
    seen.add(name);
    if (value !== undefined) found.push(...duplicatesIn(value, [...path, name]));
  }
  return found;
}
