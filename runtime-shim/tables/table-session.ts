import { z } from 'zod';
import type { Json } from '../../plugin/contract/guest.ts';
import { shimError } from '../errors.ts';
import type { Text } from '../../plugin/contract/text.ts';
import { giveWay } from '../turns.ts';
import {
  MAX_COLUMNS,
  MAX_FOUND,
  MAX_ROW_CHARS,
  MAX_ROWS,
  MAX_TABLE_CHARS,
  MAX_TABLES,
  MAX_WRITES,
  type Row,
  type TableWrite,
} from './contract.ts';
import { columnOf, OPERATORS, rowTest, sorted, type Work } from './match-row.ts';
import { charsOf, type TableStore } from './table-store.ts';

/** Most conditions, columns to sort by, and values of all `IN` together. Our choice. */
const MAX_CONDITIONS = 50;
const MAX_ORDERS = 10;
const MAX_VALUES = 1_000;
/** Characters of a question beside its row: the names of table and operation. */
const MAX_ENVELOPE_CHARS = 500;
/** Characters of the tables that one run has read, before it is refused another one. Our choice: two full ones. */
const MAX_READ_CHARS = 2 * MAX_TABLE_CHARS;
/**
 * Steps of looking through rows of one run: a row, a condition on it, a character compared by a pattern. Our choice: some tenths of a second of the
 * server's time, and a hundred questions of two conditions to the largest table.
 */
const MAX_STEPS = 10_000_000;

const columnSchema = z.string().min(1).max(200);
const tableSchema = z.string().regex(/^[\p{L}\p{N}_.-]{1,100}$/u);
const idSchema = z.int().nonnegative();
/** It came out of `JSON.parse`, and is small: zod would take a microsecond for every value in it. */
const rowSchema = z.custom<Row>(
  (row) =>
    typeof row === 'object' &&
    row !== null &&
    !Array.isArray(row) &&
    Object.keys(row).every((column) => column !== '' && column.length <= 200),
);
const scalarSchema = z.union([z.string().max(MAX_ROW_CHARS), z.number(), z.boolean(), z.null()]);

const conditionSchema = z
  .strictObject({
    column: columnSchema,
    operator: z.enum(OPERATORS),
    value: z.union([scalarSchema, z.array(scalarSchema).max(MAX_VALUES)]),
  })
  .refine(({ operator, value }) => /^(?:not )?in$/.test(operator) === Array.isArray(value));

/** What rows are asked for. */
export const querySchema = z.strictObject({
  columns: z.array(columnSchema).max(MAX_COLUMNS),
  where: z
    .array(conditionSchema)
    .max(MAX_CONDITIONS)
    .refine((all) => all.reduce((sum, { value }) => sum + (Array.isArray(value) ? value.length : 0), 0) <= MAX_VALUES),
  orderBy: z.array(z.strictObject({ column: columnSchema, descending: z.boolean() })).max(MAX_ORDERS),
  /** `null`: all of them, of which the script takes those that fit its expression. */
  limit: z.int().min(0).max(MAX_FOUND).nullable(),
  offset: z.int().min(0),
});

/** Comes from an untrusted script: `../globals/table.guest.ts` has said what is wrong with it to an honest one. */
const requestSchema = z.discriminatedUnion('do', [
  querySchema.extend({ do: z.literal('find'), table: tableSchema }),
  z.strictObject({ do: z.literal('create'), table: tableSchema, row: rowSchema }),
  z.strictObject({ do: z.literal('update'), table: tableSchema, id: idSchema, row: rowSchema }),
  z.strictObject({ do: z.literal('delete'), table: tableSchema, id: idSchema }),
]);

/** A table as a run sees it. */
interface Seen {
  readonly rows: Map<number, Row>;
  /** Of all rows as JSON. */
  chars: number;
}

/** What tables a run sees: those of the storage, under what earlier scripts of the message wrote, under what it writes itself. */
export class TableSession {
  readonly #store: TableStore;
  readonly #beginnings: ReadonlyMap<string, readonly Row[]>;
  readonly #earlier: readonly TableWrite[];
  #writes: TableWrite[] = [];
  /** A run that begins anew has another one. */
  #try: AbortSignal | undefined;
  readonly #seen = new Map<string, Promise<Seen>>();
  #readChars = 0;
  readonly #work: Work = { steps: 0 };

  constructor(
    store: TableStore,
    beginnings: ReadonlyMap<string, readonly Row[]>,
    earlier: readonly TableWrite[] | undefined,
  ) {
    this.#store = store;
    this.#beginnings = beginnings;
    this.#earlier = earlier ?? [];
  }

  /** Of the run that has ended. */
  get writes(): readonly TableWrite[] {
    return this.#writes;
  }

  /** Forgets what was read: a run that waits for others must not hold megabytes meanwhile. Its own writes stay. */
  release(): void {
    this.#seen.clear();
    this.#readChars = 0;
  }

