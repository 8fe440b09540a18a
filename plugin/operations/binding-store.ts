/** Where bindings that are put while the plugin runs are kept: a collection, and a stream that tells all nodes of each change. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { BindingInput } from '../contract/binding-config.ts';
import { pluginError } from '../errors.ts';
import type { Json, ReadTransaction, Transaction, VersionedRecord } from '../storage/contract.ts';

const COLLECTION = 'livetex-bindings';
/** Also a journal for people: which binding was put or removed, and when. */
export const CHANGES = 'livetex-binding-changes';
/** Records read at one time. */
const PAGE = 200;

/** NIST SP 800-38D, and the length of nonce that it recommends, bytes. */
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const secretsSchema = z.object({
  token: z.string(),
  key: z.string().optional(),
  previousKey: z.string().optional(),
});
type Secrets = z.infer<typeof secretsSchema>;

const recordSchema = z.object({
  format: z.literal(1),
  /** As it was put, without its secrets. */
  settings: z.record(z.string(), z.unknown()),
  /** JSON, or the same sealed: base64url of nonce, tag and text. */
  secrets: z.union([z.object({ plain: secretsSchema }), z.object({ sealed: z.string() })]),
  /** Unix ms of its removal. */
  leavingSince: z.number().nullable(),
});

/** A binding as it is stored. */
export interface StoredBinding {
  readonly id: string;
  /** `undefined`: its secrets were sealed with another key, or it has a form of a newer version. */
  readonly input: BindingInput | undefined;
  readonly leavingSince: number | null;
  readonly version: number;
  /** Its secrets lie open, though there is a key now. */
  readonly isOpen: boolean;
}

export interface BindingStore {
  get(tx: ReadTransaction, id: string): Promise<StoredBinding | undefined>;
  /** All of them, by id. */
  list(tx: ReadTransaction): Promise<StoredBinding[]>;
  put(tx: Transaction, id: string, input: BindingInput, leavingSince: number | null, now: number): Promise<void>;
  forget(tx: Transaction, id: string, now: number): Promise<void>;
}

/** `key`: 32 bytes; left out: secrets are stored as they are. */
export function createBindingStore(key: Uint8Array | undefined): BindingStore {
  return {
    async get(tx, id) {
      const record = await tx.getRecord(COLLECTION, id);
      return record === undefined ? undefined : stored(id, record);
    },
    async list(tx) {
      const all: StoredBinding[] = [];
      for (let after: string | undefined; ;) {
        const records = await tx.listRecords(COLLECTION, { limit: PAGE, ...(after === undefined ? {} : { after }) });
        for (const record of records) all.push(stored(record.key, record));
        after = records.at(-1)?.key;
        if (records.length < PAGE) return all;
      }
    },
    async put(tx, id, input, leavingSince, now) {
      const { settings, secrets } = taken(input);
      const kept = key === undefined ? { plain: secrets } : { sealed: seal(key, id, secrets) };
      // Through JSON: what is `undefined` in it is left out.
      const record = JSON.parse(JSON.stringify({ format: 1, settings, secrets: kept, leavingSince })) as Json;
      await tx.putRecord(COLLECTION, id, record);
      await tx.appendStream(CHANGES, { binding: id, change: leavingSince === null ? 'put' : 'removed' }, now);
    },
    async forget(tx, id, now) {
      await tx.deleteRecord(COLLECTION, id);
      await tx.appendStream(CHANGES, { binding: id, change: 'gone' }, now);
    },
  };

  function stored(id: string, { value, version }: VersionedRecord): StoredBinding {
    const record = recordSchema.safeParse(value);
    if (!record.success) return { id, input: undefined, leavingSince: null, version, isOpen: false };
    const { settings, secrets, leavingSince } = record.data;
    const opened = 'plain' in secrets ? secrets.plain : key === undefined ? undefined : open(key, id, secrets.sealed);
    const isOpen = 'plain' in secrets && key !== undefined;
    return { id, input: opened === undefined ? undefined : joined(settings, opened), leavingSince, version, isOpen };
  }
}

function taken(input: BindingInput): { readonly settings: object; readonly secrets: Secrets } {
  const { token, webhook, ...settings } = input;
  if (webhook === undefined) return { settings, secrets: { token } };
  const { key, previousKey, ...address } = webhook;
  return { settings: { ...settings, webhook: address }, secrets: { token, key, previousKey } };
}

function joined(settings: Readonly<Record<string, unknown>>, { token, ...keys }: Secrets): BindingInput {
  const { webhook } = settings;
  return {
    ...settings,
    token,
    ...(webhook === undefined ? {} : { webhook: { ...(webhook as object), ...keys } }),
  } as BindingInput;
}

/** Bound to the binding's id: sealed secrets that are copied to another binding cannot be opened there. */
const boundTo = (id: string): Buffer => Buffer.from(`${COLLECTION}/${id}`, 'utf8');

function seal(key: Uint8Array, id: string, secrets: Secrets): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(boundTo(id));
  const text = Buffer.concat([cipher.update(JSON.stringify(secrets), 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url');
}

/** `undefined`: sealed with another key, or changed since. */
function open(key: Uint8Array, id: string, sealed: string): Secrets | undefined {
  const bytes = Buffer.from(sealed, 'base64url');
  try {
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(boundTo(id))
      .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
    return secretsSchema.parse(JSON.parse(text.toString('utf8')));
  } catch {
    return undefined;
  }
}

/** @throws secret_key_wrong, naming the bindings that cannot be read */
export function refuseUnreadable(bindings: readonly StoredBinding[]): void {
  const unreadable = bindings.filter(({ input }) => input === undefined).map(({ id }) => id);
  if (unreadable.length > 0) throw pluginError('secret_key_wrong', { bindings: unreadable });
}
