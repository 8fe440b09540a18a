import type { SQLInputValue, SQLOutputValue } from 'node:sqlite';

/** A prepared statement. */
interface Statement {
  get(...values: SQLInputValue[]): unknown;
  all(...values: SQLInputValue[]): unknown[];
  run(...values: SQLInputValue[]): { readonly changes: number | bigint; readonly lastInsertRowid: number | bigint };
  /** Rows come as lists of their columns from then on. */
  setReturnArrays(enabled: boolean): void;
}

export type Prepare = (sql: string) => Statement;

/**
 * The planner of SQLite 3.54 looks at the values of parameters, and compiles a statement with an order, a bound or a join anew
 * for each: 4 µs instead of 0.4. Behind a plus, which changes nothing else, it does not see them.
 */
function plannedOnce(sql: string): string {
  return sql.replaceAll('?', '+?');
}

/**
 * A statement that returns rows. Each comes as the list of its columns, which costs half of what an object does, and is
 * made a `Row` by `read`. The schema is STRICT, so a column has the type that its declaration says.
 */
export function query<Row>(prepare: Prepare, sql: string, read: (columns: never) => Row) {
  const statement = prepare(plannedOnce(sql));
  statement.setReturnArrays(true);
  return {
    one(...values: SQLInputValue[]): Row | undefined {
      const columns = statement.get(...values);
      return columns === undefined ? undefined : read(columns as never);
    },
    all: (...values: SQLInputValue[]): Row[] => statement.all(...values).map((columns) => read(columns as never)),
  };
}

/** The first column, for statements with one. */
export function only<Value extends SQLOutputValue>([value]: readonly [Value]): Value {
  return value;
}

/** A statement that changes rows and tells how many. */
export function change(prepare: Prepare, sql: string): (...values: SQLInputValue[]) => number {
  const statement = prepare(sql);
  return (...values) => Number(statement.run(...values).changes);
}
