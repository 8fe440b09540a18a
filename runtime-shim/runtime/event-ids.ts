import { createHash } from 'node:crypto';
import type { LeadJob } from './lead-job.ts';

/** An event's id has 200 characters; the index and the prefix need some of them. */
const MAX_BASE_LENGTH = 160;

/** The id that all events of a job share the beginning of: the same job gives the same ids, however often it is tried. */
export function eventIdBase(job: LeadJob): string {
  const base = `${job.kind}:${job.id}`;
  return base.length <= MAX_BASE_LENGTH ? base : `${job.kind}:${createHash('sha256').update(base).digest('base64url')}`;
}
