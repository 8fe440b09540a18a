/** Where bindings that are put while the plugin runs are kept. */
import { z } from 'zod';
import type { BindingInput } from '../contract/binding-config.ts';
import { pluginError } from '../errors.ts';
import type { ReadTransaction, Transaction } from '../storage/contract.ts';
import { createSettingsStore, type KeptSettings } from '../storage/kept-settings.ts';

/** Also a journal for people: which binding was put or removed, and when. */
export const CHANGES = 'livetex-binding-changes';

const secretsSchema = z.object({
  token: z.string(),
  key: z.string().optional(),
  previousKey: z.string().optional(),
});
type Secrets = z.infer<typeof secretsSchema>;

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
  const what = { collection: 'livetex-bindings', changes: CHANGES, what: 'binding' };
  const store = createSettingsStore({ ...what, secrets: secretsSchema, key });
  return {
    async get(tx, id) {
      const kept = await store.get(tx, id);
      return kept === undefined ? undefined : stored(kept);
    },
    list: async (tx) => (await store.list(tx)).map(stored),
    put: async (tx, id, input, leavingSince, now) => await store.put(tx, id, { ...taken(input), leavingSince }, now),
    forget: (tx, id, now) => store.forget(tx, id, now),
  };
}

function stored({ id, settings, secrets, leavingSince, version, isOpen }: KeptSettings<Secrets>): StoredBinding {
  const input = settings === undefined || secrets === undefined ? undefined : joined(settings, secrets);
  return { id, input, leavingSince, version, isOpen };
}

function taken(input: BindingInput): {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets: Secrets;
} {
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

/** @throws secret_key_wrong, naming the bindings that cannot be read */
export function refuseUnreadable(bindings: readonly StoredBinding[]): void {
  const unreadable = bindings.filter(({ input }) => input === undefined).map(({ id }) => id);
  if (unreadable.length > 0) throw pluginError('secret_key_wrong', { bindings: unreadable });
}
