import type { Clock, Logger } from '../contract/host.ts';

/** Between two lines about the same thing, ms. */
const EVERY_MS = 60_000;
/** Things told apart at one time; all others share one line. Our choice: a flood from everywhere must not be a flood of lines. */
const MAX_TOLD_APART = 100;
const ALL_OTHERS = 'others';

/** What may be refused thousands of times a second: one line at once, then one a minute that says how often. */
export interface RefusalLog {
  /** `key` tells things apart: the same key is the same thing. */
  note(key: string, level: 'warn' | 'error', message: string, facts: Readonly<Record<string, unknown>>): void;
}

interface Entry {
  count: number;
  write: (count: number) => void;
}

export function createRefusalLog({ clock, logger }: { readonly clock: Clock; readonly logger: Logger }): RefusalLog {
  const entries = new Map<string, Entry>();

  /** Tells what has come since the last line; what has been quiet for a minute is forgotten. */
  function wait(key: string, entry: Entry): void {
    clock.after(EVERY_MS, () => {
      if (entry.count === 0) {
        entries.delete(key);
        return;
      }
      entry.write(entry.count);
      entry.count = 0;
      wait(key, entry);
    });
  }

  return {
    note(given, level, message, facts) {
      const isOther = !entries.has(given) && entries.size >= MAX_TOLD_APART;
      const key = isOther ? ALL_OTHERS : given;
      const write = (count: number): void => {
        // An address of one of many says nothing.
        const { address, ...rest } = facts;
        logger[level](message, { ...rest, ...(isOther ? { address: 'others' } : { address }), count });
      };
      const known = entries.get(key);
      if (known !== undefined) {
        known.count += 1;
        known.write = write;
        return;
      }
      const entry: Entry = { count: 0, write };
      entries.set(key, entry);
      write(1);
      wait(key, entry);
    },
  };
}
