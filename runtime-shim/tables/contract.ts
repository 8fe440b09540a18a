/** Tables of a bot: rows that its scripts look up and write (`table` in a script). */
import type { Json } from '../../plugin/contract/guest.ts';

/** A row's columns, without its `id`. */
export type Row = Readonly<Record<string, Json>>;

/** What a script writes. `id` grows in the order in which rows were made. */
export type TableWrite =
  | { readonly do: 'create'; readonly table: string; readonly id: number; readonly row: Row }
  /** These columns of the row, if it is still there. */
  | { readonly do: 'update'; readonly table: string; readonly id: number; readonly row: Row }
  | { readonly do: 'delete'; readonly table: string; readonly id: number };

/** Rows of one table. Our choice: all of them are looked at by each `find`, in memory. */
export const MAX_ROWS = 10_000;
/** Characters of all rows of one table as JSON. Our choice: two hundred for each of the most rows. */
export const MAX_TABLE_CHARS = 2_000_000;
/** Rows that one `find` gives at most. */
export const MAX_FOUND = 1_000;
/** Characters of one row as JSON, and columns. */
export const MAX_ROW_CHARS = 2_000;
export const MAX_COLUMNS = 100;
/** Writes of all scripts that one message runs. */
export const MAX_WRITES = 1_000;
/** Tables of a bot. Our choice; a script may name a new one whenever it likes. */
export const MAX_TABLES = 100;
