import { messageOf } from '../contract/coded-error.ts';
import { createLaneWorker } from '../storage/index.ts';
import type { LaneWorker, LaneWorkerEvent, LaneWorkerOptions } from '../storage/lane-worker-contract.ts';
import { classifyLiveTexFailure, classifyOwnFailure } from './classify-failure.ts';
import { createDialogHandler } from './dialog-handler.ts';
import { createHostHandler } from './host-handler.ts';
import { createLiveTexHandler } from './livetex-handler.ts';
import type { PluginParts } from './plugin-parts.ts';
import { DIALOG_QUEUE, HOST_QUEUE, liveTexQueue } from './queue-names.ts';

/** Dialogs worked on at one time. Ours: most of it waits for storage, and a group commit takes many. */
const DIALOG_CONCURRENCY = 64;
/** Calls of the platform under way at one time. Ours. */
const HOST_CONCURRENCY = 32;
/** A dialog's step may wait for LiveTex's availability twice over (one request under way, then its own) and for the platform, ms. */
const DIALOG_SLACK_MS = 10_000;
/** A platform that has not answered by then is asked again, ms. Ours: it only has to store what it is told. */
const HOST_DEADLINE_MS = 30_000;
/** A selection may need two requests, and a refused file two as well; ms for everything else. */
const REQUESTS_PER_JOB = 2;
const LIVETEX_SLACK_MS = 5_000;
/** How much longer than the deadline a lease is, ms: an aborted handler ends, and its failure is stored, before another node may claim. */
const LEASE_MARGIN_MS = 15_000;

/** The plugin's workers: one for the dialogs, one for the platform's calls, one per binding. */
export function createWorkers(parts: PluginParts, random: () => number): LaneWorker[] {
  const now = (): number => parts.clock.now();
  const longestRequestMs = Math.max(0, ...parts.bindings.all.map(({ config }) => config.requestTimeoutMs));
  return [
    worker({
      queue: DIALOG_QUEUE,
      concurrency: DIALOG_CONCURRENCY,
      deadlineMs: REQUESTS_PER_JOB * longestRequestMs + DIALOG_SLACK_MS,
      handle: createDialogHandler(parts),
      classify: classifyOwnFailure,
    }),
    worker({
      queue: HOST_QUEUE,
      concurrency: HOST_CONCURRENCY,
      deadlineMs: HOST_DEADLINE_MS,
      handle: createHostHandler(parts),
      classify: classifyOwnFailure,
    }),
    ...parts.bindings.all.map((binding) =>
      worker({
        queue: liveTexQueue(binding.id),
        concurrency: binding.config.maxInFlight,
        maxClaimed: binding.config.maxInFlight,
        deadlineMs: REQUESTS_PER_JOB * binding.config.requestTimeoutMs + LIVETEX_SLACK_MS,
        handle: createLiveTexHandler(parts, binding),
        classify: (error) => classifyLiveTexFailure(error, now()),
      }),
    ),
  ];

  function worker(
    options: Pick<LaneWorkerOptions, 'queue' | 'concurrency' | 'maxClaimed' | 'deadlineMs' | 'handle' | 'classify'>,
  ): LaneWorker {
    return createLaneWorker({
      ...options,
      storage: parts.storage,
      leaseMs: options.deadlineMs + LEASE_MARGIN_MS,
      clock: parts.clock,
      random,
      onEvent: (event) => report(parts, event),
      onError: (error) => parts.logger.error('storage failed', { queue: options.queue, error: messageOf(error) }),
    });
  }
}

function report(parts: PluginParts, event: LaneWorkerEvent): void {
  const { job, error, nextAt, type } = event;
  const context = { queue: job.queue, lane: job.lane, job: job.kind, attempt: job.attempts + 1, error };
  if (type === 'dead') parts.logger.error('job given up', context);
  else if (type === 'resumed') parts.logger.info('queue resumed', { queue: job.queue });
  else parts.logger.warn(`job ${type}`, context);
  if (type !== 'retry' && type !== 'dead') return;
  parts.observe({
    kind: type,
    at: parts.clock.now(),
    ...context,
    ...(nextAt === undefined ? {} : { nextAt }),
  });
}
