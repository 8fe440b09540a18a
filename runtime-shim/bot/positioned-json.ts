/**
 * JSON with places. `JSON.parse` names a line and column for some mistakes only, and none for a value that is valid JSON
 * but wrong for us; an author with a hundred commands in one file needs both. Grammar: RFC 8259.
 */

/** Deeper nesting is refused: a bot folder needs 6 levels, and recursion must end before the stack does. */
const MAX_DEPTH = 64;

/** Counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface PositionedJson {
  readonly value: unknown;
  /** The place of the value at a path of keys and indexes; of its nearest parent when the path does not exist. */
  place(path: readonly PropertyKey[]): Place;
  /** Keys given twice in one object; JSON keeps the last one silently. */
  readonly duplicateKeys: ReadonlyArray<{ readonly path: readonly PropertyKey[]; readonly place: Place }>;
}

export type JsonReading =
  | { readonly ok: true; readonly json: PositionedJson }
  | { readonly ok: false; readonly message: string; readonly place: Place };

class JsonMistake extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Parses JSON and remembers where each value stands. */
export function readPositionedJson(text: string): JsonReading {
  const reader = new Reader(text);
  try {
    const value = reader.document();
    return {
      ok: true,
      json: {
        value,
        duplicateKeys: reader.duplicates.map(({ path, offset }) => ({ path, place: placeAt(text, offset) })),
        place: (path) => {
          for (let length = path.length; length >= 0; length -= 1) {
            const offset = reader.offsets.get(keyOf(path.slice(0, length)));
            if (offset !== undefined) return placeAt(text, offset);
          }
          return { line: 1, column: 1 };
        },
      },
    };
  } catch (error) {
    if (!(error instanceof JsonMistake)) throw error;
    return { ok: false, message: error.message, place: placeAt(text, error.offset) };
  }
}

/** Line and column of an offset into a text. */
export function placeAt(text: string, offset: number): Place {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - (before.lastIndexOf('\n') + 1) + 1 };
}

function keyOf(path: readonly PropertyKey[]): string {
  return JSON.stringify(path.map(String));
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// oxlint-disable-next-line no-control-regex -- RFC 8259, section 7: control characters must be escaped in a string
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const WORDS: ReadonlyArray<readonly [string, unknown]> = [
  ['true', true],
  ['false', false],
  ['null', null],
];

class Reader {
  readonly offsets = new Map<string, number>();
  readonly duplicates: Array<{ path: readonly PropertyKey[]; offset: number }> = [];
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  document(): unknown {
    const value = this.value([]);
    this.space();
    if (this.at < this.text.length) throw this.mistake('nothing may follow the closing bracket');
    return value;
  }

  private value(path: readonly PropertyKey[]): unknown {
    if (path.length > MAX_DEPTH) throw this.mistake(`nested deeper than ${MAX_DEPTH} levels`);
    this.space();
    this.offsets.set(keyOf(path), this.at);
    const character = this.text[this.at];
    if (character === '{') return this.object(path);
    if (character === '[') return this.array(path);
    if (character === '"') return this.string();
    for (const [word, value] of WORDS) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    NUMBER.lastIndex = this.at;
    const number = NUMBER.exec(this.text);
    if (number === null) throw this.mistake(`expected a value, found ${this.found()}`);
    this.at = NUMBER.lastIndex;
    return Number(number[0]);
  }

  private object(path: readonly PropertyKey[]): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    this.list('}', () => {
      const offset = this.at;
      if (this.text[this.at] !== '"') throw this.mistake(`expected a key in double quotes, found ${this.found()}`);
      const key = this.string();
      if (Object.hasOwn(result, key)) this.duplicates.push({ path: [...path, key], offset });
      this.space();
      if (this.text[this.at] !== ':') throw this.mistake(`expected ":" after the key "${key}", found ${this.found()}`);
      this.at += 1;
      const value = this.value([...path, key]);
      // Not an assignment: a key `__proto__` must become a key like any other.
      Object.defineProperty(result, key, { value, enumerable: true, configurable: true, writable: true });
    });
    return result;
  }

  private array(path: readonly PropertyKey[]): unknown[] {
    const result: unknown[] = [];
    this.list(']', () => {
      result.push(this.value([...path, result.length]));
    });
    return result;
  }

  private list(end: '}' | ']', element: () => void): void {
    this.at += 1;
    this.space();
    if (this.text[this.at] === end) {
      this.at += 1;
      return;
    }
    for (;;) {
      element();
      this.space();
      const character = this.text[this.at];
      if (character !== ',' && character !== end) {
        throw this.mistake(`expected "," or "${end}", found ${this.found()}`);
      }
      this.at += 1;
      if (character === end) return;
      this.space();
      if (this.text[this.at] === end) throw this.mistake(`a comma stands before "${end}"`);
    }
  }

  private string(): string {
    STRING.lastIndex = this.at;
    const match = STRING.exec(this.text);
    if (match === null) throw this.mistake('this string does not end on its line, or holds a wrong escape');
    this.at = STRING.lastIndex;
    return JSON.parse(match[0]) as string;
  }

  private space(): void {
    while (this.at < this.text.length && ' \t\n\r'.includes(this.text.charAt(this.at))) this.at += 1;
  }

  private found(): string {
    return this.at >= this.text.length ? 'the end of the file' : JSON.stringify(this.text[this.at]);
  }

  private mistake(message: string): JsonMistake {
    return new JsonMistake(message, this.at);
  }
}
