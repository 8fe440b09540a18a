import type { RefObject } from 'preact';
import { useStored } from '../../../page/parts/setting.ts';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { CommandAnswer } from './send-command.ts';

/** As `useStored`, by this page's names. */
export function useSetting<Value extends string | null>(
  key: string,
  initial: Value,
  where: 'local' | 'session' = 'session',
): [Value, (value: Value) => void] {
  return useStored(`simulator.${key}`, initial, where);
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
  return useMedia(NARROW);
}

/** From here on there is room for a fourth column; below, it takes the lead's place. `columns.css` has the same number. */
const ROOMY = '(min-width: 1360px)';

export function useRoomy(): boolean {
  return useMedia(ROOMY);
}

function useMedia(media: string): boolean {
  const [holds, setHolds] = useState(() => matchMedia(media).matches);
  useEffect(() => {
    const query = matchMedia(media);
    const change = (): void => setHolds(query.matches);
    query.addEventListener('change', change);
    return () => query.removeEventListener('change', change);
  }, [media]);
  return holds;
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
