import type { Metric } from '../contract/plugin.ts';
import type { QueueStats } from '../storage/contract.ts';
import type { PluginContext } from '../core/plugin-context.ts';
import { queuesOf } from '../core/jobs.ts';

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

/** The counters, and the state of the plugin's own queues (a shared storage has others too). */
export async function pluginMetrics(context: PluginContext): Promise<Metric[]> {
  const own = new Set(queuesOf(context.bindings.all));
  const queues = (await context.storage.stats()).filter((stats) => own.has(stats.queue));
  const now = context.clock.now();
  const gauges = OF_QUEUE.map(({ name, help, value }): Metric => ({
    name,
    help,
    type: 'gauge',
    samples: queues.map((stats) => ({ labels: { queue: stats.queue }, value: value(stats, now) })),
  }));
  return [...context.counters.metrics(), ...gauges];
}
