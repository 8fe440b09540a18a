import { WATCH } from '../../plugin/storage/postgres/node-watch.ts';
import type { PostgresDatabase } from './postgres-database.ts';

/** Silent for so long, a node of a test counts as gone, ms. */
export const GONE_AFTER_MS = 1_000;

/**
 * Takes over from nodes that have fallen silent, as each node does when it has seen for long enough that they are. A test whose clock
 * jumps cannot wait for that: to a node that was just saying that it lives, a jump is a clock that was set.
 */
export async function takeOver(database: PostgresDatabase, url: string, now: number): Promise<void> {
  const schema = new URL(url).searchParams.get('schema') ?? '';
  const values = [`${now}::bigint`, `${GONE_AFTER_MS}::bigint`, `''`];
  const free = values.reduce((text, value, index) => text.replace(`$${index + 1}`, value), WATCH.free);
  await database.query(`SET search_path = ${schema}; ${free}`);
}
