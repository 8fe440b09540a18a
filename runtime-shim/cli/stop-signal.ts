import { EXIT_FAILED } from './exit-code.ts';
import type { Terminal } from './terminal.ts';

/**
 * One Ctrl+C reaches a process several times: the terminal sends SIGINT to the whole process group, npm and our launcher
 * pass on the one that they got. Repeats within this time, ms, are the same one.
 */
const SAME_SIGNAL_MS = 300;

/** Aborts at the first SIGINT or SIGTERM; a second one ends the process at once. */
export function stopOnSignals(terminal: Terminal): AbortSignal {
  const controller = new AbortController();
  let firstAt: number | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    if (firstAt === undefined) {
      firstAt = now;
      controller.abort(signal);
    } else if (now - firstAt > SAME_SIGNAL_MS) {
      terminal.err('metabot-livetex: second signal, ending at once');
      process.exit(EXIT_FAILED);
    }
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return controller.signal;
}

/** Resolves when the signal is aborted. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
