import type { EmulatedDialog } from '../contract.ts';
import type { ConversationBook } from '../conversation-book.ts';
import { emulatorError } from '../errors.ts';

const DEFAULT_TIMEOUT_MS = 10_000;

/** Waits for something to become true of a dialog. Bound by real time, whatever clock the emulator runs on. */
export class DialogWaiters {
  readonly #book: ConversationBook;
  readonly #open = new Set<(error: Error) => void>();

  constructor(book: ConversationBook) {
    this.#book = book;
  }

  /** @throws emulator_wait_timeout with what was seen instead; whatever the condition throws */
  when(
    userId: string,
    condition: (dialog: EmulatedDialog) => boolean,
    timeoutMs = DEFAULT_TIMEOUT_MS,
  ): Promise<EmulatedDialog> {
    const { promise, resolve, reject } = Promise.withResolvers<EmulatedDialog>();
    const seen = (): EmulatedDialog | undefined => this.#book.find(userId)?.view();
    const end = (): void => {
      clearTimeout(timer);
      unwatch();
      this.#open.delete(fail);
    };
    const fail = (error: unknown): void => {
      end();
      reject(error);
    };
    const look = (): void => {
      const dialog = seen();
      try {
        if (!dialog || !condition(dialog)) return;
      } catch (error) {
        fail(error);
        return;
      }
      end();
      resolve(dialog);
    };
    const timer = setTimeout(
      () => fail(emulatorError('emulator_wait_timeout', { userId, timeoutMs, seen: describe(seen()) })),
      timeoutMs,
    );
    const unwatch = this.#book.watch(userId, look);
    this.#open.add(fail);
    look();
    return promise;
  }

  close(): void {
    for (const fail of this.#open) fail(emulatorError('emulator_closed', {}));
  }
}

/** What a test's reader needs to see at once; not the texts of the messages. */
function describe(dialog: EmulatedDialog | undefined): string {
  if (!dialog) return 'not there at all';
  const { state, operatorId, selections, messages } = dialog;
  const unread = messages.filter((message) => !message.read).length;
  return `${state}, operator ${operatorId ?? 'none'}, selections ${selections}, messages ${messages.length}, unread ${unread}`;
}
