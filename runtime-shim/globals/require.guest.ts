import type { Text } from '../../plugin/contract/text.ts';
import { keyArgument, refuse } from './arguments.guest.ts';
import { fail } from './fail.guest.ts';
import { defineGetter } from './global-scope.guest.ts';
import type { HostReference } from './run-state.guest.ts';
import {
  add,
  apply,
  dict,
  type Dict,
  freeze,
  FunctionType,
  hasOwn,
  joined,
  keysOf,
  type List,
  list,
  ownKeys,
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
  /** Calls of `require` so far. */
  let uses = 0;

  /** The compiled body: the runner's, or for a name that does not stand in the script's text one that is compiled here. */
  const bodyOf = (key: string): LibraryBody => {
    if (key in state.definitions) {
      if (`async ${key}` in state.definitions) asynchronous = true;
      return state.definitions[key] as LibraryBody;
    }
    const code = host.applySync(undefined, ['library', key]);
    if (testRegExp(ASYNC_WORDS, code)) asynchronous = true;
    const number = numbered.length;
    add(numbered, key);
    return compile(key, `${code}\n//# sourceURL=${LIBRARY_NAME}${number}`);
  };
  const warnOfEmpty = (key: string): void => {
    const file = state.input.libraries[key] as string;
    host.applyIgnored(undefined, [
      'log',
      'warn',
      `the library "${key}" (${file}) exports nothing: it sets neither module.exports nor a member of exports`,
    ]);
  };

  const warnOfStandIn = (key: string): void => {
    host.applyIgnored(undefined, [
      'log',
      'warn',
      `"${key}" is a library of the shim's own, so that the one of the bot folder (${state.input.libraries[key] as string}) is not used`,
    ]);
  };

  const load = (name: unknown): unknown => {
    uses += 1;
    const asked = keyArgument('require', name, libraryName);
    const { libraryNames } = state.input;
    const key = hasOwn(libraryNames, asked) ? (libraryNames[asked] as string) : asked;
    if (key in loaded) return (loaded[key] as Loaded).exports;
    const isStandIn = hasOwn(state.input.libraries, key);
    if (isStandIn && isBuiltIn(key)) warnOfStandIn(key);
    if (!isStandIn || isBuiltIn(key)) {
      const builtIn = builtInLibraries(globals());
      if (key in builtIn) return (loaded[key] = { exports: builtIn[key] }).exports;
      if (isPackage(key)) {
        enter(state);
        const make = FunctionType(host.applySync(undefined, ['part', key]));
        return (loaded[key] = { exports: apply(make, undefined, list()) }).exports;
      }
      const known = joined(knownNames(state), ', ');
      return fail('script_library_missing', {
        en: `there is no library "${asked}"; known: ${known}`,
        ru: `библиотеки "${asked}" нет; есть: ${known}`,
      });
    }
    enter(state);
    const body = bodyOf(key);
    const module: Loaded = { exports: {} };
    const untouched = module.exports;
    loaded[key] = module;
    const before = uses;
    try {
      body(module, module.exports, load);
    } catch (error) {
      // A library that failed is not half there for the next `require`.
      delete loaded[key];
      throw error;
    }
    // One that loads another may have added to it, as files of languages do; one that does neither was forgotten to be finished.
    if (module.exports === untouched && uses === before && isEmpty(untouched as object)) warnOfEmpty(key);
    return module.exports;
  };

  const libraries: Libraries & { readonly __proto__: null } = {
    __proto__: null,
    require: load,
    snippet: () =>
      refuse({
        en: "snippet('Name') is replaced by its text before the script is compiled, so its argument must be a plain text in quotes",
        ru: "snippet('Name') заменяется текстом до компиляции скрипта, поэтому в скобках нужен простой текст в кавычках",
      }),
    libraryOf(scriptName) {
      if (!startsWith(scriptName, LIBRARY_NAME)) return undefined;
      const name = slice(scriptName, LIBRARY_NAME.length);
      // A number where it was compiled here.
      if (hasOwn(numbered, name)) return numbered[name as never];
      return hasOwn(state.input.libraries, name) ? name : undefined;
    },
    sawAsync: () => asynchronous,
    defineAutoVariables() {
      // Written out: making it from the name takes a new context longer than all else here.
      defineGetter('CommonBotCommands', () => load('Common.Bot.Commands'), true);
      const own = keysOf(state.input.libraries);
      for (let index = 0; index < own.length; index += 1) {
        const name = own[index] as string;
        if (startsWith(name, 'Common.')) defineGetter(withoutDots(name), () => load(name), true);
      }
    },
  };
  return libraries;
}

const libraryName = (): Text => ({ en: "library's name", ru: 'имя библиотеки' });

type LibraryBody = (module: Loaded, exports: unknown, require: unknown) => unknown;

function isEmpty(value: object): boolean {
  return ownKeys(value).length === 0;
}

function compile(name: string, text: string): LibraryBody {
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
  for (let index = 0; index < PACKAGES.length; index += 1) add(result, PACKAGES[index] as string);
  const own = keysOf(state.input.libraries);
  for (let index = 0; index < own.length; index += 1) {
    if (!isBuiltIn(own[index] as string)) add(result, own[index] as string);
  }
  const others = keysOf(state.input.libraryNames);
  for (let index = 0; index < others.length; index += 1) add(result, others[index] as string);
  return result;
}

function withoutDots(name: string): string {
  let variable = '';
  for (let index = 0; index < name.length; index += 1) if (name[index] !== '.') variable += name[index] as string;
  return variable;
}

/** Names of the libraries below. */
const BUILT_IN_LIBRARIES = ['Common.Bot.Commands'] as const;
/** Packages that the platform has; each is loaded when it is asked for. */
const PACKAGES = ['moment', 'moment-with-locales'] as const;

function isBuiltIn(name: string): boolean {
  return name === BUILT_IN_LIBRARIES[0];
}

function isPackage(name: string): boolean {
  return name === PACKAGES[0] || name === PACKAGES[1];
}

/** The vendor's libraries that the shim knows: `Common.Bot.Commands`. */
function builtInLibraries(globals: Record<string, object>): Dict<object> {
  const libraries = dict<object>();
  const sendText = (text: unknown): unknown => {
    const bot = globals['bot'] as { sendMessage: (text: unknown) => unknown };
    return apply(bot.sendMessage, undefined, [text]);
  };
  libraries['Common.Bot.Commands'] = freeze({ sendText, SendText: sendText });
  return libraries;
}
