import { createHash } from 'node:crypto';
import { codeOf, messageOf } from '../contract/coded-error.ts';
import { MAX_REQUEST_TIMEOUT_MS } from '../contract/binding-config.ts';
import { createLaneWorker, createQueueWatch, steadyTime } from '../storage/index.ts';
import type { Origin } from '../contract/host.ts';
import type { Metric } from '../contract/plugin.ts';
import { publishJob } from '../core/diagnostics.ts';
import { fromOrigin, originOf } from '../core/origin.ts';
import type { ClaimedJob, StoredJob } from '../storage/contract.ts';
import type {
  JobFailure,
  JobOutcome,
  LaneWorker,
  LaneWorkerEvent,
  LaneWorkerOptions,
} from '../storage/lane-worker-contract.ts';
import { classifyDialogFailure, classifyLiveTexFailure, classifyOwnFailure } from '../outbound/classify-failure.ts';
import { createBreaker, holdFor } from '../outbound/breaker.ts';
import { createDialogHandler } from '../runner/step-dialog.ts';
import { createHostHandler } from '../outbound/host-handler.ts';
import { createLiveTexHandler } from '../outbound/livetex-handler.ts';
import type { Binding, PluginContext } from '../core/plugin-context.ts';
import { createFairShare } from './fair-share.ts';
import {
  bindingOfJob,
  BINDINGS_QUEUE,
  DIALOG_QUEUE,
  prefixesOf,
  HOST_QUEUE,
  liveTexQueue,
  queuesOf,
} from '../core/jobs.ts';

/** Dialogs worked on at one time. Our choice: most of it waits for storage, and a group commit takes many. */
const DIALOG_CONCURRENCY = 64;
/** Calls of the platform under way at one time. Our choice. */
const HOST_CONCURRENCY = 32;
/** A dialog's step may wait for LiveTex's availability twice over (one request under way, then its own), a minute each, and for the platform, ms. */
const DIALOG_DEADLINE_MS = 2 * MAX_REQUEST_TIMEOUT_MS + 10_000;
/** A platform that has not answered by then is asked again, ms. Our choice: it only has to store what it is told. */
const HOST_DEADLINE_MS = 30_000;
/** A selection may need two requests, and a refused file two as well; ms for everything else. */
const REQUESTS_PER_JOB = 2;
const LIVETEX_SLACK_MS = 5_000;
/** A look at the dialogs of a removed binding, of which there may be a hundred thousand, ms. Our choice. */
const DRAIN_DEADLINE_MS = 120_000;
/** After this, ms, what LiveTex does not take is no longer tried for a removed binding. Our choice: a usual outage is over. */
const LEAVES_WITHIN_MS = 3_600_000;
/** Hex digits. Our choice: enough that two tokens of one binding never look alike. */
const MARK_LENGTH = 12;
/** How much longer than the deadline a lease is, ms: an aborted handler ends, and its failure is stored, before another node may claim. */
const LEASE_MARGIN_MS = 15_000;

/** The plugin's workers: one for the dialogs, one for the platform's calls, one per binding. */
export interface Workers {
  start(): void;
  /** Resolves when all that is under way has ended. */
  stop(): Promise<void>;
  /** Works on the binding's queue by these settings from now on; what is under way by older ones ends by them. */
  use(binding: Binding): void;
  /** The binding is gone. */
  drop(bindingId: string): void;
  /** Resolves when nothing is claimable now and nothing is under way. */
  idle(): Promise<void>;
  metrics(): Metric[];
}

