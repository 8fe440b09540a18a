import { monitorEventLoopDelay } from 'node:perf_hooks';
import { addedUp } from '../../plugin/contract/histogram.ts';
import { messageOf } from '../../plugin/contract/coded-error.ts';
import type { Metric, Readiness, RuntimePlugin } from '../../plugin/contract/plugin.ts';
import type { QueueStats, ReadTransaction, Transaction } from '../../plugin/storage/contract.ts';
import { createProbe, type Probed } from '../../plugin/storage/index.ts';
import type { LaneWorkerEvent } from '../../plugin/storage/lane-worker-contract.ts';
import type { Channels } from '../channels/channels.ts';
import { leadQueue } from '../leads/lead-keys.ts';
import type { RuntimeContext } from './runtime-context.ts';

/** How often the event loop is looked at, ms: longer stops than that show. Watched from the first look at the numbers on. */
const LOOP_RESOLUTION_MS = 20;
let loopDelay: ReturnType<typeof monitorEventLoopDelay> | undefined;
/** When this process began, Unix s. */
const STARTED_S = Math.floor((Date.now() - performance.now()) / 1_000);

/** The names that Prometheus' own clients use. */
function processMetrics(): Metric[] {
  const { user, system } = process.cpuUsage();
  const memory = process.memoryUsage();
  if (loopDelay === undefined) {
    loopDelay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
    loopDelay.enable();
  }
  // The longest since the last look, and then anew: a stop of the loop must not be forgotten in an average.
  const longest = Math.max(0, loopDelay.max / 1e9 - LOOP_RESOLUTION_MS / 1e3);
  loopDelay.reset();
  return [
    one(
      'process_cpu_seconds_total',
      'CPU time of this process, runners not included.',
      'counter',
      (user + system) / 1e6,
    ),
    one('process_resident_memory_bytes', 'Memory of this process, runners not included.', 'gauge', memory.rss),
    one('process_start_time_seconds', 'When this process started, Unix s.', 'gauge', STARTED_S),
    one('nodejs_heap_size_used_bytes', 'Heap in use.', 'gauge', memory.heapUsed),
    one('nodejs_eventloop_lag_max_seconds', 'Longest stop of the event loop since the last look.', 'gauge', longest),
    {
      name: 'metabot_build_info',
      help: 'Node that runs this process.',
      type: 'gauge',
      samples: [{ labels: { node: process.version }, value: 1 }],
    },
  ];
}

export type Phase = 'starting' | 'held' | 'started' | 'draining' | 'closing';

/** What a runtime says of itself: within a second, whatever hangs. */
interface RuntimeState {
  /** Everything measured: the runtime's own values and those of the plugins. Labels hold no lead, no token. */
  metrics(): Promise<Metric[]>;
  /** Can the runtime do its work now? Reasons are sentences for the maintainer, without secrets. */
  ready(phase: Phase): Promise<Readiness>;
}

/** `bots`: the first one has what they share: storage, clock, plugins. */
export function createRuntimeState(
  bots: readonly [RuntimeContext, ...RuntimeContext[]],
  jobs: JobCounters,
  channels?: Pick<Channels, 'states' | 'metrics'>,
): RuntimeState {
  const [context] = bots;
  const { storage, clock } = context;
  const stats = createProbe(() => storage.stats(), clock);
  const ping = createProbe(() => storage.ping(), clock);
  const runners = [...new Set(bots.map(({ sandbox }) => sandbox))].map((one) => createProbe(() => one.ready(), clock));
  return {
    async metrics() {
      const [queues, ...plugins] = await Promise.all([
        stats(),
        ...context.plugins().list.map((plugin) => plugin.metrics()),
      ]);
      const lanes = queues.is === 'answered' ? laneGauges(bots, queues.value, clock.now()) : [];
      return [
        ...processMetrics(),
        ...sandboxMetrics(bots),
        ...context.requests.metrics(),
        ...lanes,
        ...laneCounters(jobs),
        ...(channels?.metrics() ?? []),
        ...plugins.flat(),
      ];
    },
    async ready(phase) {
      if (phase === 'held') return { ready: false, reasons: [HELD] };
      if (phase !== 'started') return { ready: false, reasons: [`the runtime is ${phase}`] };
      const [own, ...plugins] = await Promise.all([
        Promise.all([problemOf(ping, 'storage: '), ...runners.map((one) => problemOf(one, 'sandbox: '))]),
        ...context.plugins().list.map(stateOf),
      ]);
      // The storage is the plugins' as well: what stands against it is said once.
      const reasons = [...new Set([...own.flat(), ...plugins.flatMap((plugin) => plugin.reasons)])];
      const bindings = Object.fromEntries(plugins.flatMap((plugin) => Object.entries(plugin.bindings ?? {})));
      const isEmpty = Object.keys(bindings).length === 0;
      const states = channels?.states() ?? {};
      const said = Object.keys(states).length === 0 ? {} : { channels: states };
      return { ready: reasons.length === 0, reasons, ...(isEmpty ? {} : { bindings }), ...said };
    },
  };
}

