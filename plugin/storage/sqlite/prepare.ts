import type { SQLInputValue } from 'node:sqlite';

/** A prepared statement. Columns are named as the row types of `local/tables.ts` name them. */
export interface Statement {
  get(...values: SQLInputValue[]): unknown;
  all(...values: SQLInputValue[]): unknown[];
  run(...values: SQLInputValue[]): { readonly changes: number | bigint; readonly lastInsertRowid: number | bigint };
}

export type Prepare = (sql: string) => Statement;

/** A statement that returns rows. The schema is STRICT, so a column has the type that its declaration says. */
export function query<Row>(prepare: Prepare, sql: string) {
  const statement = prepare(sql);
  return {
    one: (...values: SQLInputValue[]): Row | undefined => statement.get(...values) as Row | undefined,
    all: (...values: SQLInputValue[]): Row[] => statement.all(...values) as Row[],
  };
}

/** A statement that changes rows and tells how many. */
export function change(prepare: Prepare, sql: string): (...values: SQLInputValue[]) => number {
  const statement = prepare(sql);
  return (...values) => Number(statement.run(...values).changes);
}
