/**
 * Settings that people put while nodes run: a collection, whose secrets may be sealed, and a stream that tells all nodes of each
 * change (docs/decisions/0015-bindings-in-storage.md).
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Json, ReadTransaction, Transaction, VersionedRecord } from './contract.ts';

/** Records read at one time. */
const PAGE = 200;

/** NIST SP 800-38D, and the length of nonce that it recommends, bytes. */
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const recordSchema = z.object({
  format: z.literal(1),
  /** As they were put, without secrets. */
  settings: z.record(z.string(), z.unknown()),
  /** JSON, or the same sealed: base64url of nonce, tag and text. */
  secrets: z.union([z.object({ sealed: z.string() }), z.object({ plain: z.unknown() })]),
  /** Unix ms of their removal. */
  leavingSince: z.number().nullable(),
});

/** What is to be kept. */
interface SettingsToKeep<Secrets> {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets: Secrets;
  /** Unix ms of their removal; `null`: they are at work. */
  readonly leavingSince: number | null;
}

/** What is kept. */
export interface KeptSettings<Secrets> {
  readonly id: string;
  /** `undefined`: they have a form of a newer version. */
  readonly settings: Readonly<Record<string, unknown>> | undefined;
  /** `undefined`: they were sealed with another key, or have another form. */
  readonly secrets: Secrets | undefined;
  readonly leavingSince: number | null;
  readonly version: number;
  /** Its secrets lie open, though there is a key now. */
  readonly isOpen: boolean;
}

export interface SettingsStoreOptions<Secrets> {
  readonly collection: string;
  /** The stream of changes: a journal for people too. */
  readonly changes: string;
  /** What an entry of it calls what was changed: `binding`. */
  readonly what: string;
  readonly secrets: z.ZodType<Secrets>;
  /** 32 bytes; `undefined`: secrets are stored as they are. */
  readonly key: Uint8Array | undefined;
}

export interface SettingsStore<Secrets> {
  get(tx: ReadTransaction, id: string): Promise<KeptSettings<Secrets> | undefined>;
  /** All of them, by id. */
  list(tx: ReadTransaction): Promise<Array<KeptSettings<Secrets>>>;
  put(tx: Transaction, id: string, kept: SettingsToKeep<Secrets>, now: number): Promise<void>;
  forget(tx: Transaction, id: string, now: number): Promise<void>;
}

export function createSettingsStore<Secrets>(options: SettingsStoreOptions<Secrets>): SettingsStore<Secrets> {
  const { collection, changes, what, key } = options;
  return {
    async get(tx, id) {
      const record = await tx.getRecord(collection, id);
      return record === undefined ? undefined : kept(id, record);
    },
    async list(tx) {
      const all: Array<KeptSettings<Secrets>> = [];
      for (let after: string | undefined; ;) {
        const records = await tx.listRecords(collection, { limit: PAGE, ...(after === undefined ? {} : { after }) });
        for (const record of records) all.push(kept(record.key, record));
        after = records.at(-1)?.key;
        if (records.length < PAGE) return all;
      }
    },
    async put(tx, id, { settings, secrets, leavingSince }, now) {
      const hidden = key === undefined ? { plain: secrets } : { sealed: seal(key, placeOf(id), secrets) };
      // Through JSON: what is `undefined` in it is left out.
      const record = JSON.parse(JSON.stringify({ format: 1, settings, secrets: hidden, leavingSince })) as Json;
      await tx.putRecord(collection, id, record);
      await tx.appendStream(changes, { [what]: id, change: leavingSince === null ? 'put' : 'removed' }, now);
    },
    async forget(tx, id, now) {
      await tx.deleteRecord(collection, id);
      await tx.appendStream(changes, { [what]: id, change: 'gone' }, now);
    },
  };

  /** Secrets are bound to it: sealed ones that are copied to another id cannot be opened there. */
  function placeOf(id: string): Buffer {
    return Buffer.from(`${collection}/${id}`, 'utf8');
  }

  function kept(id: string, { value, version }: VersionedRecord): KeptSettings<Secrets> {
    const { data } = recordSchema.safeParse(value);
    if (data === undefined) {
      return { id, settings: undefined, secrets: undefined, leavingSince: null, version, isOpen: false };
    }
    const { settings, secrets: hidden, leavingSince } = data;
    const isPlain = !('sealed' in hidden);
    const opened = isPlain ? hidden.plain : key === undefined ? undefined : open(key, placeOf(id), hidden.sealed);
    const { data: secrets } = options.secrets.safeParse(opened);
    return { id, settings, secrets, leavingSince, version, isOpen: isPlain && key !== undefined };
  }
}

function seal(key: Uint8Array, place: Buffer, secrets: unknown): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(place);
  const text = Buffer.concat([cipher.update(JSON.stringify(secrets), 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url');
}

/** `undefined`: sealed with another key, or changed since. */
function open(key: Uint8Array, place: Buffer, sealed: string): unknown {
  const bytes = Buffer.from(sealed, 'base64url');
  try {
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(place)
      .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
    return JSON.parse(text.toString('utf8'));
  } catch {
    return undefined;
  }
}
