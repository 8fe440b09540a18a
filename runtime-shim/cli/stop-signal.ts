import { EXIT_FAILED } from './exit-code.ts';
import type { Terminal } from './terminal.ts';

/**
 * One Ctrl+C reaches a process several times: the terminal sends SIGINT to the whole process group, npm and our launcher
 * pass on the one that they got. Repeats within this time, ms, are the same one.
 */
export const SAME_SIGNAL_MS = 300;

export interface Stop {
  /** Aborted by the first signal, which is its reason. */
  readonly signal: AbortSignal;
  readonly receive: (signal: NodeJS.Signals) => void;
}

/** The first signal aborts, a second one ends at once. `now` in ms, from any beginning. */
export function createStop(now: () => number, endAtOnce: () => void): Stop {
  const controller = new AbortController();
  let firstAt: number | undefined;
  return {
    signal: controller.signal,
    receive: (signal) => {
      if (firstAt === undefined) {
        firstAt = now();
        controller.abort(signal);
      } else if (now() - firstAt > SAME_SIGNAL_MS) {
        endAtOnce();
      }
    },
  };
}

/** Aborts at this process's first SIGINT or SIGTERM; a second one ends it at once. */
export function stopOnSignals(terminal: Terminal): AbortSignal {
  const stop = createStop(
    () => performance.now(),
    () => {
      terminal.err('metabot-livetex: second signal, ending at once');
      process.exit(EXIT_FAILED);
    },
  );
  process.on('SIGINT', stop.receive);
  process.on('SIGTERM', stop.receive);
  return stop.signal;
}

/** Resolves when the signal is aborted. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