async function stateOf(plugin: RuntimePlugin<Transaction, ReadTransaction>): Promise<Readiness> {
  try {
    return await plugin.ready();
  } catch (error) {
    return { ready: false, reasons: [`${plugin.name}: ${messageOf(error)}`] };
  }
}

async function problemOf(ask: () => Promise<Probed<void>>, prefix: string): Promise<string[]> {
  const answer = await ask();
  if (answer.is === 'answered') return [];
  return [`${prefix}${answer.is === 'failed' ? messageOf(answer.error) : `no answer for ${answer.forMs} ms`}`];
}

/** Of all bots together. */
function sandboxMetrics(bots: readonly RuntimeContext[]): Metric[] {
  const all = [...new Set(bots.map(({ sandbox }) => sandbox))].map((sandbox) => sandbox.stats());
  const outcomes: Record<string, number> = {};
  for (const stats of all) {
    for (const [outcome, value] of Object.entries(stats.outcomes)) outcomes[outcome] = (outcomes[outcome] ?? 0) + value;
  }
  const queued = sum(all.map((stats) => stats.queued));
  const running = sum(all.map((stats) => stats.running));
  const waiting = sum(all.map((stats) => stats.waiting));
  const runners = sum(all.map((stats) => stats.runners));
  const runnersKilled = sum(all.map((stats) => stats.runnersKilled));
  const seconds = addedUp(all.map((stats) => stats.seconds));
  return [
    {
      name: 'metabot_scripts_total',
      help: 'Script runs by outcome: ok or an error code.',
      type: 'counter',
      samples: Object.entries(outcomes).map(([outcome, value]) => ({ labels: { outcome }, value })),
    },
    ...seconds,
    one('metabot_sandbox_queued', 'Scripts waiting for a runner.', 'gauge', queued),
    one('metabot_sandbox_running', 'Scripts running now.', 'gauge', running),
    one('metabot_sandbox_waiting', 'Running scripts that wait for the network.', 'gauge', waiting),
    one('metabot_sandbox_runners', 'Runner processes that are ready.', 'gauge', runners),
    one('metabot_sandbox_runners_killed_total', 'Runner processes that had to be killed.', 'counter', runnersKilled),
  ];
}

/** The lanes of the leads of all bots; a plugin reports its own. */
function laneGauges(bots: readonly RuntimeContext[], stats: readonly QueueStats[], now: number): Metric[] {
  const queues = new Set(bots.map(({ botId }) => leadQueue(botId)));
  const found = stats.filter(({ queue }) => queues.has(queue));
  const age = Math.max(0, ...found.map(({ oldestAt }) => (oldestAt === null ? 0 : now - oldestAt))) / 1_000;
  const all = (value: (one: QueueStats) => number): number => sum(found.map(value));
  return [
    one(
      'metabot_lead_lanes',
      'Leads with work waiting or under way.',
      'gauge',
      all(({ lanes }) => lanes),
    ),
    one(
      'metabot_lead_jobs',
      'Jobs waiting or under way in the lanes of leads.',
      'gauge',
      all(({ jobs }) => jobs),
    ),
    one('metabot_lead_oldest_job_seconds', 'Age of the oldest job in the lanes of leads.', 'gauge', age),
    one(
      'metabot_lead_jobs_retrying',
      'Jobs of leads that failed and are tried again.',
      'gauge',
      all(({ retrying }) => retrying),
    ),
    one(
      'metabot_lead_jobs_dead',
      'Jobs of leads that were given up and wait for somebody.',
      'gauge',
      all(({ dead }) => dead),
    ),
  ];
}

function laneCounters(counters: JobCounters): Metric[] {
  return [
    one('metabot_lead_retries_total', 'Failed tries of leads’ jobs.', 'counter', counters.retried),
    one('metabot_lead_given_up_total', 'Jobs of leads that were given up.', 'counter', counters.dead),
  ];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function one(name: string, help: string, type: Metric['type'], value: number): Metric {
  return { name, help, type, samples: [{ labels: {}, value }] };
}

/** Counts what happened to the jobs of the leads' lanes, and tells the log and the timeline. */
export class JobCounters {
  retried = 0;
  dead = 0;
  private readonly context: RuntimeContext;

  constructor(context: RuntimeContext) {
    this.context = context;
  }

  readonly note = (event: LaneWorkerEvent): void => {
    const { type, job, error } = event;
    if (type !== 'retry' && type !== 'dead') return;
    const { logger, clock, activities } = this.context;
    if (type === 'retry') this.retried += 1;
    else this.dead += 1;
    const facts = { queue: job.queue, lane: job.lane, job: job.id, error };
    if (type === 'retry') logger.warn('a job of a lead failed and will be tried again', facts);
    else logger.error('a job of a lead was given up', facts);
    const at = clock.now();
    const { queue, lane, kind, attempts } = job;
    const nextAt = event.nextAt === undefined ? {} : { nextAt: event.nextAt };
    const activity = { kind: type, at, queue, lane, job: kind, attempt: attempts + 1, error, ...nextAt };
    activities.emit({ kind: 'plugin', at, activity });
  };
}

const HELD =
  'the runtime is held back (serve --hold): messages and webhooks are stored, nothing is sent before "metabot-livetex outbox release"';
