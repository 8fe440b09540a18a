/** What a place for files is, and what may be said of it. */
import type { FileType } from '../channels/contract.ts';

/** Bytes `from` to `to`, both included, counted from 0. */
export interface FilePart {
  readonly from: number;
  readonly to: number;
}

/** Where uploaded files lie: a folder, or a store that several nodes share. It knows keys and bytes, and nothing of leads. */
export interface FileStore {
  /** A folder for files that are not whole yet: on the same disk as the store, where it is one. */
  readonly incoming: string;
  /** Keeps a file that lies in `incoming`: it is durable when this resolves. The file itself may be moved. */
  put(key: string, file: { readonly path: string; readonly size: number; readonly sha256: string }): Promise<void>;
  /** `undefined`: there is no such file. */
  open(key: string, part: FilePart | undefined, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Whether it was there or not. */
  delete(key: string): Promise<void>;
  close(): Promise<void>;
}

export interface UploadOptions {
  readonly store: FileStore;
  /** Largest file, bytes. Default 25 MiB. */
  readonly maxBytes?: number;
  /** For all files of one lead, and of all leads together, bytes. Default 200 MiB and 10 GiB. */
  readonly leadBytes?: number;
  readonly totalBytes?: number;
  /** For all files that came from one address, bytes. Default: a tenth of `totalBytes`, at least `leadBytes`. */
  readonly addressBytes?: number;
  /** How long a file is kept, ms. Default 30 days, as long as its address holds. */
  readonly keepMs?: number;
  /** Kinds of files that are taken. Default: all. */
  readonly accept?: readonly FileType[];
  /**
   * A program and its arguments that looks at each file before it is offered: `{file}` stands for its path. It ends with 0 when the
   * file is harmless, with 1 when it is not (as `clamdscan` does); anything else refuses the file for now. Default: none.
   */
  readonly scan?: readonly [string, ...string[]];
  /** How long it may take, ms. Default a minute. */
  readonly scanMs?: number;
}

/** A file that was taken. */
export interface Upload {
  readonly id: string;
  readonly type: FileType;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}
