/** Addresses of ours for what leads and operators send: signed, for a time, one a file. They say where the file is, and hold no token. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { ATTACHMENT_TYPES, type Attachment, MAX_URL_LENGTH } from '../../plugin/contract/message.ts';
import type { Storage } from '../../plugin/storage/contract.ts';
import type { InboundFile } from './contract.ts';

/** The key of all nodes, made by the first one. */
const COLLECTION = 'channel_keys';
const KEY = 'files';
const KEY_BYTES = 32;
/** How long an address holds, ms. Our choice: a dialog at the desk is over by then; the file itself may be gone at the messenger before. */
const LINK_MS = 30 * 86_400_000;

const keySchema = z.object({ key: z.string() });

const referenceSchema = z.object({
  /** The code of the channel whose driver opens it; `UPLOADS`, `ELSEWHERE`: none does. */
  c: z.string(),
  /** What the driver opens, the upload's id, or the address. */
  f: z.string(),
  t: z.enum(ATTACHMENT_TYPES),
  n: z.string().exactOptional(),
  /** Until when it holds, Unix s. */
  e: z.int(),
});

/** In place of a channel's code, none of which has such a sign: a file that lies here, and one at an address of somebody else's. */
const UPLOADS = '^';
const ELSEWHERE = '@';
/** Where our addresses stand. */
const FILES_PATH = '/files/';

/** What an address leads to. */
export interface LinkedFile extends Pick<InboundFile, 'type' | 'name'> {
  readonly at:
    | { readonly is: 'channel'; readonly channel: string; readonly file: string }
    | { readonly is: 'upload'; readonly id: string }
    | { readonly is: 'elsewhere'; readonly url: string };
}

export type LinkReading =
  | { readonly is: 'right'; readonly file: LinkedFile }
  /** Not made by us, or changed. */
  | { readonly is: 'forged' }
  | { readonly is: 'expired' };

/** Makes addresses of files, and reads them. */
export class FileLinks {
  readonly #publicUrl: () => string | undefined;
  readonly #key: Buffer;

  /** @param publicUrl where this server is reached from outside, as known now; without it there are no addresses */
  constructor(key: Buffer, publicUrl: () => string | undefined) {
    this.#key = key;
    this.#publicUrl = publicUrl;
  }

  get #base(): string | undefined {
    return this.#publicUrl()?.replace(/\/+$/, '');
  }

  /** The address of a lead's file; `undefined`: nobody outside could reach it. */
  linkOf(channel: string, { file, type, name, upload }: InboundFile, now: number): string | undefined {
    return this.#outside(this.#pathOf(upload === true ? UPLOADS : channel, file, { type, name }, now));
  }

  /** The address of a file that lies elsewhere, an operator's: the same one, where ours could not be reached or is ours already. */
  through(attachment: Attachment, now: number): Attachment {
    const url = this.#outside(this.pathTo(attachment, now));
    return url === undefined ? attachment : { ...attachment, url };
  }

  /** The same for whoever is on this server's own pages: the path alone. */
  pathTo({ url, type, name }: Attachment, now: number): string {
    const base = this.#base;
    const known = base === undefined ? undefined : `${base}${FILES_PATH}`;
    if (known !== undefined && url.startsWith(known)) return `${FILES_PATH}${url.slice(known.length)}`;
    return this.#pathOf(ELSEWHERE, url, { type, name }, now);
  }

  #outside(path: string): string | undefined {
    const base = this.#base;
    const url = base === undefined ? undefined : `${base}${path}`;
    return url === undefined || url.length > MAX_URL_LENGTH ? undefined : url;
  }

  #pathOf(
    place: string,
    file: string,
    { type, name }: { readonly type: InboundFile['type']; readonly name: string | undefined },
    now: number,
  ): string {
    const e = Math.floor((now + LINK_MS) / 1_000);
    const named = name === undefined ? {} : { n: name.slice(0, MAX_LINKED_NAME).toWellFormed() };
    const text = Buffer.from(JSON.stringify({ c: place, f: file, t: type, ...named, e })).toString('base64url');
    return `${FILES_PATH}${text}.${this.#sign(text).toString('base64url')}`;
  }

  /** What one of our whole addresses leads to; `undefined`: it is somebody else's. */
  readAddress(url: string, now: number): LinkReading | undefined {
    const base = this.#base;
    const ours = base === undefined ? undefined : `${base}${FILES_PATH}`;
    return ours !== undefined && url.startsWith(ours) ? this.read(url.slice(ours.length), now) : undefined;
  }

  read(reference: string, now: number): LinkReading {
    const [text = '', signature = '', more] = reference.split('.');
    const given = Buffer.from(signature, 'base64url');
    const right = this.#sign(text);
    if (more !== undefined || given.length !== right.length || !timingSafeEqual(given, right)) return { is: 'forged' };
    const {
      c: channel,
      f: file,
      t: type,
      n: name,
      e,
    } = referenceSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
    if (e * 1_000 < now) return { is: 'expired' };
    const at: LinkedFile['at'] =
      channel === UPLOADS
        ? { is: 'upload', id: file }
        : channel === ELSEWHERE
          ? { is: 'elsewhere', url: file }
          : { is: 'channel', channel, file };
    return { is: 'right', file: { at, type, ...(name === undefined ? {} : { name }) } };
  }

  #sign(text: string): Buffer {
    return createHmac('sha256', this.#key).update(text).digest();
  }
}

/** Longest name in an address: it is for whoever saves the file. */
const MAX_LINKED_NAME = 100;

/** The key that all nodes of a storage sign with. */
export async function fileKey(storage: Storage): Promise<Buffer> {
  const known = await storage.read((tx) => tx.getRecord(COLLECTION, KEY));
  if (known !== undefined) return Buffer.from(keySchema.parse(known.value).key, 'base64url');
  const made = randomBytes(KEY_BYTES).toString('base64url');
  const key = await storage.transaction(async (tx) => {
    const other = await tx.getRecord(COLLECTION, KEY);
    if (other !== undefined) return keySchema.parse(other.value).key;
    await tx.putRecord(COLLECTION, KEY, { key: made }, 0);
    return made;
  });
  return Buffer.from(key, 'base64url');
}
