import type { Logger } from './contract.ts';

/**
 * Deaths of processes at which a job is given up (docs/decisions/0013-who-ended-the-process.md). Our choice: at the first it is one
 * suspect of many, the second is no accident yet, and three more follow one another only if it ends each process that tries it.
 */
export const MOST_DEATHS = 5;

/**
 * How long no process may have died before a job with two, three and four deaths is tried again, ms. Our choice: all are longer than a
 * try (45 s), so that whoever kills more often ends a process without it; each is far longer than the one before, so that no
 * regular kill meets it twice.
 */
const QUIET_MS = [60_000, 240_000, 960_000] as const;
/** Deaths from which on a job is tried in such quiet only. */
const IN_QUIET_FROM = 2;

/** The quiet before the next try of a job with so many deaths, ms. */
export function quietBefore(deaths: number): number {
  return QUIET_MS[deaths - IN_QUIET_FROM] ?? 0;
}

/** The same in SQL. */
export function quietSql(deaths: string): string {
  return `CASE ${deaths} ${QUIET_MS.map((ms, index) => `WHEN ${index + IN_QUIET_FROM} THEN ${ms}`).join(' ')} ELSE 0 END`;
}

/** In SQL: lanes whose jobs are tried in quiet only. The first condition is the one of the indexes. */
export const TRIED_IN_QUIET_SQL = `deaths > 0 AND deaths >= ${IN_QUIET_FROM} AND deaths < ${MOST_DEATHS}`;

/** Who is cleared waits no longer than after a second death, ms: it may be the one that ends processes all the same. */
export const CLEARED_WAIT_MS = QUIET_MS[0];

/** What a try that ended in order proves, by the deaths that its job had. */
export type Proof =
  /** Nothing, of anybody else. */
  | 'nothing'
  /** That something else ended a process, if no suspect was under way at the last death and no other one is left of it. */
  | 'one less'
  /** That something else ended a process: this one was tried with no other suspect beside it. */
  | 'all others';

/** See `Proof`. A job that is given up has not been tried. */
export function proofOf(deaths: number): Proof {
  if (deaths === 0 || deaths >= MOST_DEATHS) return 'nothing';
  return deaths < IN_QUIET_FROM ? 'one less' : 'all others';
}

/** A job that was under way when a process died: most of them are innocent, one may have ended it. */
export interface Suspect {
  readonly queue: string;
  readonly lane: string;
  /** Its kind. */
  readonly job: string;
  readonly id: number | string;
  /** Processes that died while they tried it, since a try of it last ended in order. */
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
