/** A local VK, as tests and the simulator use it. What it sends and takes is what dev.vk.com and VKCOM/vk-api-schema say. */
import type { Clock } from '../../../plugin/contract/host.ts';

export interface VkEmulatorOptions {
  /** Default: a random one. */
  readonly token?: string;
  /** The community's number. Default: a random one. */
  readonly group?: number;
  /** Default 0: any free one. */
  readonly port?: number;
  readonly clock?: Clock;
  /** Is Bots Long Poll switched on? Default false, as in a new community. */
  readonly longPoll?: boolean;
}

export type VkFileKind = 'photo' | 'doc' | 'audio_message';

export interface VkFile {
  readonly kind: VkFileKind;
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A message that the community sent to a person. */
export interface VkShownMessage {
  /** Its number in the talk. */
  readonly id: number;
  readonly text: string;
  readonly files: readonly VkFile[];
  /** Captions of the buttons. */
  readonly buttons: ReadonlyArray<readonly string[]>;
}

/** Whose name `users.get` tells. */
export interface VkName {
  readonly first: string;
  readonly last: string;
}

/** Somebody who has a talk with the community. */
export interface VkPerson {
  readonly id: number;
  /** Returns the message's number in the talk. */
  write(text: string): number;
  send(file: VkFile & { readonly caption?: string }): number;
  /** Any other message: fields of it. */
  post(content: Readonly<Record<string, unknown>>): number;
  edit(message: number, text: string): void;
  /** Presses the newest button with this caption. Returns the press's id. @throws emulator_refused when there is none */
  press(caption: string): string;
  /** Has the community answered the press? */
  isAnswered(press: string): boolean;
  /** Forbids the community to write, and allows it again. */
  block(): void;
  unblock(): void;
  /** What the person sees of the community, in order. */
  shown(): readonly VkShownMessage[];
  /** Resolves when the community has sent this many messages in all. */
  until(count: number): Promise<readonly VkShownMessage[]>;
}

/** How requests fail on purpose. `methods`: of these only, as `messages.send`, or `long poll`; `times`: so often, default until it is taken back. */
export type VkFault = { readonly methods?: readonly string[]; readonly times?: number } &
  /** Answered with an error, nothing done. */
  (
    | { readonly kind: 'error'; readonly code: number; readonly message: string }
    /** The connection is cut: before it took effect, or after. */
    | { readonly kind: 'cut'; readonly when: 'before' | 'after' }
    /** It takes effect, and no answer comes. */
    | { readonly kind: 'silent' }
  );

/** A request of the community. */
export interface VkRequest {
  readonly method: string;
  readonly fields: Readonly<Record<string, string>>;
  /** VK's code; `null`: it was done; `cut`: no answer was given. */
  readonly error: number | null | 'cut';
}

/** One try to post an event. */
export interface VkDelivery {
  readonly url: string;
  readonly type: string;
  /** `null`: no answer. */
  readonly status: number | null;
  /** The right answer to an event is `ok`. */
  readonly body: string;
}

export interface VkEmulator {
  /** For `baseUrl`. */
  readonly url: string;
  readonly token: string;
  readonly group: number;
  /** What it wants to hear from an address. */
  readonly confirmation: string;
  /** Somebody new, or somebody known by number. */
  person(id?: number, name?: VkName): VkPerson;
  /** Somebody speaks in a talk of several that the community is in. */
  groupMessage(chat: number, text: string): void;
  /** Any event: its `type` and `object`; its id is added unless it has one. */
  raw(event: Readonly<Record<string, unknown>>): void;
  /** The newest event is posted, or told, once more. */
  repeat(): void;
  /** Ends the key of the long poll (2), or forgets all that was not read (1, 3). */
  failPolls(kind: 1 | 2 | 3): void;
  fault(fault: VkFault): () => void;
  requests(method?: string): readonly VkRequest[];
  deliveries(): readonly VkDelivery[];
  /** Resolves when every event is read, posted or lost. */
  idle(): Promise<void>;
  /** Addresses of files hold no longer; new ones are told when they are asked for. */
  expireFiles(): void;
  close(): Promise<void>;
}
