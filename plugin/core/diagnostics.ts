/**
 * What happens, for tools that watch a process from outside its code (`node:diagnostics_channel`): nothing is computed while nobody
 * listens. Named in `docs/operating.md`; `scripts-examples/host/opentelemetry.ts` makes spans of them.
 */
import { channel } from 'node:diagnostics_channel';
import type { Activity, Origin } from '../contract/host.ts';

const activities = channel('metabot24-livetex:activity');
const jobs = channel('metabot24-livetex:job');

/** One try of a job as it ended: a dialog's step, a call of the platform, a request to LiveTex with all around it. */
export interface JobTry {
  readonly queue: string;
  readonly lane: string;
  readonly job: string;
  /** From 1. */
  readonly attempt: number;
  /** When it began, Unix ms. */
  readonly at: number;
  readonly durationMs: number;
  /** A code of the catalogue, or `unknown`; absent when it went well. */
  readonly error?: string;
  readonly origin?: Origin;
}

/** Publishes on `metabot24-livetex:activity`. */
export function publishActivity(activity: Activity): void {
  if (activities.hasSubscribers) activities.publish(activity);
}

/** Publishes on `metabot24-livetex:job`. */
export function publishJob(tried: JobTry): void {
  if (jobs.hasSubscribers) jobs.publish(tried);
}
