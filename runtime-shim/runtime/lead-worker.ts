import { z } from 'zod';
import { codeOf, messageOf } from '../../plugin/contract/coded-error.ts';
import { createLaneWorker } from '../../plugin/storage/index.ts';
import type { JobFailure, LaneWorker, LaneWorkerEvent } from '../../plugin/storage/lane-worker-contract.ts';
import { leadQueue } from '../leads/lead-keys.ts';
import { performLeadJob } from './perform-lead-job.ts';
import type { RuntimeContext } from './runtime-context.ts';

/** Leads served at one time in this process. Our choice: far more than runners, since most wait for storage or the operator has the dialog. */
const CONCURRENCY = 64;
/** A scenario ends itself after 30 s, with a script's wall clock on top. */
const DEADLINE_MS = 45_000;
/** Longer than the deadline: two nodes never work on one lead. */
const LEASE_MS = 60_000;

/** The worker on the leads' lanes of this bot. */
export function createLeadWorker(
  context: RuntimeContext,
  random: () => number,
  onEvent: (event: LaneWorkerEvent) => void,
): LaneWorker {
  return createLaneWorker({
    storage: context.storage,
    queue: leadQueue(context.botId),
    concurrency: CONCURRENCY,
    deadlineMs: DEADLINE_MS,
    leaseMs: LEASE_MS,
    clock: context.clock,
    random,
    handle: (job, { signal }) => performLeadJob(context, job, signal),
    classify,
    onEvent,
    onError: (error) => context.logger.error('storage failed under the worker on leads', { error }),
  });
}

/** What can never succeed is put aside, so that the lead's later messages go on. */
function classify(error: unknown): JobFailure {
  const text = `${codeOf(error) ?? 'internal'}: ${messageOf(error)}`;
  const hopeless = error instanceof z.ZodError || codeOf(error) === 'event_invalid';
  return hopeless ? { do: 'dead-letter', error: text } : { do: 'retry', error: text };
}
