import type { Metric } from './plugin.ts';

/** Upper bounds of requests, scripts and answers over HTTP, s. Our choice: from what a fast one takes to what nobody waits for. */
export const SHORT_TIMES_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;
/** Upper bounds of what people wait for people, s: up to a working day. Our choice. */
export const HUMAN_TIMES_S = [5, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 14_400, 28_800] as const;

type Labels = Readonly<Record<string, string>>;

/** Counts values by upper bounds, as Prometheus adds them up. Labels never hold what somebody outside may write. */
export interface Histogram {
  observe(labels: Labels, seconds: number): void;
  metric(): Metric;
}

interface Series {
  readonly labels: Labels;
  readonly buckets: number[];
  sum: number;
  count: number;
}

/** `bounds`: rising, s. Without labels it is there from the beginning, at 0. */
export function createHistogram(name: string, help: string, bounds: readonly number[]): Histogram {
  const series = new Map<string, Series>();

  function seriesOf(labels: Labels): Series {
    // One name has one set of labels, always in the same order.
    const key = Object.values(labels).join('\n');
    let known = series.get(key);
    if (known === undefined) {
      known = { labels, buckets: bounds.map(() => 0), sum: 0, count: 0 };
      series.set(key, known);
    }
    return known;
  }

  return {
    observe(labels, seconds) {
      if (!Number.isFinite(seconds)) return;
      const one = seriesOf(labels);
      // A clock that was set back made it negative: it is counted, as nothing.
      const value = Math.max(0, seconds);
      one.sum += value;
      one.count += 1;
      const place = bounds.findIndex((bound) => value <= bound);
      if (place >= 0) one.buckets[place] = (one.buckets[place] ?? 0) + 1;
    },
    metric: () => ({ name, help, type: 'histogram', samples: [...series.values()].flatMap(samplesOf) }),
  };

  function samplesOf({ labels, buckets, sum, count }: Series): Metric['samples'] {
    let below = 0;
    const counted = bounds.map((bound, index) => {
      below += buckets[index] ?? 0;
      return { suffix: '_bucket', labels: { ...labels, le: String(bound) }, value: below } as const;
    });
    return [
      ...counted,
      { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: count },
      { suffix: '_sum', labels, value: sum },
      { suffix: '_count', labels, value: count },
    ];
  }
}

/** The same histogram of several places, as one: nothing when there is none. */
export function addedUp(metrics: readonly Metric[]): Metric[] {
  const [first] = metrics;
  if (first === undefined) return [];
  const samples = new Map<string, Metric['samples'][number]>();
  for (const sample of metrics.flatMap((metric) => metric.samples)) {
    const key = JSON.stringify([sample.suffix, sample.labels]);
    samples.set(key, { ...sample, value: sample.value + (samples.get(key)?.value ?? 0) });
  }
  return [{ ...first, samples: [...samples.values()] }];
}
