/** What a person did and the server may not have yet. It outlives a reload, but for files, which a browser gives to no other page. */
import type { Kept } from './kept.ts';
import type { Waiting } from './talk-shapes.ts';

export class Outbox {
  /** The oldest first. */
  waiting: readonly Waiting[];
  readonly #prefix: string;
  readonly #kept: Kept;
  readonly #files = new Map<string, File>();

  /** What a reload or a killed tab has left is there again, under the same ids, so it counts once. */
  constructor(prefix: string, kept: Kept) {
    this.#prefix = prefix;
    this.#kept = kept;
    this.waiting = kept
      .keys(prefix)
      .map((key) => JSON.parse(kept.get(key) ?? 'null') as Waiting | null)
      .filter((one) => one !== null)
      .sort((one, other) => one.at - other.at);
  }

  add(waiting: Waiting, file?: File): void {
    this.waiting = [...this.waiting, waiting];
    if (file === undefined) this.#keep(waiting);
    else this.#files.set(waiting.id, file);
  }

  find(id: string): Waiting | undefined {
    return this.waiting.find((one) => one.id === id);
  }

  /** A file that is not at the server yet. */
  fileOf(id: string): File | undefined {
    return this.#files.get(id);
  }

  /** The file is at the server, under this number. */
  brought({ id, file, at }: Waiting, upload: string): Waiting {
    const brought: Waiting = { id, file: { name: file?.name ?? '', id: upload }, at };
    this.waiting = this.waiting.map((one) => (one.id === id ? brought : one));
    this.#files.delete(id);
    this.#keep(brought);
    return brought;
  }

  drop(id: string): void {
    this.#files.delete(id);
    this.#kept.set(`${this.#prefix}${id}`, null);
    this.waiting = this.waiting.filter((one) => one.id !== id);
  }

  #keep(waiting: Waiting): void {
    this.#kept.set(`${this.#prefix}${waiting.id}`, JSON.stringify(waiting));
  }
}
