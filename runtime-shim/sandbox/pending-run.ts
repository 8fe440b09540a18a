import type { ScriptResult, ScriptRun } from './contract.ts';

/** A run from its request to its end, over as many runners as it takes. */
export interface PendingRun {
  readonly id: number;
  readonly script: ScriptRun;
  readonly resolve: (result: ScriptResult) => void;
  readonly reject: (error: unknown) => void;
  /** Unix-free clock of `performance.now()`, ms: when a runner took it. */
  startedAt: number;
  /** When its scenario's time is over, by the same clock. */
  readonly until: number;
  /** Wall clock that it has in this runner, ms. */
  wallMs: number;
  /** It was in a runner that was killed: it runs once more, with nobody beside it. */
  alone: boolean;
  /** Ends its host calls. Made when the first one comes. */
  abort: AbortController | undefined;
  /** Host calls that are not answered yet. */
  calls: number;
}

/** Tells the host calls under way that nobody waits for them any more. Without any there is nobody to tell, and making the reason is dear. */
export function abortCalls(run: PendingRun): void {
  if (run.calls > 0) run.abort?.abort();
}
