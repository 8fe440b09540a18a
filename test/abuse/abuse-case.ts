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
