import { readFileSync } from 'node:fs';
import { Client } from 'pg';
import { startPostgres } from '../support/postgres.ts';
import { processTree } from './process-tree.ts';
import type { SectionOptions } from './section.ts';

/** What a server has done so far. */
export interface ServerLoad {
  /** Statements that nodes have sent; what functions do inside is not among them. */
  readonly statements: number;
  /** Transactions that wrote: each is one commit, and waits for one flush. */
  readonly writes: number;
  readonly walBytes: number;
  /** Of all its processes, ms. */
  readonly cpuMs: number;
}

/** A server of the benchmark (fsync on) that tells what work costs it. */
export interface MeasuredPostgres {
  /** A storage specification with a schema of its own. */
  schema(name: string): string;
  load(): Promise<ServerLoad>;
  stop(): Promise<void>;
}

const LOAD = `SELECT
  (SELECT coalesce(sum(calls), 0) FROM pg_stat_statements WHERE toplevel)::float8 AS statements,
  pg_current_xact_id()::text::float8 AS writes,
  (pg_current_wal_lsn() - '0/0'::pg_lsn)::float8 AS wal`;

/** `undefined`, with a line of progress, where no server can be started. */
export async function startMeasuredPostgres(
  progress: SectionOptions['progress'],
): Promise<MeasuredPostgres | undefined> {
  const settings = { shared_buffers: '256MB', max_connections: '150', shared_preload_libraries: 'pg_stat_statements' };
  const server = await startPostgres(settings).catch((error: unknown) => {
    progress(`   no PostgreSQL here: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  });
  if (server === undefined) return undefined;
  const client = new Client({ connectionString: server.url });
  await client.connect();
  await client.query('CREATE EXTENSION pg_stat_statements');
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const root = parentOf(rows[0]?.pid ?? 0);
  return {
    schema: (name) => `${server.url}?schema=${name}`,
    async load() {
      const [row] = (await client.query<{ statements: number; writes: number; wal: number }>(LOAD)).rows;
      const { statements = 0, writes = 0, wal = 0 } = row ?? {};
      return { statements, writes, walBytes: wal, cpuMs: processTree(root).cpuMs };
    },
    async stop() {
      await client.end();
      await server.stop();
    },
  };
}

/** The process that has started this one (proc(5), field 4 behind the name). */
function parentOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

/** What one piece of work cost the server, of `count` between two looks. */
export function loadPerPiece(before: ServerLoad, after: ServerLoad, count: number): ServerLoad {
  return {
    statements: (after.statements - before.statements) / count,
    writes: (after.writes - before.writes) / count,
    walBytes: (after.walBytes - before.walBytes) / count,
    cpuMs: (after.cpuMs - before.cpuMs) / count,
  };
}
