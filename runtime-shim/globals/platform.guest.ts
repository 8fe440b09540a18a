/**
 * Runs first in every context. Leaves one function for the runner, which is gone
 * before the author's code runs, and the author's globals, nothing else.
 */
import type { InstallGuest } from '../../plugin/contract/guest-platform.ts';
import { factory as createApi } from './api.guest.ts';
import { factory as createBot } from './bot.guest.ts';
import { factory as createConsole } from './console.guest.ts';
import { moveDates } from './dates.guest.ts';
import type { GuestLimits, HostReference } from './run-state.guest.ts';
import { dict, globalObject, hasOwn, keysOf, parseJson } from './intrinsics.guest.ts';
import { factory as createLead } from './lead.guest.ts';
import { factory as createTable } from './table.guest.ts';
import { factory as createMemory } from './text-store.guest.ts';
import { pluginPlatform } from './plugin-platform.guest.ts';
import { defineHidden, publish, publishOne, removeGlobals } from './global-scope.guest.ts';
import { asyncReport, failureReport, successReport, unknownFailureReport } from './report.guest.ts';
import { factory as createLibraries, type Libraries } from './require.guest.ts';
import { createRunState, type RunInput, type RunState } from './run-state.guest.ts';
import { takeOverStacks } from './stack.guest.ts';
import { installSymbolRegistry } from './symbols.guest.ts';
import { installWebGlobals } from './web.guest.ts';

/** Names that the runner uses in the global scope of a context before the script's first line (`runner/definitions.ts`). */
const NAMES = {
  host: 'metabot:host',
  input: 'metabot:input',
  definitions: 'metabot:definitions',
  run: 'metabot:run',
} as const;

/** For isolated-vm: the host gets a reference, by which it can call the function. Nothing in it is inherited. */
const BY_REFERENCE = { __proto__: null, arguments: { __proto__: null, reference: true } } as never;

/** A plugin's bundle, as a function that gives its `install`. */
export interface PluginBundle {
  readonly name: string;
  readonly load: () => InstallGuest;
}

/**
 * Starts the platform in a fresh context with its plugins, and leaves the function that runs the one script. Its answer
 * is the report; after asynchronous code it is empty, and the report is given by another function, which the runner
 * was handed and asks when the promises' continuations have run.
 */
export function start(limits: GuestLimits, plugins: readonly PluginBundle[]): void {
  removeGlobals();
  installSymbolRegistry();
  const host = take(NAMES.host) as HostReference;
  const state = createRunState(limits);
  const libraries: Libraries = createLibraries(state, host, () => globals);
  takeOverStacks((name) => {
    const library = libraries.libraryOf(name);
    return library === undefined ? state.input.file : (state.input.libraries[library] ?? library);
  });
  const globals = globalsOf(state, host, libraries);
  for (let index = 0; index < plugins.length; index += 1) {
    const { name, load } = plugins[index] as PluginBundle;
    load()(pluginPlatform(name, state, globals, host));
  }
  publish(globals, 'lead');
  installWebGlobals(state, host);

  defineHidden(
    NAMES.run,
    (body: () => unknown, asynchronous: boolean): string => {
      delete globalObject[NAMES.run];
      if (hasOwn(globalObject, NAMES.definitions))
        state.definitions = take(NAMES.definitions) as RunState['definitions'];
      begin(state, take(NAMES.input) as string);
      if (!hasOwn(state.input, 'withoutLead')) publishOne(globals, 'lead');
      libraries.defineAutoVariables();
      const report = perform(state, body, libraries);
      if (!asynchronous && !libraries.sawAsync()) return report;
      // Not left in the global scope, which the script may have frozen, or have put a thing of its own there.
      host.applySync(undefined, [() => (state.late ? asyncReport() : report)], BY_REFERENCE);
      return '';
    },
    true,
  );
}

/**
 * What becomes the script's globals when the plugins have added theirs. Those with a getter are made when they are first used: no script uses all of
 * them, and each context would pay for all. That is after the author's code has begun, so what makes them reads of the language only what its file
 * saved when it was loaded.
 */
function globalsOf(state: RunState, host: HostReference, libraries: Libraries): Record<string, object> {
  const made = dict<object>();
  return {
    __proto__: null as never,
    lead: createLead(state).lead,
    require: libraries.require,
    snippet: libraries.snippet,
    get bot() {
      return (made['bot'] ??= createBot(state, host, libraries.libraryOf).bot);
    },
    get memory() {
      return (made['memory'] ??= createMemory(state).memory);
    },
    get console() {
      return (made['console'] ??= createConsole(state, host).console);
    },
    get api() {
      return (made['api'] ??= createApi(state, host).api);
    },
    get table() {
      return (made['table'] ??= createTable(state, host).table);
    },
  };
}

function begin(state: RunState, inputJson: string): void {
  state.input = parseJson(inputJson) as unknown as RunInput;
  const { args } = state.input;
  if (hasOwn(state.input, 'startsAt')) moveDates(state.input.startsAt as number);
  const names = keysOf(args);
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index] as string;
    defineHidden(name, args[name], true);
  }
  state.phase = 'during';
}

function perform(state: RunState, body: () => unknown, libraries: Libraries): string {
  try {
    // A sloppy-mode function called without a receiver: `this` is the global object, as in a script.
    const returned = body();
    return successReport(state, state.stopped ? null : returned);
  } catch (error) {
    return state.stopped ? successReport(state, null) : failureOf(error, libraries);
  } finally {
    state.phase = 'after';
  }
}

function failureOf(error: unknown, libraries: Libraries): string {
  try {
    return failureReport(error, libraries);
  } catch {
    return unknownFailureReport();
  }
}

/** Takes what the runner left in the global scope, and the name with it. */
function take(name: string): unknown {
  const value = globalObject[name];
  delete globalObject[name];
  return value;
}

/** Exports of a bundle cost each context getters and copies, so it fills in a record instead. */
declare const guest: { start: typeof start };

guest.start = start;
