/** `/healthz`, `/readyz` and `/metrics`: for whoever runs the server. */
import { z } from 'zod';
import type { Metric, Readiness } from '../../plugin/contract/plugin.ts';
import { answerError, answerJson, answerText } from './answer.ts';
import type { Route } from './routes.ts';
import type { ServerPorts } from './server-ports.ts';

const stateSchema = z.object({ ready: z.boolean(), reasons: z.array(z.string()) });
const readinessSchema = stateSchema.extend({
  bindings: z.record(z.string(), stateSchema).optional(),
  channels: z.record(z.string(), stateSchema).optional(),
});
const readinessQuery = z.object({ binding: z.string().optional() });

export function stateRoutes(ports: Pick<ServerPorts, 'ready' | 'metrics'>): Route[] {
  const common = { method: 'GET', head: true, access: 'state' } as const;
  return [
    {
      ...common,
      path: '/healthz',
      summary: 'Does the process answer?',
      answers: { 200: { description: 'it does', schema: z.object({ alive: z.literal(true) }) } },
      answer: ({ response }) => answerJson(response, 200, { alive: true }),
    },
    {
      ...common,
      path: '/readyz',
      summary: 'Can it do its work, or one binding its own?',
      query: readinessQuery,
      answers: {
        200: { description: 'ready', schema: readinessSchema },
        404: { description: 'there is no such binding' },
        503: { description: 'not ready, with reasons', schema: readinessSchema },
      },
      async answer({ response, query }) {
        const readiness = await ports.ready();
        const id = query.get('binding');
        const state = id === null ? readiness : ofBinding(readiness, id);
        if (state === undefined) {
          const known = Object.keys(readiness.bindings ?? {}).join(', ');
          return answerError(response, 404, {
            code: 'not_found',
            message: `there is no such binding; known: ${known === '' ? 'none' : known}`,
          });
        }
        answerJson(response, state.ready ? 200 : 503, state);
      },
    },
    {
      ...common,
      path: '/metrics',
      summary: 'Prometheus text, without ids of leads',
      answers: { 200: { description: 'the numbers', type: 'text/plain' } },
      async answer({ response }) {
        answerText(response, 200, METRICS_TYPE, metricsText(await ports.metrics()));
      },
    },
  ];
}

/** One binding's state; the process's stands above it. `undefined`: there is no such binding, or nobody can say yet. */
function ofBinding({ ready, reasons, bindings = {} }: Readiness, id: string): Readiness | undefined {
  const own = Object.hasOwn(bindings, id) ? bindings[id] : undefined;
  // While it starts or ends, the process alone is what can be told.
  if (own === undefined) return ready || Object.keys(bindings).length > 0 ? undefined : { ready, reasons };
  return own.ready ? { ready, reasons } : own;
}

/** Prometheus' text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats). */
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export function metricsText(metrics: readonly Metric[]): string {
  return metrics.map(metricLines).join('');
}

function metricLines({ name, help, type, samples }: Metric): string {
  const lines = samples.map(({ labels, value, suffix = '' }) => `${name}${suffix}${labelText(labels)} ${value}`);
  return [`# HELP ${name} ${escaped(help)}`, `# TYPE ${name} ${type}`, ...lines, ''].join('\n');
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${escaped(value).replaceAll('"', '\\"')}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
