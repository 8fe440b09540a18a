import { keyArgument, refuse } from './arguments.guest.ts';
import { fail } from './fail.guest.ts';
import type { HostReference } from './run-state.guest.ts';
import {
  add,
  apply,
  defineProperty,
  dict,
  type Dict,
  freeze,
  FunctionType,
  globalObject,
  hasOwn,
  joined,
  keysOf,
  type List,
  list,
  slice,
  startsWith,
  SyntaxErrorType,
  testRegExp,
} from './intrinsics.guest.ts';
import { enter, type RunState } from './run-state.guest.ts';
import { LIBRARY_NAME } from './stack.guest.ts';

/** What this file puts into scope. */
export const names = ['require', 'snippet'] as const;

interface Loaded {
  exports: unknown;
}

export interface Libraries {
  readonly require: (name: unknown) => unknown;
  readonly snippet: (name: unknown) => never;
  /** The library's name behind a name that V8 reports. */
  libraryOf(scriptName: string): string | undefined;
  /** Was the text of an asynchronous library loaded? Then the end of the script must be watched. */
  readonly sawAsync: () => boolean;
  /** Puts the names without dots (`CommonBotCommands`) into scope, loaded when first used. */
  defineAutoVariables(): void;
}

/** Words that only asynchronous code has. A match in a comment costs one more look at the end of the run, nothing else. */
const ASYNC_WORDS = /\b(?:async|await|Promise|then)\b/;

/** `require(name)`: a library of the bot or a built-in one, run once per run; a circle gives the unfinished exports, as Node does. */
export function factory(state: RunState, host: HostReference, globals: () => Record<string, object>): Libraries {
  const loaded = dict<Loaded>();
  const numbered = list<string>();
  let asynchronous = false;

  const load = (name: unknown): unknown => {
    const key = keyArgument('require', name, "library's name");
    if (key in loaded) return (loaded[key] as Loaded).exports;
    if (!hasOwn(state.input.libraries, key)) {
      const builtIn = builtInLibraries(globals());
      if (key in builtIn) return (loaded[key] = { exports: builtIn[key] }).exports;
      return fail('script_library_missing', `there is no library "${key}"; known: ${joined(knownNames(state), ', ')}`);
    }
    enter(state);
    const code = host.applySync(undefined, ['library', key]);
    if (testRegExp(ASYNC_WORDS, code)) asynchronous = true;
    const number = numbered.length;
    add(numbered, key);
    const body = compile(key, `${code}\n//# sourceURL=${LIBRARY_NAME}${number}`);
    const module: Loaded = { exports: {} };
    loaded[key] = module;
    try {
      body(module, module.exports, load);
    } catch (error) {
      // A library that failed is not half there for the next `require`.
      delete loaded[key];
      throw error;
    }
    return module.exports;
  };

  const libraries: Libraries & { readonly __proto__: null } = {
    __proto__: null,
    require: load,
    snippet: () =>
      refuse(
        "snippet('Name') is replaced by its text before the script is compiled, so its argument must be a plain text in quotes",
      ),
    libraryOf(scriptName) {
      const number = slice(scriptName, LIBRARY_NAME.length);
      return startsWith(scriptName, LIBRARY_NAME) && hasOwn(numbered, number) ? numbered[number as never] : undefined;
    },
    sawAsync: () => asynchronous,
    defineAutoVariables() {
      // Written out: making it from the name takes a new context longer than all else here.
      defineAutoVariable('CommonBotCommands', 'Common.Bot.Commands', load);
      const own = keysOf(state.input.libraries);
      for (let index = 0; index < own.length; index += 1) {
        const name = own[index] as string;
        if (startsWith(name, 'Common.')) defineAutoVariable(withoutDots(name), name, load);
      }
    },
  };
  return libraries;
}

function compile(name: string, text: string): (module: Loaded, exports: unknown, require: unknown) => unknown {
  try {
    return FunctionType('module', 'exports', 'require', text) as never;
  } catch (error) {
    // V8 does not say where in the text it is: the runner looks it up (`check-syntax.ts`).
    const detail = error instanceof SyntaxErrorType ? error.message : 'the library cannot be compiled';
    return fail('script_syntax', `SyntaxError: ${detail}`, name);
  }
}

function knownNames(state: RunState): List<string> {
  const result = list<string>();
  for (let index = 0; index < BUILT_IN_LIBRARIES.length; index += 1) add(result, BUILT_IN_LIBRARIES[index] as string);
  const own = keysOf(state.input.libraries);
  for (let index = 0; index < own.length; index += 1) add(result, own[index] as string);
  return result;
}

function withoutDots(name: string): string {
  let variable = '';
  for (let index = 0; index < name.length; index += 1) if (name[index] !== '.') variable += name[index] as string;
  return variable;
}

function defineAutoVariable(variable: string, name: string, load: (name: unknown) => unknown): void {
  defineProperty(globalObject, variable, {
    __proto__: null,
    get: () => load(name),
    enumerable: false,
    configurable: true,
  } as PropertyDescriptor);
}

/** Names of the libraries below. */
export const BUILT_IN_LIBRARIES = ['Common.Bot.Commands'] as const;

/** The vendor's libraries that the shim knows: `Common.Bot.Commands`. */
export function builtInLibraries(globals: Record<string, object>): Dict<object> {
  const libraries = dict<object>();
  libraries['Common.Bot.Commands'] = freeze({
    sendText: (text: unknown): unknown => {
      const bot = globals['bot'] as { sendMessage: (text: unknown) => unknown };
      return apply(bot.sendMessage, undefined, [text]);
    },
  });
  return libraries;
}
