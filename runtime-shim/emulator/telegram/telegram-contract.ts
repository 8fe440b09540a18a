/** A local Telegram, as tests and the simulator use it. What it sends and takes is what core.telegram.org/bots/api says. */
import type { Clock } from '../../../plugin/contract/host.ts';

export interface TelegramEmulatorOptions {
  /** Default: a random one of the right form. Its first part is the bot's id. */
  readonly token?: string;
  /** The bot's name without the `@`. Default `test_bot`. */
  readonly username?: string;
  /** Default 0: any free one. */
  readonly port?: number;
  readonly clock?: Clock;
}

export type TelegramFileKind = 'photo' | 'video' | 'audio' | 'voice' | 'document';

/** A message that the bot sent to a person, as it stands in the chat now. */
export interface ShownMessage {
  readonly id: number;
  readonly text: string;
  readonly file?: { readonly kind: TelegramFileKind; readonly name: string; readonly bytes: Uint8Array };
  /** Captions of the buttons. None: they were taken away. */
  readonly buttons: ReadonlyArray<readonly string[]>;
}

/** Somebody who talks to the bot in a private chat. */
export interface TelegramPerson {
  readonly id: number;
  /** Returns the message's number. */
  write(text: string): number;
  send(file: {
    readonly kind: TelegramFileKind;
    readonly name: string;
    readonly bytes: Uint8Array;
    readonly caption?: string;
  }): number;
  /** Any other kind of message: `{ location: … }`, `{ sticker: … }`. */
  post(content: Readonly<Record<string, unknown>>): number;
  edit(message: number, text: string): void;
  /** Presses the newest button with this caption. Returns the press's id. @throws emulator_refused when there is none */
  press(caption: string): string;
  /** The press arrives once more with another number, as from an app that was closed too early. */
  pressAgain(press: string): void;
  /** Has the bot answered the press? */
  isAnswered(press: string): boolean;
  block(): void;
  unblock(): void;
  /** What the person sees of the bot, in order. */
  shown(): readonly ShownMessage[];
  /** Resolves when the bot has sent this many messages in all. */
  until(count: number): Promise<readonly ShownMessage[]>;
}

/** How requests of the bot fail on purpose. `methods`: of these only; `times`: so often, default until it is taken back. */
export type TelegramFault = { readonly methods?: readonly string[]; readonly times?: number } &
  /** Answered with an error, nothing done. */
  (
    | { readonly kind: 'error'; readonly code: number; readonly description: string; readonly retryAfter?: number }
    /** The connection is cut: before it took effect, or after. */
    | { readonly kind: 'cut'; readonly when: 'before' | 'after' }
    /** It takes effect, and no answer comes. */
    | { readonly kind: 'silent' }
  );

/** A request of the bot. */
export interface TelegramRequest {
  readonly method: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** `0`: the connection was cut, or no answer was given. */
  readonly status: number;
}

/** One try to post an update to the webhook. */
export interface TelegramDelivery {
  readonly update: number;
  /** `null`: no answer. */
  readonly status: number | null;
}

export interface TelegramEmulator {
  /** For `baseUrl`. */
  readonly url: string;
  readonly token: string;
  readonly username: string;
  /** Somebody new, or somebody known by id. */
  person(id?: number, name?: { readonly first?: string; readonly last?: string }): TelegramPerson;
  /** Somebody speaks in a group that the bot is in. */
  groupMessage(group: number, text: string): void;
  /** Any update; its number is added unless it has one. `person`: whose queue it stands in. */
  raw(update: Readonly<Record<string, unknown>>): void;
  fault(fault: TelegramFault): () => void;
  requests(method?: string): readonly TelegramRequest[];
  deliveries(): readonly TelegramDelivery[];
  /** Resolves when every update is confirmed, or posted. */
  idle(): Promise<void>;
  /** Links to files of people hold no longer, as an hour later. */
  expireFiles(): void;
  close(): Promise<void>;
}
