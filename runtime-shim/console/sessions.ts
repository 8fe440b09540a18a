/** Who has logged in: kept in storage, so that every node knows them and a restart throws nobody out (docs/decisions/0018-console-sessions.md). */
import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../../plugin/contract/host.ts';
import { roleSchema } from './records/session-records.ts';
import type { Storage } from '../../plugin/storage/contract.ts';

/** `admin`: all. `viewer`: figures and states, no texts of leads, no changes. */
export type Role = z.infer<typeof roleSchema>;

/** Who asks. `name` is what they called themselves. */
export interface Person {
  readonly name: string;
  readonly role: Role;
}

interface Session extends Person {
  /** What a change must bring along: a page of another site cannot read it. */
  readonly csrf: string;
}

export interface Tokens {
  readonly adminToken?: string | undefined;
  readonly viewerToken?: string | undefined;
}

const COLLECTION = 'console_sessions';
/** Our choice: a working day. */
export const SESSION_MS = 12 * 3_600_000;
/** 32 random bytes cannot be guessed. */
const SECRET_BYTES = 32;
/** Sessions at one time. Our choice: more is no team; the oldest of the list goes first. */
const MAX_SESSIONS = 1_000;
/** Sessions looked through at one log-in. */
const LOOKED_AT = 200;

const recordSchema = z.object({
  name: z.string(),
  role: roleSchema,
  csrf: z.string(),
  until: z.number(),
  /** Of the token that opened it: with another token in the configuration the session is void. */
  opened: z.string(),
});

export interface Sessions {
  /** Returns the secret for the cookie. */
  open(person: Person): Promise<{ readonly secret: string; readonly session: Session }>;
  /** `undefined`: none, an expired one, or one of an earlier token. */
  find(secret: string): Promise<Session | undefined>;
  close(secret: string): Promise<void>;
}

export function createSessions(storage: Storage, clock: Pick<Clock, 'now'>, tokens: Tokens): Sessions {
  const tokenOf = (role: Role): string => (role === 'admin' ? tokens.adminToken : tokens.viewerToken) ?? '';
  return {
    async open({ name, role }) {
      const secret = randomBytes(SECRET_BYTES).toString('base64url');
      const csrf = randomBytes(SECRET_BYTES).toString('base64url');
      const now = clock.now();
      const record = { name, role, csrf, until: now + SESSION_MS, opened: hash(`${secret}/${tokenOf(role)}`) };
      await storage.transaction(async (tx) => {
        const known = await tx.listRecords(COLLECTION, { limit: MAX_SESSIONS });
        const over = known.filter(({ value }) => (recordSchema.safeParse(value).data?.until ?? 0) <= now);
        const crowded = known.length >= MAX_SESSIONS ? known.slice(0, 1) : [];
        for (const { key } of [...over.slice(0, LOOKED_AT), ...crowded]) await tx.deleteRecord(COLLECTION, key);
        await tx.putRecord(COLLECTION, hash(secret), record, 0);
      });
      return { secret, session: { name, role, csrf } };
    },
    async find(secret) {
      const record = await storage.read((tx) => tx.getRecord(COLLECTION, hash(secret)));
      const { data } = recordSchema.safeParse(record?.value);
      if (data === undefined || data.until <= clock.now()) return undefined;
      const { name, role, csrf, opened } = data;
      return opened === hash(`${secret}/${tokenOf(role)}`) && tokenOf(role) !== '' ? { name, role, csrf } : undefined;
    },
    async close(secret) {
      await storage.transaction((tx) => tx.deleteRecord(COLLECTION, hash(secret)));
    },
  };
}

/** Whoever reads the storage cannot become somebody: it holds hashes of what the cookie holds. */
function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
