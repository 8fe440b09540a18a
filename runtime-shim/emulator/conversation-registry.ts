import type { EmulatedDialog } from './emulator-contract.ts';
import { Conversation } from './conversation.ts';
import { emulatorError } from './emulator-errors.ts';

/** Every person's conversations, and who waits for a change of one. */
export class ConversationRegistry {
  readonly #byUser = new Map<string, Conversation>();
  readonly #watchers = new Map<string, Set<() => void>>();
  readonly #remember: number;
  readonly #changed: () => void;

  constructor(remember: number, changed: () => void) {
    this.#remember = remember;
    this.#changed = changed;
  }

  find(userId: string): Conversation | undefined {
    return this.#byUser.get(userId);
  }

  /** @throws emulator_unknown */
  get(userId: string): Conversation {
    const found = this.#byUser.get(userId);
    if (found) return found;
    // A few are enough to see a mistyped id, and a message must not carry a hundred thousand.
    const known = [...this.#byUser.keys()].slice(-5);
    throw emulatorError('emulator_unknown', { what: 'dialog', id: userId, known });
  }

  getOrOpen(userId: string): Conversation {
    const found = this.#byUser.get(userId);
    if (found) return found;
    const opened = new Conversation(userId, this.#remember);
    this.#byUser.set(userId, opened);
    if (this.#byUser.size > this.#remember) this.#forgetOldest();
    return opened;
  }

  views(): EmulatedDialog[] {
    return Array.from(this.#byUser.values(), (conversation) => conversation.view());
  }

  touch(conversation: Conversation): void {
    conversation.touch();
    for (const watcher of this.#watchers.get(conversation.userId) ?? []) watcher();
    this.#changed();
  }

  /** Calls back after every change of this person's conversations, also the first. Returns a function that ends it. */
  watch(userId: string, watcher: () => void): () => void {
    const watchers = this.#watchers.get(userId) ?? new Set();
    this.#watchers.set(userId, watchers.add(watcher));
    return () => {
      watchers.delete(watcher);
      if (watchers.size === 0 && this.#watchers.get(userId) === watchers) this.#watchers.delete(userId);
    };
  }

  /** The one opened first, whatever its state: a map keeps the order of its keys. */
  #forgetOldest(): void {
    for (const userId of this.#byUser.keys()) {
      this.#byUser.delete(userId);
      return;
    }
  }
}

const DEFAULT_TIMEOUT_MS = 10_000;

/** Waits for something to become true of a dialog. Bound by real time, whatever clock the emulator runs on. */
export class DialogWaiters {
  readonly #conversations: ConversationRegistry;
  readonly #open = new Set<(error: Error) => void>();

  constructor(conversations: ConversationRegistry) {
    this.#conversations = conversations;
  }

  /** @throws emulator_wait_timeout with what was seen instead; whatever the condition throws */
  when(
    userId: string,
    condition: (dialog: EmulatedDialog) => boolean,
    timeoutMs = DEFAULT_TIMEOUT_MS,
  ): Promise<EmulatedDialog> {
    const { promise, resolve, reject } = Promise.withResolvers<EmulatedDialog>();
    const seen = (): EmulatedDialog | undefined => this.#conversations.find(userId)?.view();
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
    const unwatch = this.#conversations.watch(userId, look);
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
