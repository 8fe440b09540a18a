import type { Logger } from './contract.ts';

/**
 * A job that was under way at two deaths waits so long for its next turn, ms. Our choice: longer than any try may take
 * (45 s), so that whatever else ends processes ends one without it in this time, which clears it.
 */
export const REPEATED_WAIT_MS = 60_000;
/**
 * From its second death on, a death beside other jobs counts only for a job that was tried so often. Our choice: a death
 * beside others says little, but a process that is never idle must get rid of a deadly job as well.
 */
export const TRIES_BESIDE_OTHERS = 5;

/** A job that was under way when a process died: most of them are innocent, one may have ended it. */
export interface Suspect {
  readonly queue: string;
  readonly lane: string;
  /** Its kind. */
  readonly job: string;
  readonly id: number | string;
  /** Processes in a row that died while they tried it. */
  readonly deaths: number;
  readonly [column: string]: unknown;
}

/** Names each job that was there before; of the others, which may be many, only how many there were. */
export function logSuspects(suspects: readonly Suspect[], logger: Logger | undefined): void {
  const first = suspects.filter(({ deaths }) => deaths === 1);
  if (first.length > 0) logger?.warn('a process died while it tried jobs', { jobs: first.length });
  for (const suspect of suspects) {
    if (suspect.deaths > 1) logger?.warn('a process died again while it tried a job', suspect);
  }
}
