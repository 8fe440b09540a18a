import type { ReadTransaction } from '../../plugin/storage/contract.ts';

/** More entries than any test's stream has. */
const ALL = 1_000_000;

/** The number of the newest entry that a stream still has; 0: it has none. */
export async function newestSeq(tx: ReadTransaction, stream: string): Promise<number> {
  return (await tx.readStream(stream, { after: 0, limit: ALL })).at(-1)?.seq ?? 0;
}
