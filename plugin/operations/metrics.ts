import type { RequestReport } from '../client/contract.ts';
import { messageOf } from '../contract/coded-error.ts';
import type { Activity, LiveTexHost, Logger } from '../contract/host.ts';
import type { Metric } from '../contract/plugin.ts';
import { publishActivity } from '../core/diagnostics.ts';
import { countOpenDialogs } from '../core/dialog-record.ts';
import { isLiveTexQueue, liveTexQueue, queuesOf } from '../core/jobs.ts';
import { originField } from '../core/origin.ts';
import type { Counters, LiveTexClock, Measures, PluginContext } from '../core/plugin-context.ts';
import type { QueueStats, Storage } from '../storage/contract.ts';
import { createProbe } from '../storage/index.ts';
import type { TokenWatch } from './tokens.ts';

/** What is measured of a queue. The only label is the queue's name: a lane's name would hold a lead's id. */
const OF_QUEUE: ReadonlyArray<{
  readonly name: string;
  readonly help: string;
  readonly value: (stats: QueueStats, now: number) => number;
}> = [
  { name: 'livetex_queue_lanes', help: 'Lanes with work, by queue.', value: (stats) => stats.lanes },
  { name: 'livetex_queue_jobs', help: 'Jobs waiting or under way, by queue.', value: (stats) => stats.jobs },
  {
    name: 'livetex_queue_oldest_seconds',
    help: 'Age of the oldest job, by queue.',
    value: ({ oldestAt }, now) => (oldestAt === null ? 0 : Math.max(0, now - oldestAt) / 1_000),
  },
  {
    name: 'livetex_queue_retrying',
    help: 'Jobs that failed and are tried again, by queue.',
    value: (stats) => stats.retrying,
  },
  { name: 'livetex_queue_dead', help: 'Jobs that were given up, by queue.', value: (stats) => stats.dead },
  { name: 'livetex_queue_timers', help: 'Timers not yet due, by queue.', value: (stats) => stats.timers },
];

/**
 * The counters, the storage's state, and that of the plugin's own queues (a shared storage has others too). Within a second:
 * of a storage that does not answer there is only that it does not.
 */
export function createPluginMetrics(context: PluginContext): () => Promise<Metric[]> {
  const { storage, clock, counters, measures } = context;
  const stored = createProbe(async () => {
    const [stats, ...gauges] = await Promise.all([
      storage.stats(),
      pausedQueues(context),
      openDialogs(context),
      lastBackup(storage),
    ]);
    return { stats, gauges };
  }, clock);
  return async () => {
    const answer = await stored();
    const gauges =
      answer.is === 'answered' ? [...queueGauges(context, answer.value.stats), ...answer.value.gauges] : [];
    const { requests, operatorWait, firstAnswer } = measures;
    return [
      ...counters.metrics(),
      ...[requests, operatorWait, firstAnswer].map((histogram) => histogram.metric()),
      ...storageMetrics(storage, answer.is === 'answered'),
      ...gauges,
    ];
  };
}

function queueGauges({ bindings, clock }: PluginContext, all: readonly QueueStats[]): Metric[] {
  const known = new Map(all.map((stats) => [stats.queue, stats]));
  // A queue in which nothing was ever stored stands there with zeros: what is not there can be told from what is 0.
  // And of a binding that is not known here there is what waits for it: nobody here would see it otherwise.
  const ours = queuesOf(bindings.all);
  const others = all.filter(({ queue, jobs }) => isLiveTexQueue(queue) && jobs > 0 && !ours.includes(queue));
  const queues = [...ours.map((queue) => known.get(queue) ?? { ...EMPTY, queue }), ...others];
  const now = clock.now();
  return OF_QUEUE.map(({ name, help, value }): Metric => ({
    name,
    help,
    type: 'gauge',
    samples: queues.map((stats) => ({ labels: { queue: stats.queue }, value: value(stats, now) })),
  }));
}

const EMPTY: Omit<QueueStats, 'queue'> = { lanes: 0, jobs: 0, oldestAt: null, retrying: 0, dead: 0, timers: 0 };

