import { z } from 'zod';
import type { ReadTransaction, Storage, Transaction } from '../../plugin/storage/contract.ts';
import { giveWay } from '../turns.ts';
import { MAX_ROWS, MAX_TABLE_CHARS, MAX_TABLES, type Row, type TableWrite } from './contract.ts';

/** Rows, by `<bot>:<table>:<id>`; and which tables have been begun, by `<bot>:<table>`. */
const ROWS = 'table_rows';
const TABLES = 'tables';
/** Rows read at one time: other work goes between. */
const READ_ROWS = 500;
/** Several runs that write at one time may bring a table above its limit together. What is beyond this is not seen until something else is deleted. */
const MAX_READ_CHARS = 2 * MAX_TABLE_CHARS;
/** Digits of an id in a key, so that keys stand in the order of ids. */
const ID_DIGITS = 16;
/** Ids of one millisecond. */
const IDS_PER_MS = 1_000;

/** What was checked when it was written: zod would take a microsecond for every value in it. */
const rowSchema = z.custom<Row>((row) => typeof row === 'object' && row !== null && !Array.isArray(row));

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

  /** Puts the rows that the table begins with into storage, once for ever: not when something was written into it before. */
  begin(table: string, rows: readonly Row[]): Promise<void> {
    if (rows.length === 0) return NOTHING_TO_BEGIN;
    let begun = this.#begun.get(table);
    if (begun === undefined) {
      begun = this.#storage.transaction(async (tx) => {
        if (!(await markBegun(tx, this.#botId, table))) return;
        for (const [index, row] of rows.entries()) await tx.putRecord(ROWS, keyOf(this.#botId, table, index + 1), row);
      });
      this.#begun.set(table, begun);
      // The next one who asks tries again.
      begun.catch(() => this.#begun.delete(table));
    }
    return begun;
  }

  /** May something be written into this table? A bot has so many; `writes`: those that are not stored yet. */
  async hasRoomFor(table: string, writes: readonly TableWrite[]): Promise<boolean> {
    return this.#storage.read(async (tx) => {
      const page = { prefix: `${this.#botId}:`, limit: MAX_TABLES };
      const known = new Set((await tx.listRecords(TABLES, page)).map(({ key }) => key));
      for (const write of writes) known.add(`${this.#botId}:${write.table}`);
      return known.size < MAX_TABLES || known.has(`${this.#botId}:${table}`) || isBegun(tx, this.#botId, table);
    });
  }

  /** All rows in the order in which they were made, and how many characters they have. */
  async rows(table: string): Promise<{ readonly rows: readonly StoredRow[]; readonly chars: number }> {
    const rows: StoredRow[] = [];
    let chars = 0;
    for await (const { id, row } of this.#scan(`${this.#botId}:${table}:`)) {
      rows.push({ id, row });
      chars += charsOf(row);
      if (rows.length > MAX_ROWS || chars > MAX_READ_CHARS) break;
    }
    return { rows, chars };
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
      await giveWay();
    }
  }
}

const NOTHING_TO_BEGIN = Promise.resolve();

async function isBegun(tx: ReadTransaction, botId: string, table: string): Promise<boolean> {
  return (await tx.getRecord(TABLES, `${botId}:${table}`)) !== undefined;
}

/** False: it was before. */
async function markBegun(tx: Transaction, botId: string, table: string): Promise<boolean> {
  if (await isBegun(tx, botId, table)) return false;
  await tx.putRecord(TABLES, `${botId}:${table}`, { begun: true }, 0);
  return true;
}

/** Characters of a row as JSON. */
export function charsOf(row: Row): number {
  return JSON.stringify(row).length;
}

/** Stores what scripts wrote, in the transaction of the lead. A row that is gone is not updated. */
export async function storeTableWrites(tx: Transaction, botId: string, writes: readonly TableWrite[]): Promise<void> {
  const created = new Set(writes.flatMap((write) => (write.do === 'create' ? [write.table] : [])));
  for (const table of created) await markBegun(tx, botId, table);
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
