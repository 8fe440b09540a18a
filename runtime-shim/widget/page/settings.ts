/** What a site says about its chat: attributes of the script. Shared by the launcher and the chat. */
export interface WidgetSettings {
  /** `https://bot.example.com/widget/site/`. */
  readonly base: string;
  readonly language: 'ru' | 'en';
  readonly theme: 'auto' | 'light' | 'dark';
  /** `#rrggbb`. */
  readonly color: string | undefined;
  readonly side: 'left' | 'right';
  /** What stands above the chat. */
  readonly title: string | undefined;
  /** A page of its own: there is nothing to open and to close. */
  readonly isPage: boolean;
  /** Pages that may have the own page in a frame, and speak with it. */
  readonly origins: readonly string[];
}

/** What a site may do with its chat: `window.metabotWidget`. */
export interface WidgetApi {
  open(): void;
  close(): void;
  /** `signature`: HMAC-SHA256 of `user` with the channel's `identitySecret`, hexadecimal, made by the site's server. `null`: nobody. */
  identify(identity: { user?: string; signature?: string; name?: string } | null): Promise<boolean>;
  /** Called with each new message that the visitor has not written; returns what ends it. */
  onMessage(listener: (message: { from: string; text?: string }) => void): () => void;
}

/** What the chat is given by its launcher. */
export interface Mounting {
  readonly root: ShadowRoot;
  readonly host: HTMLElement;
  readonly settings: WidgetSettings;
  /** The chat is to be seen or not: the button says so, and gets the focus back. */
  readonly shown: (isOpen: boolean) => void;
  readonly unread: (count: number) => void;
}

/** The chat as its launcher has it. */
export interface MountedChat extends WidgetApi {
  readonly toggle: () => void;
}
