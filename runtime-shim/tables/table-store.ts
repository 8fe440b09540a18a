import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import type { Json } from '../../plugin/contract/guest.ts';
import type { Storage, Transaction } from '../../plugin/storage/contract.ts';
import type { Text } from '../../plugin/contract/text.ts';
import { shimError } from '../errors.ts';
import { MAX_ROWS, type Row, type TableWrite } from './contract.ts';

/** Rows, by `<bot>:<table>:<id>`; and which tables have been begun, by `<bot>:<table>`. */
const ROWS = 'table_rows';
const TABLES = 'tables';
/** Rows read at one time: other work goes between. */
const READ_ROWS = 500;
/** Digits of an id in a key, so that keys stand in the order of ids. */
const ID_DIGITS = 16;
/** Ids of one millisecond. */
const IDS_PER_MS = 1_000;

const rowSchema = z.record(z.string(), z.json()) as unknown as z.ZodType<Row>;

/** By its number in this column a row is a lead's, and goes with the lead. Our choice. */
const LEAD_COLUMN = 'lead_id';

/** A row with its number. */
export interface StoredRow {
  readonly id: number;
  readonly row: Row;
}

/** A row, and the table that it is of. */
export interface LeadRow extends StoredRow {
  readonly table: string;
}

function keyOf(botId: string, table: string, id: number): string {
  return `${botId}:${table}:${String(id).padStart(ID_DIGITS, '0')}`;
}

/** The rows of a bot's tables in storage. */
export class TableStore {
  readonly #storage: Storage;
  readonly #botId: string;
  readonly #now: () => number;
  readonly #begun = new Map<string, Promise<void>>();
  #lastId = 0;

  constructor(storage: Storage, botId: string, now: () => number) {
    this.#storage = storage;
    this.#botId = botId;
    this.#now = now;
  }

  /** A number that grows, and that no other row has: two nodes that meet in one are told by the storage. */
  newId(): number {
    this.#lastId = Math.max(this.#lastId + 1, this.#now() * IDS_PER_MS);
    return this.#lastId;
  }

  /** Puts the rows that the table begins with into storage, once for ever. */
  begin(table: string, rows: readonly Row[]): Promise<void> {
    let begun = this.#begun.get(table);
    if (begun === undefined) {
      begun = this.#storage.transaction(async (tx) => {
        const key = `${this.#botId}:${table}`;
        if ((await tx.getRecord(TABLES, key)) !== undefined) return;
        await tx.putRecord(TABLES, key, { begun: true }, 0);
        for (const [index, row] of rows.entries()) await tx.putRecord(ROWS, keyOf(this.#botId, table, index + 1), row);
      });
      this.#begun.set(table, begun);
      // The next one who asks tries again.
      begun.catch(() => this.#begun.delete(table));
    }
    return begun;
  }

  /** All rows in the order in which they were made. */
  async rows(table: string): Promise<StoredRow[]> {
    const rows: StoredRow[] = [];
    for await (const { id, row } of this.#scan(`${this.#botId}:${table}:`)) {
      rows.push({ id, row });
      if (rows.length > MAX_ROWS) break;
    }
    return rows;
  }

  /** Rows of all tables that are about a lead: their column `lead_id` is its number. */
  async rowsOfLead(number: number): Promise<LeadRow[]> {
    const rows: LeadRow[] = [];
    for await (const { key, id, row } of this.#scan(`${this.#botId}:`)) {
      const of = row[LEAD_COLUMN];
      if (of !== number && of !== String(number)) continue;
      rows.push({ table: key.slice(this.#botId.length + 1, -ID_DIGITS - 1), id, row });
    }
    return rows;
  }

  async *#scan(prefix: string): AsyncGenerator<StoredRow & { readonly key: string }> {
    for (let after: string | undefined; ;) {
      const page = { prefix, limit: READ_ROWS, ...(after === undefined ? {} : { after }) };
      const records = await this.#storage.read((tx) => tx.listRecords(ROWS, page));
      for (const { key, value } of records) {
        yield { key, id: Number(key.slice(-ID_DIGITS)), row: rowSchema.parse(value) };
      }
      if (records.length < READ_ROWS) return;
      after = records.at(-1)?.key;
      // Thousands of rows must not hold up everybody else.
      await setImmediate();
    }
  }
}

/** Stores what scripts wrote, in the transaction of the lead. A row that is gone is not updated. */
export async function storeTableWrites(tx: Transaction, botId: string, writes: readonly TableWrite[]): Promise<void> {
  for (const write of writes) {
    const key = keyOf(botId, write.table, write.id);
    if (write.do === 'create') {
      // @throws storage_conflict when another node gave the same number: the scenario runs again with another one.
      await tx.putRecord(ROWS, key, write.row, 0);
    } else if (write.do === 'delete') {
      await tx.deleteRecord(ROWS, key);
    } else {
      const record = await tx.getRecord(ROWS, key);
      if (record !== undefined) {
        await tx.putRecord(ROWS, key, { ...rowSchema.parse(record.value), ...write.row }, record.version);
      }
    }
  }
}

/** What a table may have only so many of. */
export function rowsOf(table: string): Text {
  return { en: `rows of the table "${table}"`, ru: `строк в таблице "${table}"` };
}

/** The rows as they will be. @throws script_host_calls when they are too many */
export function withWrites(table: string, rows: readonly StoredRow[], writes: readonly TableWrite[]): StoredRow[] {
  const own = writes.filter((write) => write.table === table);
  if (own.length === 0) return [...rows];
  const byId = new Map<number, Row>(rows.map(({ id, row }) => [id, row]));
  for (const write of own) {
    const present = byId.get(write.id);
    if (write.do === 'create') byId.set(write.id, write.row);
    else if (write.do === 'delete') byId.delete(write.id);
    else if (present !== undefined) byId.set(write.id, { ...present, ...write.row });
  }
  if (byId.size > MAX_ROWS) throw shimError('script_host_calls', { limit: MAX_ROWS, what: rowsOf(table) });
  return [...byId].map(([id, row]) => ({ id, row }));
}

export function asColumns({ id, row }: StoredRow): Record<string, Json> {
  return { ...row, id };
}
