/** Whoever writes a host finds every event, field and cause on its page. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { platformEventSchema } from '../../../plugin/contract/events.ts';
import { hostJobSchema } from '../../../plugin/core/jobs.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/host.md'), 'utf8');
const COMMON = new Set(['type', 'id', 'lead', 'at', 'traceparent']);

test.each(platformEventSchema.options.map(({ shape }) => [shape.type.value, Object.keys(shape)] as const))(
  'the event %s stands in the table with all that it may say',
  (type, keys) => {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${type}\` |`)) ?? '';
    const named = keys.filter((key) => !COMMON.has(key) && !new RegExp(`\`${key}(?:\`|: )`).test(row));
    expect([row === '', named]).toEqual([false, []]);
  },
);

test('every cause of a script that the plugin starts is explained', () => {
  const causes = hostJobSchema.options.flatMap((job) => ('cause' in job.shape ? job.shape.cause.options : []));
  expect(causes).toContain('lead_exit');
  expect(causes.filter((cause) => !page.includes(`\`${cause}\``))).toEqual([]);
});
