/** What a talk is made of: as the server tells it, and as the browser is given to it. */
import type { Kept } from './kept.ts';

export interface ShownFile {
  readonly type: 'image' | 'video' | 'audio' | 'file';
  readonly url: string;
  readonly name?: string;
  readonly size?: number;
}

interface ShownButton {
  readonly text: string;
  readonly data: string;
  readonly url?: string;
}

/** A line as the server shows it. */
export interface Line {
  readonly seq: number;
  readonly from: 'lead' | 'bot' | 'operator' | 'notice';
  readonly at: number;
  readonly id?: string;
  readonly text?: string;
  readonly operator?: string;
  readonly edits?: string;
  readonly buttons?: ReadonlyArray<readonly ShownButton[]>;
  readonly files?: readonly ShownFile[];
}

/** What a person did that the server may not have yet. `id`: the same however often it is sent. */
export interface Waiting {
  readonly id: string;
  readonly text?: string;
  readonly press?: { readonly seq: number; readonly index: number };
  /** A file: its name, and the server's number of it once it is there whole. */
  readonly file?: { readonly name: string; readonly id?: string };
  readonly at: number;
}

export interface TalkState {
  readonly mode: 'bot' | 'waiting' | 'operator';
  readonly operator: string | null;
  readonly read: number;
  /** What files are taken; `null`: none. */
  readonly files: { readonly maxBytes: number; readonly accept: readonly string[] } | null;
}

export interface Identity {
  readonly user?: string;
  readonly signature?: string;
  readonly name?: string;
}

/** The browser, as far as a talk needs it. */
export interface Surroundings {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly kept: Kept;
  readonly now: () => number;
  readonly newId: () => string;
  /** Calls back after so many ms; returns what takes it back. */
  readonly after: (ms: number, act: () => void) => () => void;
}
