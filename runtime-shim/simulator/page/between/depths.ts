import type { EntryRecord } from '../../contract.ts';

/** Deeper steps are drawn no further in: the column is narrow. */
const MAX_DEPTH = 6;

/** How many causes lie between an entry and the beginning of its chain, by id. Entries come in their order. */
export function depthsOf(entries: readonly EntryRecord[]): ReadonlyMap<number, number> {
  const depths = new Map<number, number>();
  for (const { id, parent } of entries) {
    const above = parent === undefined ? undefined : depths.get(parent);
    depths.set(id, above === undefined ? 0 : Math.min(above + 1, MAX_DEPTH));
  }
  return depths;
}
