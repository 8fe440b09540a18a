import { messageOf } from '../contract/coded-error.ts';
import { createLaneWorker } from '../storage/index.ts';
import type { LaneWorker, LaneWorkerEvent, LaneWorkerOptions } from '../storage/lane-worker-contract.ts';
import { classifyLiveTexFailure, classifyOwnFailure, createDialogClassifier } from '../outbound/classify-failure.ts';
import { createDialogHandler } from '../runner/step-dialog.ts';
import { createHostHandler } from '../outbound/host-handler.ts';
import { createLiveTexHandler } from '../outbound/livetex-handler.ts';
import type { PluginContext } from '../core/plugin-context.ts';
import { DIALOG_QUEUE, HOST_QUEUE, liveTexQueue, queuesOf } from '../core/jobs.ts';

/** Dialogs worked on at one time. Our choice: most of it waits for storage, and a group commit takes many. */
const DIALOG_CONCURRENCY = 64;
/** Calls of the platform under way at one time. Our choice. */
const HOST_CONCURRENCY = 32;
/** A dialog's step may wait for LiveTex's availability twice over (one request under way, then its own) and for the platform, ms. */
const DIALOG_SLACK_MS = 10_000;
/** A platform that has not answered by then is asked again, ms. Our choice: it only has to store what it is told. */
const HOST_DEADLINE_MS = 30_000;
/** A selection may need two requests, and a refused file two as well; ms for everything else. */
const REQUESTS_PER_JOB = 2;
const LIVETEX_SLACK_MS = 5_000;
/** How much longer than the deadline a lease is, ms: an aborted handler ends, and its failure is stored, before another node may claim. */
const LEASE_MARGIN_MS = 15_000;

/** The plugin's workers: one for the dialogs, one for the platform's calls, one per binding. */
export function createWorkers(context: PluginContext, random: () => number): LaneWorker[] {
  const now = (): number => context.clock.now();
  const longestRequestMs = Math.max(0, ...context.bindings.all.map(({ config }) => config.requestTimeoutMs));
  return [
    worker({
      queue: DIALOG_QUEUE,
      concurrency: DIALOG_CONCURRENCY,
      deadlineMs: REQUESTS_PER_JOB * longestRequestMs + DIALOG_SLACK_MS,
      handle: createDialogHandler(context),
      classify: createDialogClassifier(context),
    }),
    worker({
      queue: HOST_QUEUE,
      concurrency: HOST_CONCURRENCY,
      deadlineMs: HOST_DEADLINE_MS,
      handle: createHostHandler(context),
      classify: classifyOwnFailure,
    }),
    ...context.bindings.all.map((binding) =>
      worker({
        queue: liveTexQueue(binding.id),
        concurrency: binding.config.maxInFlight,
        maxClaimed: binding.config.maxInFlight,
        deadlineMs: REQUESTS_PER_JOB * binding.config.requestTimeoutMs + LIVETEX_SLACK_MS,
        handle: createLiveTexHandler(context, binding),
        classify: (error) => classifyLiveTexFailure(error, now()),
      }),
    ),
  ];

  function worker(
    options: Pick<LaneWorkerOptions, 'queue' | 'concurrency' | 'maxClaimed' | 'deadlineMs' | 'handle' | 'classify'>,
  ): LaneWorker {
    return createLaneWorker({
      ...options,
      storage: context.storage,
      leaseMs: options.deadlineMs + LEASE_MARGIN_MS,
      clock: context.clock,
      random,
      onEvent: (event) => report(context, event),
      onError: (error) => context.logger.error('storage failed', { queue: options.queue, error: messageOf(error) }),
    });
  }
}

function report(context: PluginContext, event: LaneWorkerEvent): void {
  const { job, error, nextAt, type } = event;
  const facts = { queue: job.queue, lane: job.lane, job: job.kind, attempt: job.attempts + 1, error };
  if (type === 'dead') context.logger.error('job given up', facts);
  else if (type === 'resumed') context.logger.info('queue resumed', { queue: job.queue });
  else context.logger.warn(`job ${type}`, facts);
  if (type !== 'retry' && type !== 'dead') return;
  context.observe({
    kind: type,
    at: context.clock.now(),
    ...facts,
    ...(nextAt === undefined ? {} : { nextAt }),
  });
}

/**
 * Resolves when no queue has anything that could be done now. Work in one queue makes work in another, which may be claimed
 * before it could be seen waiting: so all are asked again until nothing was stored for any of them meanwhile.
 */
export async function waitUntilIdle(
  context: PluginContext,
  workers: readonly LaneWorker[],
  isRunning: () => boolean,
): Promise<void> {
  const queues = queuesOf(context.bindings.all);
  let happened = false;
  const forget = context.storage.onWakeUp(() => {
    happened = true;
  });
  try {
    while (isRunning()) {
      happened = false;
      await Promise.all(workers.map((worker) => worker.idle()));
      const times = await Promise.all(queues.map((queue) => context.storage.nextWorkAt(queue)));
      const now = context.clock.now();
      if (!happened && times.every((at) => at === undefined || at > now)) return;
    }
  } finally {
    forget();
  }
}
