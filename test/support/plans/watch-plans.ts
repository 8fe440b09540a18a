import type { Client } from 'pg';
import type { SentStatement } from './hot-statements.ts';

/** A read of a table as the server did it: by which index, and how many rows it looked at. */
export interface TableRead {
  readonly how: string;
  /** Undefined for the index's half of a bitmap scan. */
  readonly table: string | undefined;
  readonly index: string | undefined;
  readonly rows: number;
}

/** Part of what `EXPLAIN (FORMAT json)` says (PostgreSQL documentation, "Using EXPLAIN"). */
interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

/**
 * Has the server tell what it really did for each statement, those inside functions included (auto_explain): not costs,
 * but the reads that happened. Returns a function that runs a statement, undoes it, and answers with its reads.
 */
export async function watchPlans(client: Client): Promise<(sent: SentStatement) => Promise<TableRead[]>> {
  const plans: PlanNode[] = [];
  client.on('notice', ({ message = '' }) => {
    const text = message.slice(message.indexOf('{'));
    if (message.startsWith('duration:')) plans.push((JSON.parse(text) as { Plan: PlanNode }).Plan);
  });
  await client.query(`LOAD 'auto_explain'`);
  for (const [name, value] of Object.entries({
    'auto_explain.log_min_duration': '0',
    'auto_explain.log_nested_statements': 'on',
    'auto_explain.log_analyze': 'on',
    'auto_explain.log_timing': 'off',
    'auto_explain.log_format': 'json',
    client_min_messages: 'log',
  })) {
    await client.query(`SET ${name} = '${value}'`);
  }
  return async ({ statement, values }) => {
    await client.query('BEGIN');
    plans.length = 0;
    await client.query({ ...statement, values: [...values] });
    // Only when its portal is closed, by the next statement, is a SELECT over for the server, and its plan told.
    await client.query('ROLLBACK');
    if (plans.length === 0) throw new Error(`the server told no plan for ${statement.name}`);
    return plans.flatMap(nodesOf).flatMap(tableRead);
  };
}

function nodesOf(plan: PlanNode): PlanNode[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

function tableRead(node: PlanNode): TableRead[] {
  const { 'Node Type': how, 'Relation Name': table, 'Index Name': index } = node;
  if (!how.endsWith(' Scan') || (table === undefined && index === undefined)) return [];
  const rows = (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];
  return [{ how, table, index, rows }];
}

/** More than any batch needs, far less than a large table holds. */
const MOST_ROWS_READ = 2_500;
/** They have a row per node, connection or binding: read as a whole, and quickly. */
const SMALL_TABLES: ReadonlySet<string> = new Set(['nodes', 'sessions', 'gates']);

/** What a statement does that it should not: empty for a good one. */
export function faultsOf({ statement }: SentStatement, reads: readonly TableRead[]): string[] {
  return reads.flatMap(({ how, table, index, rows }) => {
    const where = `${statement.name}: ${how} on ${table ?? index}`;
    if (how === 'Seq Scan') return SMALL_TABLES.has(table ?? '') ? [] : [where];
    return rows > MOST_ROWS_READ ? [`${where}, ${rows} rows`] : [];
  });
}
