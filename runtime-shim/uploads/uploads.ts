import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, messageOf } from '../../plugin/contract/coded-error.ts';
import type { Clock, Logger } from '../../plugin/contract/host.ts';
import type { LeadRef } from '../../plugin/contract/lead.ts';
import { ATTACHMENT_TYPES, MAX_FILE_NAME } from '../../plugin/contract/message.ts';
import type { Storage, Transaction } from '../../plugin/storage/contract.ts';
import { channelError } from '../channels/channel-errors.ts';
import type { FileType, InboundFile, OpenedFile } from '../channels/contract.ts';
import { leadKey } from '../leads/lead-keys.ts';
import { again } from '../leads/lead-store.ts';
import type { Upload, UploadOptions } from './contract.ts';
import { scanFile } from './scan.ts';
import { sniffType } from './sniff-type.ts';
import { uploadError } from './upload-errors.ts';
import {
  oldestUploads,
  readUpload,
  removeUpload,
  uploadId,
  type UploadRecord,
  uploadsOf,
  usedRoom,
  writeUpload,
} from './upload-records.ts';

const MB = 1024 * 1024;
const DEFAULT_MAX_BYTES = 25 * MB;
const DEFAULT_LEAD_BYTES = 200 * MB;
const DEFAULT_TOTAL_BYTES = 10_240 * MB;
/** Of all room, for what comes from one address: our choice, an office or a mobile network behind it has several hundred pictures. */
const ADDRESS_SHARE = 0.1;
const DEFAULT_KEEP_MS = 30 * 86_400_000;
const DEFAULT_SCAN_MS = 60_000;
/** What a file takes at least, bytes: a million files of one byte are no small thing. */
const BLOCK = 4_096;
/** The bytes by which a file is recognised. */
const HEAD_BYTES = 64;
/** What was not whole after this time, ms, never will be: its process has died. Our choice: longer than any upload takes. */
const GIVEN_UP_MS = 3_600_000;
/** How often old files are looked for, ms. */
const PRUNE_MS = 600_000;

/** Files that this process is taking: what else is not whole, where one process alone has the storage, has lost its own. */
const TAKING = new Set<string>();

export interface UploadPorts {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Work that nobody waits for. */
  readonly background: (what: string, work: () => Promise<unknown>) => void;
}

/** A file as it comes. */
export interface IncomingFile {
  readonly name: string;
  /** Bytes, where it was told. */
  readonly size?: number;
  /** A mark of the address that it comes from, where that can be known. */
  readonly from?: string;
  readonly stream: AsyncIterable<Uint8Array>;
}

/** Files that leads send to this server itself. Nobody is given one before it is whole, counted and scanned. */
export class Uploads {
  /** Largest file, bytes. */
  readonly maxBytes: number;
  /** Kinds of files that are taken. */
  readonly accept: readonly FileType[];
  readonly #options: UploadOptions;
  readonly #ports: UploadPorts;
  #cancelPrune: () => void = () => undefined;
  #isStopped = false;

  constructor(options: UploadOptions, ports: UploadPorts) {
    this.maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
    this.accept = options.accept ?? ATTACHMENT_TYPES;
    this.#options = options;
    this.#ports = ports;
  }

  start(): void {
    this.#pruneIn(0, true);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelPrune();
    await this.#options.store.close();
  }

