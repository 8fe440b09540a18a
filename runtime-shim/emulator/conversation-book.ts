import { emulatorError } from './errors.ts';
import { Conversation } from './conversation.ts';
import type { EmulatedDialog } from './contract.ts';

/** Every person's conversations, and who waits for a change of one. */
export class ConversationBook {
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
