import type { ClaimedJob, DeadJob, StoredJob } from '../contract.ts';
import { fromJsonText } from '../values.ts';

/** Rows as pg hands them over: `bigint` as text (it may not fit a number; ours always do). */
export interface JobRow {
  readonly id: string;
  readonly queue: string;
  readonly lane: string;
  readonly kind: string;
  readonly payload: string;
  readonly enqueued_at: string;
  readonly attempts: number;
  readonly first_failed_at: string | null;
  readonly last_error: string | null;
}

export const JOB_COLUMNS = 'id, queue, lane, kind, payload, enqueued_at, attempts, first_failed_at, last_error';

export function storedJob(row: JobRow): StoredJob {
  return {
    id: Number(row.id),
    queue: row.queue,
    lane: row.lane,
    kind: row.kind,
    payload: fromJsonText(row.payload),
    enqueuedAt: Number(row.enqueued_at),
    attempts: row.attempts,
    firstFailedAt: row.first_failed_at === null ? null : Number(row.first_failed_at),
    lastError: row.last_error,
  };
}

export function claimedJob(
  row: JobRow,
  {
    claim,
    leaseUntil,
    probe,
    deaths,
  }: { readonly claim: string; readonly leaseUntil: number; readonly probe: boolean; readonly deaths: number | null },
): ClaimedJob {
  return {
    ...storedJob(row),
    claim,
    leaseUntil,
    ...(probe ? { probe: true as const } : {}),
    ...(deaths ? { deaths } : {}),
  };
}

export function deadJob(row: JobRow & { readonly died_at: string }): DeadJob {
  return { ...storedJob(row), diedAt: Number(row.died_at) };
}

/**
 * The time of a statement, Unix ms: the server's clock, so that leases mean the same on every node; a test passes its
 * own as $1. `statement_timestamp()` is stable within a statement, so an index can be searched with it.
 */
export const NOW = 'coalesce($1::bigint, (extract(epoch from statement_timestamp()) * 1000)::bigint)';

/** PostgreSQL's `text` holds everything but NUL, which may stand in what a remote system or a script said went wrong. */
export function storableText<Value>(value: Value): Value | string {
  return typeof value === 'string' ? value.replaceAll('\0', '\uFFFD') : value;
}