  /** The host function behind `table`. @throws script_host_calls, script_result_too_large */
  async call(argsJson: string, signal: AbortSignal): Promise<string> {
    if (signal !== this.#try) {
      this.#try = signal;
      this.#writes = [];
      this.#work.steps = 0;
      this.release();
    }
    const given: unknown = JSON.parse(argsJson);
    const isFind = typeof given === 'object' && given !== null && 'do' in given && given.do === 'find';
    if (!isFind && argsJson.length > MAX_ROW_CHARS + MAX_ENVELOPE_CHARS) throw rowTooLarge();
    return JSON.stringify(await this.#perform(requestSchema.parse(given)));
  }

  async #perform(request: z.infer<typeof requestSchema>): Promise<Json> {
    const { table } = request;
    const seen = await this.#table(table);
    if (request.do === 'find') return await foundRows(wholeRows(seen), request, this.#work);
    if (request.do === 'create') {
      const { row } = request;
      if (seen.rows.size >= MAX_ROWS)
        throw tooMany(MAX_ROWS, { en: `rows of the table "${table}"`, ru: `строк в таблице "${table}"` });
      if (seen.rows.size === 0 && !(await this.#store.hasRoomFor(table, this.#earlier.concat(this.#writes)))) {
        throw tooMany(MAX_TABLES, { en: 'tables', ru: 'таблиц' });
      }
      this.#mayGrow(table, seen, checked(row));
      const id = this.#store.newId();
      this.#write(seen, { do: 'create', table, id, row });
      return { ...row, id };
    }
    const own = seen.rows.get(request.id);
    if (own === undefined) return request.do === 'delete' ? false : null;
    if (request.do === 'delete') {
      this.#write(seen, { do: 'delete', table, id: request.id });
      return true;
    }
    const row = { ...own, ...request.row };
    this.#mayGrow(table, seen, checked(row) - charsOf(own));
    this.#write(seen, { do: 'update', table, id: request.id, row: request.row });
    return { ...row, id: request.id };
  }

  /** Read once for a run: it sees one state of the table, and its own writes. */
  #table(table: string): Promise<Seen> {
    const known = this.#seen.get(table);
    if (known !== undefined) return known;
    if (this.#readChars >= MAX_READ_CHARS) {
      throw tooMany(MAX_READ_CHARS, { en: 'characters read from tables', ru: 'знаков, прочитанных из таблиц' });
    }
    const seen = this.#read(table);
    this.#seen.set(table, seen);
    seen.catch(() => undefined);
    return seen;
  }

  async #read(table: string): Promise<Seen> {
    await this.#store.begin(table, this.#beginnings.get(table) ?? []);
    const { rows, chars } = await this.#store.rows(table);
    const seen = { rows: new Map(rows.map(({ id, row }) => [id, row])), chars };
    for (const write of [...this.#earlier, ...this.#writes]) if (write.table === table) apply(seen, write);
    this.#readChars += seen.chars;
    return seen;
  }

  #mayGrow(table: string, { chars }: Seen, by: number): void {
    if (by <= 0 || chars + by <= MAX_TABLE_CHARS) return;
    throw tooMany(MAX_TABLE_CHARS, { en: `characters in the table "${table}"`, ru: `знаков в таблице "${table}"` });
  }

  #write(seen: Seen, write: TableWrite): void {
    if (this.#earlier.length + this.#writes.length >= MAX_WRITES) {
      throw tooMany(MAX_WRITES, { en: 'writes into tables', ru: 'записей в таблицы' });
    }
    this.#writes.push(write);
    apply(seen, write);
  }
}

function* wholeRows({ rows }: Seen): Generator<Record<string, Json>> {
  for (const [id, row] of rows) yield { ...row, id };
}

function apply(seen: Seen, write: TableWrite): void {
  const own = seen.rows.get(write.id);
  if (own !== undefined) seen.chars -= charsOf(own);
  if (write.do === 'delete') {
    seen.rows.delete(write.id);
    return;
  }
  if (write.do === 'update' && own === undefined) return;
  const row = { ...own, ...write.row };
  seen.rows.set(write.id, row);
  seen.chars += charsOf(row);
}

function tooMany(limit: number, what: Text): Error {
  return shimError('script_host_calls', { limit, what });
}

function rowTooLarge(): Error {
  return shimError('script_result_too_large', { limit: MAX_ROW_CHARS });
}

/** How many characters a row has. @throws script_host_calls, script_result_too_large */
function checked(row: Row): number {
  if (Object.keys(row).length > MAX_COLUMNS)
    throw tooMany(MAX_COLUMNS, { en: 'columns in one row', ru: 'столбцов в одной строке' });
  const chars = charsOf(row);
  if (chars > MAX_ROW_CHARS) throw rowTooLarge();
  return chars;
}

/** The rows that fit a query, in its order, with its columns. `work` is of all queries of a run. @throws script_host_calls */
export async function foundRows(
  rows: Iterable<Readonly<Record<string, Json>>>,
  { columns, where, orderBy, limit, offset }: z.infer<typeof querySchema>,
  work: Work,
): Promise<Json> {
  const fits = rowTest(where, work);
  const fitting: Array<Readonly<Record<string, Json>>> = [];
  for (const row of rows) {
    if (fits(row)) fitting.push(row);
    if (work.steps > MAX_STEPS) {
      throw tooMany(MAX_STEPS, { en: 'steps of looking through rows', ru: 'шагов поиска по строкам' });
    }
    await giveWay();
  }
  const ordered = orderBy.length === 0 ? fitting : sorted(fitting, orderBy);
  const page = limit === null ? ordered : ordered.slice(offset, offset + limit);
  if (columns.length === 0) return page;
  return page.map((row) => Object.fromEntries(columns.map((column) => [column, columnOf(row, column)])));
}