  /**
   * Takes a file of a lead: all of it, or nothing.
   * @throws upload_too_large · upload_type_refused · upload_no_room · upload_infected · upload_failed · upload_cut
   */
  async take(lead: LeadRef, file: IncomingFile, signal: AbortSignal): Promise<Upload> {
    const { size: told } = file;
    if (told !== undefined && told > this.maxBytes) throw uploadError('upload_too_large', { maxBytes: this.maxBytes });
    const id = uploadId(this.#ports.clock.now(), randomBytes(12).toString('hex'));
    TAKING.add(id);
    try {
      return await this.#keep(id, await this.#reserve(id, lead, file), file, signal);
    } finally {
      TAKING.delete(id);
    }
  }

  async #keep(id: string, reserved: UploadRecord, file: IncomingFile, signal: AbortSignal): Promise<Upload> {
    const { store, scan, scanMs = DEFAULT_SCAN_MS } = this.#options;
    const path = join(store.incoming, id);
    try {
      const { size, sha256, head } = await this.#receive(path, file, signal);
      const type = this.#typeOf(head, size);
      if (scan !== undefined) await scanFile(scan, path, scanMs);
      await store.put(id, { path, size, sha256 }).catch((error: unknown) => {
        throw uploadError('upload_failed', { why: 'the place for files does not take it' }, error);
      });
      const record = { ...reserved, type, size, room: Math.max(size, BLOCK), ready: true };
      await this.#write(async (tx) => {
        // The lead was forgotten meanwhile.
        if ((await readUpload(tx, id)) === undefined) throw uploadError('upload_cut', {});
        await writeUpload(tx, id, record, reserved);
      });
      return { id, type, name: record.name, size };
    } catch (error) {
      await this.#drop(id).catch(() => undefined);
      throw await this.#told(error, signal);
    } finally {
      await rm(path, { force: true }).catch(() => undefined);
    }
  }

  /** A file of this lead, as part of a message; `undefined`: it has none such, or none any more. */
  async find(lead: LeadRef, id: string): Promise<InboundFile | undefined> {
    const found = await this.#ports.storage.read((tx) => readUpload(tx, id));
    if (found?.ready !== true || leadKey(found.lead) !== leadKey(lead)) return undefined;
    const { type, name, size } = found;
    return { type, file: id, name, size, upload: true };
  }

  /** Opens a file for whoever has its signed address. @throws channel_file_gone */
  async open(id: string, signal: AbortSignal): Promise<OpenedFile> {
    const { storage } = this.#ports;
    const { store } = this.#options;
    const gone = (): Error => channelError('channel_file_gone', { kind: 'upload', why: 'it is not kept any more' });
    const found = await storage.read((tx) => readUpload(tx, id));
    const stream = found?.ready === true ? await store.open(id, undefined, signal) : undefined;
    if (found === undefined || stream === undefined) throw gone();
    const part: NonNullable<OpenedFile['part']> = async (from, to) => {
      const opened = await store.open(id, { from, to }, signal);
      if (opened === undefined) throw gone();
      return opened;
    };
    return { stream, size: found.size, part };
  }

  /** Forgets all files of a lead; how many. */
  async forget(lead: LeadRef): Promise<number> {
    const ids = await this.#ports.storage.read((tx) => uploadsOf(tx, lead));
    for (const id of ids) await this.#drop(id);
    return ids.length;
  }

  /** Makes room for a file, before anything of it is read. */
  async #reserve(id: string, lead: LeadRef, { name, size, from }: IncomingFile): Promise<UploadRecord> {
    const { leadBytes = DEFAULT_LEAD_BYTES, totalBytes = DEFAULT_TOTAL_BYTES } = this.#options;
    const { addressBytes = Math.max(leadBytes, totalBytes * ADDRESS_SHARE) } = this.#options;
    const room = Math.max(size ?? this.maxBytes, BLOCK);
    const at = this.#ports.clock.now();
    const sender = { lead, ...(from === undefined ? {} : { from }) };
    const record: UploadRecord = { ...sender, name: cleanName(name), type: 'file', size: 0, room, at, ready: false };
    await this.#write(async (tx) => {
      const used = await usedRoom(tx, sender);
      if (used.lead + room > leadBytes) throw uploadError('upload_no_room', { of: 'lead' });
      if (from !== undefined && used.address + room > addressBytes) {
        throw uploadError('upload_no_room', { of: 'address' });
      }
      if (used.all + room > totalBytes) throw uploadError('upload_no_room', { of: 'all' });
      await writeUpload(tx, id, record, undefined);
    });
    return record;
  }

  async #receive(
    path: string,
    { stream, size: told }: IncomingFile,
    signal: AbortSignal,
  ): Promise<{ readonly size: number; readonly sha256: string; readonly head: Uint8Array }> {
    await mkdir(this.#options.store.incoming, { recursive: true, mode: 0o700 });
    const handle = await open(path, 'wx', 0o600);
    const hash = createHash('sha256');
    const first: Uint8Array[] = [];
    let size = 0;
    try {
      for await (const chunk of stream) {
        signal.throwIfAborted();
        if (size < HEAD_BYTES) first.push(Buffer.from(chunk.subarray(0, HEAD_BYTES)));
        size += chunk.byteLength;
        if (size > this.maxBytes) throw uploadError('upload_too_large', { maxBytes: this.maxBytes });
        hash.update(chunk);
        await handle.writeFile(chunk);
      }
    } finally {
      await handle.close();
    }
    if (told !== undefined && size !== told) throw uploadError('upload_cut', {});
    return { size, sha256: hash.digest('hex'), head: Buffer.concat(first) };
  }

  /** By its bytes alone: what its sender says of it proves nothing. */
  #typeOf(head: Uint8Array, size: number): FileType {
    const refuse = (type: string): Error => uploadError('upload_type_refused', { type, accept: this.accept });
    if (size === 0) throw refuse('empty');
    const mime = sniffType(head);
    const kind = ATTACHMENT_TYPES.find((type) => mime?.startsWith(`${type}/`)) ?? 'file';
    if (!this.accept.includes(kind)) throw refuse(mime ?? kind);
    return kind;
  }

  /** The file and what is stored of it; the bytes first, so that no file is left that nobody knows of. */
  async #drop(id: string): Promise<void> {
    await this.#options.store.delete(id);
    await this.#write(async (tx) => {
      const found = await readUpload(tx, id);
      if (found !== undefined) await removeUpload(tx, id, found);
    });
  }

  /** What whoever sent the file is told. */
  async #told(error: unknown, signal: AbortSignal): Promise<unknown> {
    const code = codeOf(error) ?? '';
    if (code.startsWith('upload_')) {
      const cause = error instanceof Error ? error.cause : undefined;
      if (cause !== undefined) this.#ports.logger.error('a file could not be taken', { error: messageOf(cause) });
      return error;
    }
    if (signal.aborted || code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE') {
      return uploadError('upload_cut', {}, error);
    }
    this.#ports.logger.error('a file could not be taken', { error: messageOf(error) });
    return uploadError('upload_failed', { why: 'the server could not write it' }, error);
  }

  #pruneIn(ms: number, isFirst = false): void {
    this.#cancelPrune = this.#ports.clock.after(ms, () =>
      this.#ports.background('looking for old files', async () => {
        await this.#prune(isFirst);
        if (!this.#isStopped) this.#pruneIn(PRUNE_MS);
      }),
    );
  }

  /** Deletes what is old, and what a process that died has left. */
  async #prune(isFirst: boolean): Promise<void> {
    const { storage, clock, logger } = this.#ports;
    const { keepMs = DEFAULT_KEEP_MS, store } = this.#options;
    try {
      const now = clock.now();
      if (isFirst && storage.driver !== 'postgres') await this.#dropHalves(now - GIVEN_UP_MS);
      for (let after: string | undefined; !this.#isStopped;) {
        const page = await storage.read((tx) => oldestUploads(tx, after));
        const old = page.filter(({ upload }) => now - upload.at > (upload.ready ? keepMs : GIVEN_UP_MS));
        for (const { id } of old) await this.#drop(id);
        after = page.at(-1)?.id;
        // In the order of time: behind one that may stay longest, all may.
        const last = page.at(-1);
        if (last === undefined || now - last.upload.at <= Math.min(keepMs, GIVEN_UP_MS)) break;
      }
      for (const name of await readdir(store.incoming).catch(() => [])) {
        const path = join(store.incoming, name);
        const found = await stat(path).catch(() => undefined);
        if (found !== undefined && Date.now() - found.mtimeMs > GIVEN_UP_MS) await rm(path, { force: true });
      }
    } catch (error) {
      logger.warn('the place for uploads does not work', { error: messageOf(error) });
    }
  }

  /** Only one process has such a storage: what is not whole and not under way here belonged to one that died. */
  async #dropHalves(since: number): Promise<void> {
    const { storage } = this.#ports;
    for (let after: string | undefined = uploadId(since, ''); after !== undefined && !this.#isStopped;) {
      const page = await storage.read((tx) => oldestUploads(tx, after));
      for (const { id, upload } of page) {
        if (upload.ready || TAKING.has(id)) continue;
        await this.#drop(id);
        await rm(join(this.#options.store.incoming, id), { force: true });
      }
      after = page.at(-1)?.id;
    }
  }

  #write(work: (tx: Transaction) => Promise<void>): Promise<void> {
    return again(() => this.#ports.storage.transaction(work));
  }
}

/** What can be stored, and is a name alone. */
function cleanName(name: string): string {
  const plain = name
    .split(/[/\\]/)
    .at(-1)
    ?.replaceAll(/\p{Cc}/gu, '')
    .slice(0, MAX_FILE_NAME)
    .toWellFormed()
    .trim();
  return plain === undefined || plain === '' ? 'file' : plain;
}
