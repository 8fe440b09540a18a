import type { DialogEvent } from '../contract/dialog-event.ts';
import type { Json, NewJob } from '../storage/contract.ts';
import type { HostJob } from './host-job.ts';
import type { LiveTexJob } from './livetex-job.ts';
import { DIALOG_QUEUE, HOST_QUEUE, liveTexQueue } from './queue-names.ts';

/** Parsed values leave absent fields out, which the types of zod's `optional()` do not say. */
function asJson(value: DialogEvent | HostJob | LiveTexJob): Json {
  return value as unknown as Json;
}

export function dialogJob(lane: string, event: DialogEvent): NewJob {
  return { queue: DIALOG_QUEUE, lane, kind: event.type, payload: asJson(event) };
}

export function hostJob(lane: string, job: HostJob): NewJob {
  return { queue: HOST_QUEUE, lane, kind: job.kind, payload: asJson(job) };
}

export function liveTexJob(bindingId: string, userId: string, job: LiveTexJob): NewJob {
  return { queue: liveTexQueue(bindingId), lane: userId, kind: job.kind, payload: asJson(job) };
}
