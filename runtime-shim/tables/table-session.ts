import { z } from 'zod';
import type { Json } from '../../plugin/contract/guest.ts';
import { shimError } from '../errors.ts';
import { MAX_COLUMNS, MAX_FOUND, MAX_ROW_CHARS, MAX_ROWS, MAX_WRITES, type Row, type TableWrite } from './contract.ts';
import { matches, OPERATORS, sorted } from './match-row.ts';
import { asColumns, rowsOf, type StoredRow, type TableStore, withWrites } from './table-store.ts';

/** Most conditions, columns to sort by, and values of one `IN`. Our choice. */
const MAX_CONDITIONS = 50;
const MAX_ORDERS = 10;
const MAX_VALUES = 1_000;

const columnSchema = z.string().min(1).max(200);
const tableSchema = z.string().regex(/^[\p{L}\p{N}_.-]{1,100}$/u);
const idSchema = z.int().nonnegative();
/** Parsed JSON is what our own type says, but for being read-only. */
const jsonSchema = z.json() as unknown as z.ZodType<Json>;
const rowSchema = z.record(columnSchema, jsonSchema);
const valuesSchema = z.array(jsonSchema).max(MAX_VALUES);

const conditionSchema = z
  .strictObject({ column: columnSchema, operator: z.enum(OPERATORS), value: jsonSchema })
  .refine(({ operator, value }) => !/^(?:not )?in$/.test(operator) || valuesSchema.safeParse(value).success);

/** Comes from an untrusted script: `../globals/table.guest.ts` has said what is wrong with it to an honest one. */
const requestSchema = z.discriminatedUnion('do', [
  z.strictObject({
    do: z.literal('find'),
    table: tableSchema,
    columns: z.array(columnSchema).max(MAX_COLUMNS),
    where: z.array(conditionSchema).max(MAX_CONDITIONS),
    orderBy: z.array(z.strictObject({ column: columnSchema, descending: z.boolean() })).max(MAX_ORDERS),
    /** `null`: all of them, of which the script takes those that fit its expression. */
    limit: z.int().min(0).max(MAX_FOUND).nullable(),
    offset: z.int().min(0),
  }),
  z.strictObject({ do: z.literal('create'), table: tableSchema, row: rowSchema }),
  z.strictObject({ do: z.literal('update'), table: tableSchema, id: idSchema, row: rowSchema }),
  z.strictObject({ do: z.literal('delete'), table: tableSchema, id: idSchema }),
]);
type Request = z.infer<typeof requestSchema>;

/** What tables a run sees: those of the storage, under what earlier scripts of the message wrote, under what it writes itself. */
export class TableSession {
  readonly #store: TableStore;
  readonly #beginnings: ReadonlyMap<string, readonly Row[]>;
  readonly #earlier: readonly TableWrite[];
  #writes: TableWrite[] = [];
  /** A run that begins anew has another one. */
  #try: AbortSignal | undefined;
  readonly #rows = new Map<string, Promise<readonly StoredRow[]>>();

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

  /** The host function behind `table`. @throws script_host_calls, script_result_too_large */
  async call(argsJson: string, signal: AbortSignal): Promise<string> {
    if (signal !== this.#try) {
      this.#try = signal;
      this.#writes = [];
      this.#rows.clear();
    }
    return JSON.stringify(await this.#perform(requestSchema.parse(JSON.parse(argsJson))));
  }

  async #perform(request: Request): Promise<Json> {
    const { table } = request;
    const stored = await this.#stored(table);
    const rows = withWrites(table, stored, [...this.#earlier, ...this.#writes]);
    if (request.do === 'find') return found(rows, request);
    if (request.do === 'create') {
      if (rows.length >= MAX_ROWS) throw shimError('script_host_calls', { limit: MAX_ROWS, what: rowsOf(table) });
      const id = this.#store.newId();
      this.#write({ do: 'create', table, id, row: checked(request.row) });
      return { ...request.row, id };
    }
    const own = rows.find(({ id }) => id === request.id);
    if (own === undefined) return request.do === 'delete' ? false : null;
    if (request.do === 'delete') {
      this.#write({ do: 'delete', table, id: request.id });
      return true;
    }
    checked({ ...own.row, ...request.row });
    this.#write({ do: 'update', table, id: request.id, row: request.row });
    return { ...own.row, ...request.row, id: own.id };
  }

  /** Read once for a run: it sees one state of the table, and its own writes. */
  #stored(table: string): Promise<readonly StoredRow[]> {
    let rows = this.#rows.get(table);
    if (rows === undefined) {
      rows = this.#store.begin(table, this.#beginnings.get(table) ?? []).then(() => this.#store.rows(table));
      this.#rows.set(table, rows);
      rows.catch(() => undefined);
    }
    return rows;
  }

  #write(write: TableWrite): void {
    if (this.#earlier.length + this.#writes.length >= MAX_WRITES) {
      throw shimError('script_host_calls', {
        limit: MAX_WRITES,
        what: { en: 'writes into tables', ru: 'записей в таблицы' },
      });
    }
    this.#writes.push(write);
  }
}

function checked(row: Row): Row {
  if (Object.keys(row).length > MAX_COLUMNS)
    throw shimError('script_host_calls', {
      limit: MAX_COLUMNS,
      what: { en: 'columns in one row', ru: 'столбцов в одной строке' },
    });
  if (JSON.stringify(row).length > MAX_ROW_CHARS) throw shimError('script_result_too_large', { limit: MAX_ROW_CHARS });
  return row;
}

function found(
  rows: readonly StoredRow[],
  { columns, where, orderBy, limit, offset }: Extract<Request, { do: 'find' }>,
): Json {
  const fitting = rows.map(asColumns).filter((row) => where.every((condition) => matches(row, condition)));
  const ordered = orderBy.length === 0 ? fitting : sorted(fitting, orderBy);
  const page = limit === null ? ordered : ordered.slice(offset, offset + limit);
  if (columns.length === 0) return page;
  return page.map((row) => Object.fromEntries(columns.map((column) => [column, row[column] ?? null])));
}
