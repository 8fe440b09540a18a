import { useEffect, useState } from 'preact/hooks';
import type { CommandAnswer } from './send-command.ts';

/**
 * A value that the server keeps and a person sets: what was chosen is shown from the choice on, until the server says the
 * same or refuses. Otherwise any event that draws the page anew in between would flip the control back.
 */
export function useWanted<Value>(known: Value): readonly [Value, (value: Value, deed: Promise<CommandAnswer>) => void] {
  const [wanted, setWanted] = useState<{ readonly value: Value } | null>(null);
  useEffect(() => {
    if (wanted !== null && wanted.value === known) setWanted(null);
  }, [wanted, known]);
  const want = (value: Value, deed: Promise<CommandAnswer>): void => {
    setWanted({ value });
    void deed.then((answer) => {
      if (!answer.ok) setWanted(null);
    });
  };
  return [wanted === null ? known : wanted.value, want];
}
