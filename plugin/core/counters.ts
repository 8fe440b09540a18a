import type { Metric } from '../contract/plugin.ts';

/** The plugin's counters. Names and labels are fixed here, so that no lead's id can become one. */
const COUNTERS = {
  livetex_requests_total: 'Requests to LiveTex by method and outcome (ok, or a code of the error catalogue).',
  livetex_webhooks_total: 'Webhooks by outcome.',
  livetex_transfers_total: 'Transfers by what became of them.',
  livetex_jobs_left_total: 'Jobs of a binding that this node does not know, left to the nodes that do, by binding.',
  livetex_events_total: 'Events of the platform by type and verdict.',
} as const;

type CounterName = keyof typeof COUNTERS;

export interface Counters {
  add(name: CounterName, labels: Readonly<Record<string, string>>): void;
  /** All of them, also those that count nothing yet. */
  metrics(): Metric[];
}

export function createCounters(): Counters {
  const samples = new Map<CounterName, Map<string, { labels: Readonly<Record<string, string>>; value: number }>>();
  return {
    add(name, labels) {
      const ofName = samples.get(name) ?? new Map();
      samples.set(name, ofName);
      // One name has one set of labels, always in the same order.
      const key = Object.values(labels).join('\n');
      ofName.set(key, { labels, value: (ofName.get(key)?.value ?? 0) + 1 });
    },
    metrics: () =>
      (Object.keys(COUNTERS) as CounterName[]).map((name) => ({
        name,
        help: COUNTERS[name],
        type: 'counter',
        samples: [...(samples.get(name)?.values() ?? [])],
      })),
  };
}
