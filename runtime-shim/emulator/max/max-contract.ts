/** A local MAX, as tests and the simulator use it. What it sends and takes is what dev.max.ru/docs-api says. */
import type { Clock } from '../../../plugin/contract/host.ts';

export interface MaxEmulatorOptions {
  /** Default: a random one. */
  readonly token?: string;
  /** The bot's name without the `@`. Default `test_bot`. */
  readonly username?: string;
  /** Default 0: any free one. */
  readonly port?: number;
  readonly clock?: Clock;
  /** Refuses what is faster than two messages a second in one talk, or two polls a second. Default true. */
  readonly limits?: boolean;
}

export type MaxFileKind = 'image' | 'video' | 'audio' | 'file';

export interface MaxFile {
  readonly kind: MaxFileKind;
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A message that the bot sent to a person, as it stands in the talk now. */
export interface MaxShownMessage {
  readonly id: string;
  readonly text: string;
  readonly files: readonly MaxFile[];
  /** Captions of the buttons. None: there are none, or they were taken away. */
  readonly buttons: ReadonlyArray<readonly string[]>;
}

/** Somebody who has a talk with the bot. */
export interface MaxPerson {
  readonly id: number;
  /** Presses "Start", with what a link brought along. */
  start(payload?: string): void;
  /** Returns the message's id. */
  write(text: string): string;
  send(file: MaxFile & { readonly caption?: string }): string;
  /** Any other message: its `body`, and its `link`. */
  post(body: Readonly<Record<string, unknown>>, link?: unknown): string;
  edit(message: string, text: string): void;
  /** Presses the newest button with this caption. Returns the press's id. @throws emulator_refused when there is none */
  press(caption: string): string;
  /** MAX tells of the press once more. */
  pressAgain(press: string): void;
  /** Has the bot answered the press? */
  isAnswered(press: string): boolean;
  /** Stops the bot; `start` is what begins again. */
  block(): void;
  /** What the person sees of the bot, in order. */
  shown(): readonly MaxShownMessage[];
  /** Resolves when the bot has sent this many messages in all. */
  until(count: number): Promise<readonly MaxShownMessage[]>;
}

/** How requests of the bot fail on purpose. `methods`: of these only, as `POST /messages`; `times`: so often, default until it is taken back. */
export type MaxFault = { readonly methods?: readonly string[]; readonly times?: number } &
  /** Answered with an error, nothing done. `retryAfter`: seconds. */
  (
    | {
        readonly kind: 'error';
        readonly status: number;
        readonly code: string;
        readonly message: string;
        readonly retryAfter?: number;
      }
    /** The connection is cut: before it took effect, or after. */
    | { readonly kind: 'cut'; readonly when: 'before' | 'after' }
    /** It takes effect, and no answer comes. */
    | { readonly kind: 'silent' }
  );

/** A request of the bot. */
export interface MaxRequest {
  /** `POST /messages`. */
  readonly method: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** `0`: the connection was cut, or no answer was given. */
  readonly status: number;
}

/** One try to post an update to a subscription. */
export interface MaxDelivery {
  readonly url: string;
  readonly type: string;
  /** `null`: no answer. */
  readonly status: number | null;
}

export interface MaxSubscription {
  readonly url: string;
  /** Unix ms. */
  readonly time: number;
  readonly types: readonly string[];
}

export interface MaxEmulator {
  /** For `baseUrl`. */
  readonly url: string;
  readonly token: string;
  readonly username: string;
  /** Somebody new, or somebody known by id. */
  person(id?: number, name?: { readonly first?: string; readonly last?: string }): MaxPerson;
  /** Somebody speaks in a group that the bot is in. */
  groupMessage(chat: number, text: string): void;
  /** Any update. */
  raw(update: Readonly<Record<string, unknown>>): void;
  fault(fault: MaxFault): () => void;
  requests(method?: string): readonly MaxRequest[];
  deliveries(): readonly MaxDelivery[];
  subscriptions(): readonly MaxSubscription[];
  /** Resolves when every update is read, posted or lost. */
  idle(): Promise<void>;
  /** Addresses of files hold no longer; new ones are told when they are asked for. */
  expireFiles(): void;
  close(): Promise<void>;
}
