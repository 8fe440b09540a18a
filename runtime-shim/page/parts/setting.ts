import { useCallback, useState } from 'preact/hooks';

/**
 * A value that outlives a reload: `local` for the person's taste, `session` for where this tab was. A browser that
 * refuses storage costs the memory, not the page. `key`: with the page's name, as both pages share an origin.
 */
export function useStored<Value extends string | null>(
  key: string,
  initial: Value,
  where: 'local' | 'session' = 'session',
): [Value, (value: Value) => void] {
  const [value, setValue] = useState<Value>(() => (read(where, key) as Value | null) ?? initial);
  const set = useCallback(
    (next: Value) => {
      setValue(next);
      write(where, key, next);
    },
    [key, where],
  );
  return [value, set];
}

function read(where: 'local' | 'session', key: string): string | null {
  try {
    return storage(where).getItem(key);
  } catch {
    return null;
  }
}

function write(where: 'local' | 'session', key: string, value: string | null): void {
  try {
    if (value === null) storage(where).removeItem(key);
    else storage(where).setItem(key, value);
  } catch {
    // Private windows may refuse: the value lives as long as the page then.
  }
}

function storage(where: 'local' | 'session'): Storage {
  return where === 'local' ? localStorage : sessionStorage;
}
