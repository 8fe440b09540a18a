import { z } from 'zod';
import type { EmulatedDialog, EmulatorFault } from '../contract.ts';
import { emulatorError } from '../errors.ts';
import { ControlConnection } from './control-connection.ts';
import { watchChanges } from './watch-changes.ts';
import type { RemoteLiveTexEmulator } from './remote-emulator.ts';

const DEFAULT_TIMEOUT_MS = 10_000;
const stateSchema = z.object({ token: z.string(), touchPointId: z.string() });

/** Desk methods whose arguments and result simply cross. */
const PLAIN = {
  operators: ['list', 'add', 'setStatus'],
  groups: ['list', 'add'],
  dialogs: ['list', 'get', 'read', 'reply', 'sendFile', 'hold', 'transfer', 'close'],
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
