/** What a browser keeps for a chat. One that refuses (private windows, frames) costs the memory, not the chat. */

export interface Kept {
  get(key: string): string | null;
  /** `null`: forgets it. */
  set(key: string, value: string | null): void;
  /** Keys that begin so. */
  keys(prefix: string): string[];
}

export function keptInBrowser(): Kept {
  const memory = new Map<string, string>();
  const guarded = <Value>(act: (storage: Storage) => Value, without: Value): Value => {
    try {
      return act(localStorage);
    } catch {
      return without;
    }
  };
  return {
    get: (key) => guarded((storage) => storage.getItem(key), null) ?? memory.get(key) ?? null,
    set(key, value) {
      if (value === null) {
        memory.delete(key);
        guarded((storage) => storage.removeItem(key), undefined);
        return;
      }
      const isKept = guarded((storage) => {
        storage.setItem(key, value);
        return true;
      }, false);
      if (!isKept) memory.set(key, value);
    },
    keys: (prefix) =>
      [...guarded((storage) => Object.keys(storage), []), ...memory.keys()].filter((key) => key.startsWith(prefix)),
  };
}
