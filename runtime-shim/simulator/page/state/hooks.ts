import type { RefObject } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { CommandAnswer } from './send-command.ts';

/**
 * A value that outlives a reload: `local` for the person's taste, `session` for where this tab was. A browser that
 * refuses storage costs the memory, not the page.
 */
export function useSetting<Value extends string | null>(
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
    return storage(where).getItem(`simulator.${key}`);
  } catch {
    return null;
  }
}

function write(where: 'local' | 'session', key: string, value: string | null): void {
  try {
    if (value === null) storage(where).removeItem(`simulator.${key}`);
    else storage(where).setItem(`simulator.${key}`, value);
  } catch {
    // Private windows may refuse: the value lives as long as the page then.
  }
}

function storage(where: 'local' | 'session'): Storage {
  return where === 'local' ? localStorage : sessionStorage;
}

/**
 * A value that the server keeps and a person sets: what was chosen is shown from the choice on, until the server says the
 * same or refuses. Otherwise any event that draws the page anew in between would flip the control back.
 */
export function useWanted<Value>(known: Value): readonly [Value, (value: Value, sent: Promise<CommandAnswer>) => void] {
  const [wanted, setWanted] = useState<{ readonly value: Value } | null>(null);
  useEffect(() => {
    if (wanted !== null && wanted.value === known) setWanted(null);
  }, [wanted, known]);
  const want = (value: Value, sent: Promise<CommandAnswer>): void => {
    setWanted({ value });
    void sent.then((answer) => {
      if (!answer.ok) setWanted(null);
    });
  };
  return [wanted === null ? known : wanted.value, want];
}

/** Narrower than this there is room for one column only; `columns.css` has the same number. */
const NARROW = '(max-width: 979px)';

export function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(() => matchMedia(NARROW).matches);
  useEffect(() => {
    const query = matchMedia(NARROW);
    const change = (): void => setNarrow(query.matches);
    query.addEventListener('change', change);
    return () => query.removeEventListener('change', change);
  }, []);
  return narrow;
}

/**
 * Keeps the pressed one of a list of buttons in view when another one is pressed, or when it has just been added. Not by
 * `scrollIntoView`: that makes the next Tab begin there, and a page that has only been loaded would begin in its middle.
 */
export function useShownChoice(choice: string | undefined): RefObject<HTMLUListElement | null> {
  const list = useRef<HTMLUListElement>(null);
  useLayoutEffect(() => {
    const frame = list.current;
    const pressed = frame?.querySelector('[aria-pressed="true"]')?.getBoundingClientRect();
    if (frame === null || pressed === undefined) return;
    const seen = frame.getBoundingClientRect();
    frame.scrollTop += outside(pressed.top, pressed.bottom, seen.top, seen.bottom);
    frame.scrollLeft += outside(pressed.left, pressed.right, seen.left, seen.right);
  }, [choice]);
  return list;
}

/** How far a stretch lies outside of what is seen; 0 within. One that is too long shows its beginning. */
function outside(from: number, to: number, seenFrom: number, seenTo: number): number {
  if (from < seenFrom) return from - seenFrom;
  return to > seenTo ? Math.min(to - seenTo, from - seenFrom) : 0;
}
