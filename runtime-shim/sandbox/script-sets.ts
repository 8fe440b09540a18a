import type { LibrarySet, PluginSet } from './runner-protocol.ts';

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
