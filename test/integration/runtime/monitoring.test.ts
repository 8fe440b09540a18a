/** The rules and the dashboard of `deploy/monitoring/` may name nothing that the program does not put out, and the page explains all of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from '../../support/command.ts';
import { eventBody, startWebhookRuntime, type WebhookRuntime } from '../../support/webhook-runtime.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly action: string };
}
const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');
const { groups } = parse(read('deploy/monitoring/alerts.yaml')) as { groups: Array<{ rules: Rule[] }> };
const rules = groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(read('deploy/monitoring/dashboard.json')) as {
  panels: Array<{ title: string; id: number; targets: Array<{ expr: string }> }>;
};
const expressions = [
  ...rules.map(({ expr }) => expr),
  ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
];

/** Words of PromQL, and what Prometheus itself knows. */
const OWN = new Set([
  'and',
  'by',
  'sum',
  'min',
  'max',
  'rate',
  'increase',
  'changes',
  'histogram_quantile',
  'time',
  'up',
]);

/** Names that an expression asks for: what stands before a selector, a range or an operator, and is no function and no label. */
function namesIn(expression: string): string[] {
  const bare = expression.replace(/\{[^}]*\}|\[[^\]]*\]|\bby \([^)]*\)/gu, ' ');
  return Array.from(bare.matchAll(/[a-z_][\w:]*/giu), ([name]) => name).filter((name) => !OWN.has(name));
}

async function metricsOf(act?: (stand: WebhookRuntime) => Promise<unknown>): Promise<string> {
  const stand = await startWebhookRuntime();
  await act?.(stand);
  return stand.metrics();
}

test('every name in the rules and on the dashboard is one that the program puts out', async () => {
  // Nothing but the start: everything has to be there from the beginning.
  const text = await metricsOf();
  const families = new Map(Array.from(text.matchAll(/^# TYPE (\S+) (\w+)$/gmu), ([, name, type]) => [name, type]));
  const known = (name: string): boolean =>
    families.has(name) || families.get(name.replace(/_(bucket|sum|count)$/u, '')) === 'histogram';
  const named = new Set(expressions.flatMap(namesIn));
  expect(named.size).toBeGreaterThan(15);
  expect([...named].filter((name) => !known(name))).toEqual([]);
});

test('labels that they ask for are those of the program', async () => {
  const after = await metricsOf(async ({ url, path, runtime }) => {
    await fetch(`${url}${path}`, { method: 'POST', body: eventBody() });
    await runtime.say('привет');
  });
  const labels = new Set(Array.from(after.matchAll(/[{,](\w+)="/gu), ([, label]) => label));
  for (const own of ['job', 'instance']) labels.add(own);
  const asked = new Set(
    expressions.flatMap((expression) => [
      ...Array.from(expression.matchAll(/[{,]\s*(\w+)[=!]/gu), ([, label]) => label),
      ...Array.from(expression.matchAll(/\bby \(([^)]*)\)/gu), ([, list = '']) => list.split(/,\s*/u)).flat(),
    ]),
  );
  expect([...asked].filter((label) => !labels.has(label))).toEqual([]);
});

test('each rule says how bad it is and what to do', () => {
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  for (const { labels, annotations } of rules) {
    expect(['page', 'ticket']).toContain(labels.severity);
    expect(annotations.summary.length).toBeGreaterThan(10);
    expect(annotations.action.length).toBeGreaterThan(20);
  }
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
});

test('what nothing has happened to stands at 0, and docs/operating.md explains every number', async () => {
  const text = await metricsOf();
  for (const line of [
    'livetex_queue_dead{queue="livetex:main"} 0',
    'livetex_queue_oldest_seconds{queue="livetex-host"} 0',
    'livetex_queue_paused{queue="livetex:main"} 0',
    'livetex_dialogs{binding="main",mode="operator"} 0',
    'metabot_lead_jobs_dead 0',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
  const page = read('docs/operating.md');
  const names = Array.from(text.matchAll(/^# TYPE (\S+)/gmu), ([, name = '']) => name);
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

test('answers, scripts and webhooks are measured, and nobody outside makes a label', async () => {
  const after = await metricsOf(async ({ url, path, runtime }) => {
    await fetch(`${url}${path}`, { method: 'POST', body: eventBody() });
    await fetch(`${url}/nowhere/${'x'.repeat(50)}`, { method: 'PATCH' });
    await runtime.say('привет');
  });
  expect(after).toMatch(/^metabot_http_seconds_count\{method="POST",area="webhook",status="200"\} 1$/mu);
  expect(after).toMatch(/^metabot_http_seconds_count\{method="other",area="other",status="40[45]"\} 1$/mu);
  expect(after).toMatch(/^process_resident_memory_bytes [1-9]/mu);
  expect(after).not.toContain('xxx');
});