/** A refused token, or a pause that LiveTex asked for. */
async function pausedQueues({ bindings, storage }: PluginContext): Promise<Metric> {
  const queues = bindings.all.map(({ id }) => liveTexQueue(id));
  const paused = new Set((await storage.read((tx) => tx.listPauses())).map(({ queue }) => queue));
  return {
    name: 'livetex_queue_paused',
    help: 'Is the queue held back (1) or not (0), by queue.',
    type: 'gauge',
    samples: queues.map((queue) => ({ labels: { queue }, value: paused.has(queue) ? 1 : 0 })),
  };
}

const OPEN_MODES = ['transferring', 'waiting', 'operator'] as const;

async function openDialogs({ bindings, storage }: PluginContext): Promise<Metric> {
  const counts = await countOpenDialogs(storage);
  return {
    name: 'livetex_dialogs',
    help: 'Dialogs that the bot does not have, by binding and mode.',
    type: 'gauge',
    samples: bindings.all.flatMap(({ id }) =>
      OPEN_MODES.map((mode) => ({
        labels: { binding: id, mode },
        value: counts.find((one) => one.binding === id && one.mode === mode)?.count ?? 0,
      })),
    ),
  };
}

/** Of a folder, where `storage backup` leaves it; who backs up PostgreSQL does not tell us. */
async function lastBackup(storage: Storage): Promise<Metric> {
  const { at } = (await storage.lastBackup().catch(() => null)) ?? { at: 0 };
  return {
    name: 'storage_last_backup_timestamp_seconds',
    help: 'When the last backup was begun, Unix time; 0: none was made.',
    type: 'gauge',
    samples: storage.driver === 'sqlite' ? [{ labels: {}, value: at / 1_000 }] : [],
  };
}

function storageMetrics(storage: Storage, isUp: boolean): Metric[] {
  return [
    {
      name: 'storage_up',
      help: 'Does the storage answer (1), or not within a second (0)?',
      type: 'gauge',
      samples: [{ labels: {}, value: isUp ? 1 : 0 }],
    },
    {
      name: 'storage_failures_total',
      help: 'What failed at the storage, by code of the error catalogue.',
      type: 'counter',
      samples: Object.entries(storage.failures().totals).map(([code, value]) => ({ labels: { code }, value })),
    },
  ];
}

interface Observer {
  /** `host.observe`, made harmless. */
  readonly activity: (activity: Activity) => void;
  /** Every request to LiveTex as it ended. */
  readonly request: (report: RequestReport) => void;
}

/** Where everything that happens passes: metrics, log, timeline, LiveTex's clock, refused tokens. */
export function createObserver(options: {
  readonly host: LiveTexHost;
  readonly logger: Logger;
  readonly counters: Counters;
  readonly measures: Measures;
  readonly tokens: TokenWatch;
  readonly clockOf: (binding: string) => LiveTexClock | undefined;
}): Observer {
  const { host, logger, counters, measures, tokens, clockOf } = options;
  return { activity, request };

  function activity(what: Activity): void {
    const happened = { ...what, ...originField() };
    try {
      publishActivity(happened);
      host.observe?.(happened);
    } catch (error) {
      logger.error("the platform's observe failed", { error: messageOf(error) });
    }
  }

  function request(report: RequestReport): void {
    const { binding, method, at, status, durationMs } = report;
    const code = report.aborted === true ? 'aborted' : report.error?.code;
    if (report.aborted !== true) measures.requests.observe({ binding, method }, durationMs / 1_000);
    counters.add('livetex_requests_total', { binding, method, outcome: code ?? 'ok' });
    tokens.observe(report);
    clockOf(binding)?.observe(report);
    const userId = userIdOf(report.request);
    const facts = { binding, method, status, durationMs, ...userId, ...(code === undefined ? {} : { error: code }) };
    if (report.error === undefined) logger.debug('LiveTex request', facts);
    else logger.warn('LiveTex request failed', facts);
    activity({
      kind: 'livetex_request',
      at,
      binding,
      method,
      ...userId,
      request: report.request,
      status,
      response: report.response,
      ...(code === undefined ? {} : { error: code }),
      durationMs,
    });
  }
}

function userIdOf(request: unknown): { userId?: string } {
  if (typeof request !== 'object' || request === null || !('user_id' in request)) return {};
  return typeof request.user_id === 'string' ? { userId: request.user_id } : {};
}
