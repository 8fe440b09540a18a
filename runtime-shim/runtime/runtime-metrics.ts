import type { Metric } from '../../plugin/contract/plugin.ts';
import { leadQueue } from '../leads/lead-keys.ts';
import type { JobCounters } from './job-counters.ts';
import type { RuntimeParts } from './runtime-parts.ts';

/** Everything measured: the runtime's own values and those of the plugins. Labels hold no lead, no token. */
export async function runtimeMetrics(parts: RuntimeParts, jobs: JobCounters): Promise<Metric[]> {
  const plugins = await Promise.all(parts.plugins().list.map((plugin) => plugin.metrics()));
  return [...sandboxMetrics(parts), ...(await laneMetrics(parts, jobs)), ...plugins.flat()];
}

function sandboxMetrics(parts: RuntimeParts): Metric[] {
  const { outcomes, queued, running, runners, runnersKilled } = parts.sandbox.stats();
  return [
    {
      name: 'metabot_scripts_total',
      help: 'Script runs by outcome: ok or an error code.',
      type: 'counter',
      samples: Object.entries(outcomes).map(([outcome, value]) => ({ labels: { outcome }, value })),
    },
    one('metabot_sandbox_queued', 'Scripts waiting for a runner.', 'gauge', queued),
    one('metabot_sandbox_running', 'Scripts running now.', 'gauge', running),
    one('metabot_sandbox_runners', 'Runner processes that are ready.', 'gauge', runners),
    one('metabot_sandbox_runners_killed_total', 'Runner processes that had to be killed.', 'counter', runnersKilled),
  ];
}

/** The lanes of the leads; a plugin reports its own. */
async function laneMetrics(parts: RuntimeParts, counters: JobCounters): Promise<Metric[]> {
  const queue = leadQueue(parts.botId);
  const found = (await parts.storage.stats()).find((one) => one.queue === queue);
  const age = found?.oldestAt == null ? 0 : Math.max(0, parts.clock.now() - found.oldestAt) / 1_000;
  return [
    one('metabot_lead_lanes', 'Leads with work waiting or under way.', 'gauge', found?.lanes ?? 0),
    one('metabot_lead_jobs', 'Jobs waiting or under way in the lanes of leads.', 'gauge', found?.jobs ?? 0),
    one('metabot_lead_oldest_job_seconds', 'Age of the oldest job in the lanes of leads.', 'gauge', age),
    one('metabot_lead_jobs_retrying', 'Jobs of leads that failed and are tried again.', 'gauge', found?.retrying ?? 0),
    one('metabot_lead_jobs_dead', 'Jobs of leads that were given up and wait for somebody.', 'gauge', found?.dead ?? 0),
    one('metabot_lead_retries_total', 'Failed tries of leads’ jobs.', 'counter', counters.retried),
    one('metabot_lead_given_up_total', 'Jobs of leads that were given up.', 'counter', counters.dead),
  ];
}

function one(name: string, help: string, type: Metric['type'], value: number): Metric {
  return { name, help, type, samples: [{ labels: {}, value }] };
}
