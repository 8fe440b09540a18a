import { z } from 'zod';
import { codeOf } from '../../../plugin/contract/coded-error.ts';
import type { EmulatedDialog, EmulatorFault, LiveTexEmulator } from '../emulator-contract.ts';
import { emulatorError } from '../emulator-errors.ts';
import { ControlConnection } from './control-connection.ts';

const DEFAULT_TIMEOUT_MS = 10_000;
const stateSchema = z.object({ token: z.string(), touchPointId: z.string() });

/** Desk methods whose arguments and result simply cross. */
const PLAIN = {
  operators: ['list', 'add', 'setStatus'],
  groups: ['list', 'add', 'remove'],
  dialogs: ['list', 'get', 'read', 'start', 'reply', 'sendFile', 'hold', 'transfer', 'close'],
  requests: ['list', 'count', 'clear'],
  webhooks: ['settings', 'deliveries', 'send', 'idle', 'pending', 'unset', 'clear'],
  faults: ['list', 'states', 'remove', 'clear'],
} as const;

/**
 * Drives an emulator that runs in another process (`metabot-livetex emulator`).
 *
 * @example
 * const emulator = await connectLiveTexEmulator('http://127.0.0.1:9100');
 * await emulator.dialogs.reply(userId, operatorId, 'Здравствуйте!');
 * await emulator.close();
 */
export async function connectLiveTexEmulator(url: string): Promise<RemoteLiveTexEmulator> {
  const base = url.replace(/\/+$/, '');
  const connection = new ControlConnection(base);
  try {
    const { token, touchPointId } = await connection.get('state', stateSchema);
    const desk = Object.fromEntries(
      Object.entries(PLAIN).map(([part, names]) => [part, plainMethods(connection, part, names)]),
    ) as unknown as Pick<RemoteLiveTexEmulator, keyof typeof PLAIN>;
    return {
      ...desk,
      url: base,
      token,
      touchPointId,
      dialogs: {
        ...desk.dialogs,
        when: (userId, condition, timeoutMs) => when(connection, desk.dialogs.get, { userId, condition, timeoutMs }),
      },
      faults: {
        ...desk.faults,
        async add(fault: EmulatorFault) {
          const id = z.string().parse(await connection.call('faults.add', [fault]));
          return () => desk.faults.remove(id);
        },
      },
      onChange: (listener) => watchChanges(connection, listener),
      close: () => connection.close(),
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

function plainMethods(connection: ControlConnection, part: string, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    names.map((name) => [name, (...args: unknown[]) => connection.call(`${part}.${name}`, args)]),
  );
}

interface Wait {
  readonly userId: string;
  readonly condition: (dialog: EmulatedDialog) => boolean;
  readonly timeoutMs: number | undefined;
}

/** The condition is a function and stays here: it looks at the dialog anew after every change. */
async function when(
  connection: ControlConnection,
  get: (userId: string) => Promise<EmulatedDialog | undefined>,
  { userId, condition, timeoutMs = DEFAULT_TIMEOUT_MS }: Wait,
): Promise<EmulatedDialog> {
  const deadline = AbortSignal.timeout(timeoutMs);
  let seen: EmulatedDialog | undefined;
  let revision = await connection.revision();
  for (;;) {
    seen = await get(userId);
    if (seen && condition(seen)) return seen;
    try {
      revision = await connection.revision(revision, deadline);
    } catch (error) {
      if (!deadline.aborted) throw error;
      const what = seen ? `${seen.state}, messages ${seen.messages.length}` : 'not there at all';
      throw emulatorError('emulator_wait_timeout', { userId, timeoutMs, seen: what }, error);
    }
  }
}

/** Calls back after changes at the emulator until stopped, or until the emulator is gone. */
function watchChanges(connection: ControlConnection, listener: () => void): () => void {
  const stopped = new AbortController();
  const watch = async (): Promise<void> => {
    let revision = await connection.revision(undefined, stopped.signal);
    while (!stopped.signal.aborted) {
      const newest = await connection.revision(revision, stopped.signal);
      if (newest === revision) continue;
      revision = newest;
      listener();
    }
  };
  watch().catch((error: unknown) => {
    // Stopped, closed, or the emulator ended: each is the end of the watching. A listener's own mistake must be seen.
    if (codeOf(error) !== 'emulator_control_failed') throw error;
  });
  return () => stopped.abort();
}

/** The same methods, each with a promise of its result. */
type Remote<Methods> = {
  readonly [Name in keyof Methods]: Methods[Name] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Promise<Awaited<Result>>
    : never;
};

/** An emulator in another process, driven as one in this process. Rejects with the same codes. */
export interface RemoteLiveTexEmulator {
  readonly url: string;
  readonly token: string;
  readonly touchPointId: string;
  readonly operators: Remote<LiveTexEmulator['operators']>;
  readonly groups: Remote<LiveTexEmulator['groups']>;
  readonly dialogs: Remote<Omit<LiveTexEmulator['dialogs'], 'when'>> & {
    when(userId: string, condition: (dialog: EmulatedDialog) => boolean, timeoutMs?: number): Promise<EmulatedDialog>;
  };
  readonly requests: Remote<LiveTexEmulator['requests']>;
  readonly webhooks: Remote<Omit<LiveTexEmulator['webhooks'], 'settings'>> & {
    settings(): Promise<LiveTexEmulator['webhooks']['settings']>;
  };
  readonly faults: Remote<Omit<LiveTexEmulator['faults'], 'add'>> & {
    add(fault: EmulatorFault): Promise<() => Promise<void>>;
  };
  /** Several changes may be told as one. Ends by itself when the emulator is gone. */
  onChange(listener: () => void): () => void;
  /** Lets go of the emulator; it goes on. */
  close(): Promise<void>;
}
