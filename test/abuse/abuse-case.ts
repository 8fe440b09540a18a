import { readdirSync } from 'node:fs';
import type { ScriptResult, ScriptRun } from '../../runtime-shim/sandbox/contract.ts';

/** One hostile behaviour, and what must come of it. */
export interface AbuseCase {
  /** What it tries, and where it is from when it is a published attack. */
  readonly tries: string;
  /** The script. */
  readonly code: string;
  /** How it may end: `ok` or error codes. Several where it depends on the machine which limit is met first. */
  readonly ends: readonly string[];
  /** What an `ok` run must have returned. */
  readonly returns?: unknown;
  /** What the error's message must match. */
  readonly says?: RegExp;
  /** What else belongs to the run. */
  readonly run?: Partial<ScriptRun>;
  /** What else must hold. Throws when it does not. */
  readonly check?: (result: ScriptResult) => void;
}

/** The cases of one theme. A name stands in one table only. */
export type AbuseCases = Readonly<Record<string, AbuseCase>>;

const TABLES = new URL('./cases/', import.meta.url);

/**
 * All cases of all tables in `cases/`, in the order of their names.
 *
 * @throws Error when two tables have a case of the same name: one of them would not be run.
 */
export async function readAbuseCases(): Promise<ReadonlyArray<readonly [name: string, abuse: AbuseCase]>> {
  const all = new Map<string, AbuseCase>();
  for (const file of readdirSync(TABLES)) {
    const { cases } = (await import(new URL(file, TABLES).href)) as { cases: AbuseCases };
    for (const [name, abuse] of Object.entries(cases)) {
      if (all.has(name)) throw new Error(`the case "${name}" stands in two tables`);
      all.set(name, abuse);
    }
  }
  return [...all].sort(([a], [b]) => (a < b ? -1 : 1));
}
