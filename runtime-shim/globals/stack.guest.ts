import {
  add,
  defineProperty,
  ErrorType,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  hasOwn,
  type List,
  list,
  startsWith,
  weakGet,
  weakSet,
} from './intrinsics.guest.ts';

/** V8's description of one call (https://v8.dev/docs/stack-trace-api). */
interface CallSite {
  getFileName(): string | null | undefined;
  getScriptNameOrSourceURL(): string | null | undefined;
  getLineNumber(): number | null;
  getColumnNumber(): number | null;
}

/** One of the author's own lines: `file` is a script's name inside the sandbox. */
export interface Frame {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The author's script; every other name belongs to a library or to us. */
const SCRIPT_NAME = 'metabot-script';
/** A library is compiled under this name and its number. */
export const LIBRARY_NAME = 'metabot-library:';
/** `new Function` puts two lines before the body that it is given; so does the runner (`runner/compile-unit.ts`). */
const LINES_BEFORE = 2;
/** Frames kept of one error: V8 counts ours among them, and only the author's first is reported. */
const STACK_DEPTH = 50;

const framesOf = new WeakMap<object, unknown>();

/**
 * Takes over V8's stack formatting for this context. The author's code sees its own frames only; neither names of ours
 * nor call sites, through which other sandboxes were left, are ever handed out. Both properties are fixed for ever.
 */
export function takeOverStacks(fileName: (name: string) => string): void {
  defineProperty(ErrorType, 'stackTraceLimit', fixed(STACK_DEPTH));
  defineProperty(
    ErrorType,
    'prepareStackTrace',
    fixed((error: object, sites: ArrayLike<CallSite>) => {
      const frames = authorFrames(sites);
      weakSet(framesOf, error, frames);
      let text = headline(error);
      for (let index = 0; index < frames.length; index += 1) {
        const frame = frames[index] as Frame;
        text += `\n    at ${fileName(frame.file)}:${frame.line}:${frame.column}`;
      }
      return text;
    }),
  );
}

/** Where the author's code was when this error was made; empty for what is not an Error. */
export function framesFor(thrown: unknown): List<Frame> {
  if (typeof thrown !== 'object' || thrown === null) return list();
  // Reading `stack` makes V8 format it, unless the script did so before.
  try {
    void (thrown as { stack?: unknown }).stack;
  } catch {
    return list();
  }
  return (weakGet(framesOf, thrown) as List<Frame> | undefined) ?? list();
}

/** Where the author's code is now: the line whose call led here. */
export function placeOfCall(): Frame | undefined {
  return framesFor(new ErrorType())[0];
}

/** Is it an Error made by V8, subclasses included? Asks the value nothing, so no Proxy and no `Symbol.hasInstance` takes part. */
export const isErrorObject = (Error as unknown as { isError: (value: unknown) => boolean }).isError;

function authorFrames(sites: ArrayLike<CallSite>): List<Frame> {
  const frames = list<Frame>();
  for (let index = 0; index < sites.length; index += 1) {
    const site = sites[index] as CallSite;
    const file = site.getFileName() ?? site.getScriptNameOrSourceURL() ?? '';
    const line = site.getLineNumber();
    if (line === null) continue;
    const isLibrary = startsWith(file, LIBRARY_NAME);
    if (file !== SCRIPT_NAME && !isLibrary) continue;
    // With a `sourceURL` comment of the author's, V8 counts our own lines before the script too.
    const isRenamed = !isLibrary && site.getScriptNameOrSourceURL() !== SCRIPT_NAME;
    const own = isLibrary || isRenamed ? line - LINES_BEFORE : line;
    if (own < 1) continue;
    add(frames, { __proto__: null, file, line: own, column: site.getColumnNumber() ?? 1 } as unknown as Frame);
  }
  return frames;
}

/** The prototypes of the language's own errors, by which `name` is found without asking a prototype of the script's. */
const nativeNames = new WeakMap<object, unknown>();
for (const type of [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError, AggregateError]) {
  nativeNames.set(type.prototype, type.name);
}

/**
 * `TypeError: words`, without running a getter or a Proxy's trap: an error made in there would be formatted by V8 itself,
 * which does not ask us twice, with the names of our own functions. So a name that is inherited from a class of the
 * script's reads `Error` here.
 */
function headline(error: object): string {
  const name = ownText(error, 'name') ?? inheritedName(error);
  const message = ownText(error, 'message') ?? '';
  return message === '' ? name : name === '' ? message : `${name}: ${message}`;
}

function inheritedName(error: object): string {
  const parent = getPrototypeOf(error) as object | null;
  return (parent === null ? undefined : (weakGet(nativeNames, parent) as string | undefined)) ?? 'Error';
}

/** An own property of what has a stack, which is never a Proxy (`Error.captureStackTrace` refuses one): looking at it runs nothing. */
function ownText(error: object, key: string): string | undefined {
  const entry = getOwnPropertyDescriptor(error, key);
  return entry !== undefined && hasOwn(entry, 'value') && typeof entry.value === 'string' ? entry.value : undefined;
}

function fixed(value: unknown): PropertyDescriptor {
  return { __proto__: null, value, writable: false, enumerable: false, configurable: false } as PropertyDescriptor;
}
