import type { Logger } from './contract.ts';

/** Listeners to what was committed. A listener that throws harms neither storage nor the others. */
export interface WakeUps {
  listen(listener: (name: string) => void): () => void;
  tell(names: Iterable<string>): void;
}

export function createWakeUps(logger: Logger | undefined): WakeUps {
  const listeners = new Set<{ readonly hear: (name: string) => void }>();
  return {
    listen(hear) {
      const entry = { hear };
      listeners.add(entry);
      return () => {
        listeners.delete(entry);
      };
    },
    tell(names) {
      if (listeners.size === 0) return;
      for (const name of names) {
        for (const { hear } of listeners) {
          try {
            hear(name);
          } catch (error) {
            logger?.error('a listener of storage threw', { error: error instanceof Error ? error.message : 'unknown' });
          }
        }
      }
    },
  };
}
