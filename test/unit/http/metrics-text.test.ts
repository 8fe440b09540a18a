import { expect, test } from 'vitest';
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
