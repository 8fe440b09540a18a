/** Who changed what, and when: durable, without secrets. */
import { randomBytes } from 'node:crypto';
import type { Json, Storage, Transaction } from '../../plugin/storage/contract.ts';
import { type AuditEntry, auditEntrySchema } from './records/session-records.ts';
import type { Person } from './sessions.ts';

const COLLECTION = 'console_audit';
/** Our choice: as the figures of transfers. */
const KEPT_MS = 400 * 24 * 3_600_000;
/** Old entries that go with a new one: so the log shrinks while it grows. */
const PRUNED_AT_ONCE = 10;
/** Keys go down as time goes up, so that a page of the newest is the first of the collection. Enough until the year 5138. */
const END_OF_TIME = 99_999_999_999_999;

const storedSchema = auditEntrySchema.omit({ id: true });

export interface AuditLog {
  add(person: Person, what: string, about?: Readonly<Record<string, Json>>): Promise<void>;
  /** The newest first, behind the entry `after`. */
  list(page: { readonly after?: string | undefined; readonly limit: number }): Promise<AuditEntry[]>;
}

export function createAuditLog(storage: Storage, now: () => number): AuditLog {
  return {
    add: ({ name, role }, what, about = {}) =>
      storage.transaction(async (tx) => {
        const at = now();
        await prune(tx, at - KEPT_MS);
        await tx.putRecord(COLLECTION, `${keyOf(at)}-${randomBytes(6).toString('hex')}`, {
          at,
          name,
          role,
          what,
          about,
        });
      }),
    async list({ after, limit }) {
      const page = { limit, ...(after === undefined ? {} : { after }) };
      const records = await storage.read((tx) => tx.listRecords(COLLECTION, page));
      return records.flatMap(({ key, value }) => {
        const { data } = storedSchema.safeParse(value);
        return data === undefined ? [] : [{ id: key, ...data }];
      });
    },
  };
}

async function prune(tx: Transaction, before: number): Promise<void> {
  const old = await tx.listRecords(COLLECTION, { after: keyOf(before), limit: PRUNED_AT_ONCE });
  for (const { key } of old) await tx.deleteRecord(COLLECTION, key);
}

function keyOf(at: number): string {
  return String(END_OF_TIME - Math.max(0, Math.floor(at))).padStart(String(END_OF_TIME).length, '0');
}
