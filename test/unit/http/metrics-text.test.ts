import { expect, test } from 'vitest';
import { createHistogram } from '../../../plugin/contract/histogram.ts';
import { metricsText } from '../../../runtime-shim/http/state-routes.ts';

test('Prometheus text: help, type, labels with everything escaped', () => {
  const text = metricsText([
    {
      name: 'a_total',
      help: 'Lines\nand \\ slashes.',
      type: 'counter',
      samples: [
        { labels: { outcome: 'o"k\\\n' }, value: 3 },
        { labels: {}, value: 0.5 },
      ],
    },
    { name: 'b', help: 'B.', type: 'gauge', samples: [] },
  ]);
  expect(text).toBe(
    '# HELP a_total Lines\\nand \\\\ slashes.\n# TYPE a_total counter\na_total{outcome="o\\"k\\\\\\n"} 3\na_total 0.5\n# HELP b B.\n# TYPE b gauge\n',
  );
});

test('a histogram: each bucket counts what is not above it, with sum and count', () => {
  const histogram = createHistogram('a_seconds', 'A.', [0.1, 1]);
  for (const seconds of [0.05, 0.1, 0.5, 7, -1, Number.NaN]) histogram.observe({ of: 'x' }, seconds);
  expect(metricsText([histogram.metric()]).split('\n')).toEqual([
    '# HELP a_seconds A.',
    '# TYPE a_seconds histogram',
    'a_seconds_bucket{of="x",le="0.1"} 3',
    'a_seconds_bucket{of="x",le="1"} 4',
    'a_seconds_bucket{of="x",le="+Inf"} 5',
    'a_seconds_sum{of="x"} 7.65',
    'a_seconds_count{of="x"} 5',
    '',
  ]);
});
