/** What the commands that listen share: an address that cannot be had, and the signals that end the work. */
import { codeOf } from '../../plugin/contract/coded-error.ts';
import type { Language, Text } from '../../plugin/contract/text.ts';
import { CLI_TEXTS } from './cli-texts.ts';
import { EXIT_FAILED } from './command.ts';
import { cliError } from './errors.ts';
import type { Terminal } from './terminal.ts';

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Why an address cannot be opened, by the system's error code (errno(3), bind(2)). */
const REASONS: ReadonlyMap<string, Text> = new Map([
  ['EACCES', CLI_TEXTS.noPermission],
  ['EADDRNOTAVAIL', CLI_TEXTS.otherMachine],
  ['ENOTFOUND', CLI_TEXTS.noHost],
]);

/** Does what listens on an address, and says it plainly when the address cannot be had. `setting`: where the port is chosen. @throws cli_port_in_use, cli_address_refused */
export async function listenOn<T>({ host, port }: Address, setting: string, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    const code = codeOf(error) ?? '';
    if (code === 'EADDRINUSE') throw cliError('cli_port_in_use', { port, setting }, error);
    const reason = REASONS.get(code);
    if (reason !== undefined) throw cliError('cli_address_refused', { host, port, reason }, error);
    throw error;
  }
}

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
export function stopOnSignals(terminal: Terminal, language: Language): AbortSignal {
  const stop = createStop(
    () => performance.now(),
    () => {
      terminal.err(`metabot-livetex: ${CLI_TEXTS.secondSignal[language]}`);
      process.exit(EXIT_FAILED);
    },
  );
  process.on('SIGINT', stop.receive);
  process.on('SIGTERM', stop.receive);
  return stop.signal;
}

/** Calls `act` at each SIGHUP, which would end the process otherwise, one after another; the answer ends it. `act` never rejects. */
export function onHangUp(act: () => Promise<void>): () => Promise<void> {
  let underWay = Promise.resolve();
  const receive = (): void => {
    underWay = underWay.then(act);
  };
  process.on('SIGHUP', receive);
  return () => {
    process.off('SIGHUP', receive);
    return underWay;
  };
}

/** Resolves when the signal is aborted. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