export function createWorkers(
  context: PluginContext,
  drain: (job: ClaimedJob) => Promise<JobOutcome>,
  random: () => number,
): Workers {
  const { storage, clock, bindings } = context;
  const watch = createQueueWatch({ storage, clock });
  const steady = steadyTime(clock);
  const fairly = createFairShare(clock, random);
  const shared = [
    worker({
      queue: DIALOG_QUEUE,
      concurrency: DIALOG_CONCURRENCY,
      deadlineMs: DIALOG_DEADLINE_MS,
      // A step needs the binding's settings. Nodes that are restarted one after the other may know different bindings: one that
      // does not know a binding leaves its dialogs where they are.
      prefixes: () => prefixesOf(bindings.all),
      onLeft: noteUnknown,
      ...fairly({
        handle: createDialogHandler(context),
        classify: (error) => classifyDialogFailure(error, clock.now()),
      }),
    }),
    worker({
      queue: HOST_QUEUE,
      // For every binding: what the platform is told needs none.
      concurrency: HOST_CONCURRENCY,
      deadlineMs: HOST_DEADLINE_MS,
      ...fairly({ handle: createHostHandler(context), classify: classifyOwnFailure }),
    }),
    worker({
      queue: BINDINGS_QUEUE,
      concurrency: 1,
      deadlineMs: DRAIN_DEADLINE_MS,
      handle: drain,
      classify: classifyOwnFailure,
    }),
  ];
  const ofBindings = new Map(bindings.all.map((binding) => [binding.id, liveTexWorker(binding)]));
  /** Those that were replaced, until what they have under way has ended. */
  const leaving = new Set<Promise<void>>();
  let running = false;
  /** Bindings that are not known here, whose dialogs wait for a node that knows them. */
  let unknown: ReadonlySet<string> = new Set();
  const all = (): LaneWorker[] => [...shared, ...ofBindings.values()];

  return {
    start() {
      running = true;
      for (const one of all()) one.start();
    },
    async stop() {
      running = false;
      await Promise.all([...all().map((one) => one.stop()), ...leaving]);
    },
    use(binding) {
      drop(binding.id);
      const one = liveTexWorker(binding);
      ofBindings.set(binding.id, one);
      if (running) one.start();
    },
    drop,
    async idle() {
      await Promise.all([...all().map((one) => one.idle()), ...leaving]);
    },
    metrics: () => [
      {
        name: 'livetex_bindings_unknown',
        help: 'Bindings that this node does not know, whose dialogs wait for a node that knows them.',
        type: 'gauge',
        samples: [{ labels: {}, value: unknown.size }],
      },
    ],
  };

  function noteUnknown(ids: readonly string[]): void {
    const now = new Set(ids);
    for (const binding of now) {
      if (!unknown.has(binding)) context.logger.warn('binding is not known here: its dialogs wait', { binding });
    }
    unknown = now;
  }

  function drop(bindingId: string): void {
    const ended = ofBindings.get(bindingId)?.stop();
    ofBindings.delete(bindingId);
    if (ended === undefined) return;
    leaving.add(ended);
    void ended.then(() => leaving.delete(ended));
  }

  function liveTexWorker(binding: Binding): LaneWorker {
    const { maxInFlight, requestTimeoutMs } = binding.config;
    const handle = createLiveTexHandler(context, binding);
    const breaker = createBreaker();
    const tookMs = new WeakMap<ClaimedJob, number>();
    return worker({
      queue: liveTexQueue(binding.id),
      owner: tokenMark(binding.config.token),
      concurrency: maxInFlight,
      maxClaimed: maxInFlight,
      deadlineMs: REQUESTS_PER_JOB * requestTimeoutMs + LIVETEX_SLACK_MS,
      async handle(job, attempt) {
        const began = steady();
        try {
          const outcome = await handle(job, attempt);
          breaker.succeeded();
          return outcome;
        } catch (error) {
          tookMs.set(job, steady() - began);
          throw error;
        }
      },
      classify: (error, job) => {
        const now = clock.now();
        const failure = classifyLiveTexFailure(error, now, holdFor(breaker, error, job.lane, tookMs.get(job) ?? 0));
        if (binding.leavingSince !== null && isOver(failure, now - binding.leavingSince)) {
          return { do: 'dead-letter', error: failure.error };
        }
        if (failure.do === 'retry' && failure.holdUntil !== undefined) {
          const facts = { binding: binding.id, until: new Date(failure.holdUntil).toISOString() };
          context.logger.warn('LiveTex does not answer: the binding is held back', facts);
        }
        return failure;
      },
    });
  }

  function worker(
    options: Pick<
      LaneWorkerOptions,
      'queue' | 'owner' | 'concurrency' | 'maxClaimed' | 'prefixes' | 'onLeft' | 'deadlineMs' | 'handle' | 'classify'
    >,
  ): LaneWorker {
    return createLaneWorker({
      ...options,
      handle: followed(context, options.handle),
      storage,
      leaseMs: options.deadlineMs + LEASE_MARGIN_MS,
      watch,
      clock,
      random,
      onEvent: (event) => report(context, event),
      onError: (error) => context.logger.error('storage failed', { queue: options.queue, error: messageOf(error) }),
    });
  }
}

/** Tells tokens apart where they may not be shown: nobody finds a token by it. */
function tokenMark(token: string): string {
  return createHash('sha256').update(token).digest('hex').slice(0, MARK_LENGTH);
}

/** Is there no use in trying for a removed binding any more? Its token may be refused for ever. */
function isOver(failure: JobFailure, leavingForMs: number): failure is Extract<JobFailure, { readonly error: string }> {
  if (failure.do === 'pause') return failure.isOwners === true;
  return failure.do === 'retry' && leavingForMs >= LEAVES_WITHIN_MS;
}

/** Works on a job as caused by what it was stored for, also in the transaction that ends it, and tells of each try. */
function followed(context: PluginContext, handle: LaneWorkerOptions['handle']): LaneWorkerOptions['handle'] {
  return async (job, attempt) => {
    const origin = originOfJob(job);
    const at = context.clock.now();
    const startedAt = performance.now();
    const tell = (error?: string): void => {
      const { queue, lane, kind, attempts } = job;
      const durationMs = performance.now() - startedAt;
      const failure = error === undefined ? {} : { error };
      publishJob({ queue, lane, job: kind, attempt: attempts + 1, at, durationMs, ...failure, origin });
    };
    try {
      const outcome = await fromOrigin(origin, () => handle(job, attempt));
      tell();
      const { commit } = outcome;
      return commit === undefined ? outcome : { ...outcome, commit: (tx) => fromOrigin(origin, () => commit(tx)) };
    } catch (error) {
      tell(codeOf(error) ?? 'unknown');
      throw error;
    }
  };
}

/** A job of an older version has none: then its binding at least, which its queue or its lane names. */
function originOfJob(job: StoredJob): Origin {
  const binding = bindingOfJob(job);
  return originOf(job.payload) ?? (binding === '' ? {} : { binding });
}

function report(context: PluginContext, event: LaneWorkerEvent): void {
  fromOrigin(originOfJob(event.job), () => tellOf(context, event));
}

function tellOf(context: PluginContext, event: LaneWorkerEvent): void {
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
export async function waitUntilIdle(context: PluginContext, workers: Workers, isRunning: () => boolean): Promise<void> {
  let happened = false;
  const forget = context.storage.onWakeUp(() => {
    happened = true;
  });
  try {
    while (isRunning()) {
      happened = false;
      await workers.idle();
      const queues = queuesOf(context.bindings.all);
      const prefixes = prefixesOf(context.bindings.all);
      const next = await Promise.all(
        queues.map((queue) => context.storage.nextWork(queue, queue === DIALOG_QUEUE ? prefixes : undefined)),
      );
      const now = context.clock.now();
      if (!happened && next.every((work) => work === undefined || work.at > now)) return;
    }
  } finally {
    forget();
  }
}
