import type { Client } from 'pg';
import { z } from 'zod';

/** What the schema says of itself: `version`, `owner`, `copy` (an unfinished one), `ping`. */
export const COPY_KEY = 'copy';

export async function readMeta(client: Client, key: string): Promise<string | undefined> {
  const { rows } = await client.query<{ value: string }>('SELECT value FROM meta WHERE key = $1', [key]);
  return rows[0]?.value;
}

export async function writeMeta(client: Client, key: string, value: string): Promise<void> {
  const statement = `INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`;
  await client.query(statement, [key, value]);
}

const copyStateSchema = z.object({
  /** What is copied, for people. */
  from: z.string(),
  fingerprint: z.string(),
  /** The table that was copied last, and the number of its last row. */
  table: z.string(),
  after: z.number(),
});
export type CopyState = z.infer<typeof copyStateSchema>;

/** How far an unfinished copy has come; `undefined`: there is none. */
export async function copyStateOf(client: Client): Promise<CopyState | undefined> {
  const text = await readMeta(client, COPY_KEY);
  return text === undefined ? undefined : copyStateSchema.parse(JSON.parse(text));
}
