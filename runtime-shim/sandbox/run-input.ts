import type { RunInput } from '../globals/run-state.guest.ts';
import type { ScriptRun } from './contract.ts';
import type { LibrarySet, PluginSet } from './runner-protocol.ts';

/** A name that a script can use bare; anything else in `args` stays out of scope. */
const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

/** What a run gives to the guest, as JSON (`globals/run-state.guest.ts`, `RunInput`). */
export function runInput(run: ScriptRun): string {
  return JSON.stringify({
    file: run.file,
    ...(run.startsAt === undefined ? {} : { startsAt: run.startsAt }),
    args: Object.fromEntries(Object.entries(run.args).filter(([name]) => IDENTIFIER.test(name))),
    lead: run.lead,
    ...(run.withoutLead === true ? { withoutLead: true } : {}),
    bot: run.bot.attributes,
    memory: run.memory,
    webhookPayload: run.webhookPayload,
    known: knownAnswers(run),
    ...libraryNames(run.libraries),
  });
}

/** The libraries' files, and the other names of some of them. */
function libraryNames(libraries: ScriptRun['libraries']): Pick<RunInput, 'libraries' | 'libraryNames'> {
  const files: Record<string, string> = {};
  const names: Record<string, string> = {};
  for (const [name, { file, sameAs }] of Object.entries(libraries)) {
    if (sameAs === undefined) files[name] = file;
    else names[name] = sameAs;
  }
  return { libraries: files, libraryNames: names };
}

/** By what is called, as the guest asks for it. */
function knownAnswers(run: ScriptRun): Record<string, { v: string; until: number }> | undefined {
  const known = run.known?.() ?? [];
  if (known.length === 0) return undefined;
  const now = Date.now();
  return Object.fromEntries(
    known.map(({ plugin, name, args, value, forMs }) => [
      `${plugin} ${name} ${JSON.stringify(args)}`,
      { v: JSON.stringify(value), until: now + forMs },
    ]),
  );
}

/** Numbers sets of libraries and of plugins, so that a runner is sent each only once. */
export class ScriptSets {
  readonly #libraries = new WeakMap<LibrarySet, number>();
  readonly #plugins = new Map<string, number>();
  readonly #pluginArrays = new WeakMap<PluginSet, number>();
  #last = 0;

  /** Libraries are known by identity: a bot's version gives the same object to every run. */
  libraries(set: LibrarySet): number {
    let id = this.#libraries.get(set);
    if (id === undefined) {
      this.#last += 1;
      id = this.#last;
      this.#libraries.set(set, id);
    }
    return id;
  }

  /** Plugins are known by their text, since a platform may make the list anew for each run. 0 is the empty set. */
  plugins(set: PluginSet): number {
    if (set.length === 0) return 0;
    let id = this.#pluginArrays.get(set);
    if (id !== undefined) return id;
    const text = JSON.stringify(set.map(({ name, source }) => [name, source]));
    id = this.#plugins.get(text);
    if (id === undefined) {
      this.#last += 1;
      id = this.#last;
      this.#plugins.set(text, id);
    }
    this.#pluginArrays.set(set, id);
    return id;
  }
}
