/** The cause is followed through: every port, activity, log line and span names the events, the transfer and the binding that it comes from. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Tracer } from '@opentelemetry/api';
import { InMemorySpanExporter, BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { expect, onTestFinished, test } from 'vitest';
import { createLiveTexPlugin, openStorage, type Origin } from '../../../plugin/index.ts';
import type { LiveTexHost, Logger } from '../../../plugin/contract/host.ts';
import { userIdOf } from '../../../plugin/contract/lead.ts';
import { ROOT } from '../../support/command.ts';
import { useEmulator } from '../../support/emulator.ts';
import { LEAD } from '../../support/minimal-host.ts';
import { temporaryStorageFolder } from '../../support/storage-folder.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
const TRACEPARENT = `00-${TRACE}-${PARENT}-01`;
const KEY = 'webhook-key-of-the-test';
const USER = userIdOf(LEAD);

interface Told {
  readonly what: string;
  readonly origin: Origin | undefined;
}

/** A plugin on its own folder and a LiveTex; `told`: each call of a port, `lines`: the log. */
async function world() {
  const emulator = await useEmulator({ operators: [{ id: 'maria', firstName: 'Мария', status: 'online' }] });
  const told: Told[] = [];
  const lines: Array<Record<string, unknown>> = [];
  const line =
    (level: string) =>
    (message: string, facts = {}): void =>
      void lines.push({ level, message, ...facts });
  const logger: Logger = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
  const host: LiveTexHost = {
    attributes: {
      async get(_lead, origin) {
        told.push({ what: 'attributes', origin });
        return { attributes: {} };
      },
    },
    async hasScript(_lead, script, origin) {
      told.push({ what: 'hasScript', origin });
      return 'type' in script && script.type === 'return';
    },
    runScript: async (_lead, { origin }) => void told.push({ what: 'runScript', origin }),
    deliver: async (_lead, { kind, origin }) => void told.push({ what: `deliver ${kind}`, origin }),
    setForwarded: async (_lead, { forwarded, origin }) => void told.push({ what: `forwarded ${forwarded}`, origin }),
    authorLog: (_lead, { origin }) => void told.push({ what: 'authorLog', origin }),
    observe: (activity) => void told.push({ what: `activity ${activity.kind}`, origin: activity.origin }),
    logger,
  };
  const folder = temporaryStorageFolder();
  const make = async () => {
    const storage = await openStorage(`sqlite:${folder}`);
    const webhook = { publicUrl: 'http://127.0.0.1:9', key: KEY };
    const bindings = [{ token: emulator.token, baseUrl: emulator.url, webhook }];
    const plugin = await createLiveTexPlugin({ bindings, storage, host });
    const close = async (): Promise<void> => {
      await plugin.close();
      await storage.close();
    };
    onTestFinished(close);
    const post = async (event: Record<string, unknown>, headers = {}): Promise<void> => {
      const employee = { employee_id: 'maria', first_name: 'Мария' };
      const body = { webhook_key: KEY, user_id: USER, timestamp: Date.now() + 1_000, employee, ...event };
      const answer = await plugin.webhook('main', new TextEncoder().encode(JSON.stringify(body)), headers);
      expect(answer.status).toBe(200);
      await plugin.idle();
    };
    return { plugin, close, post };
  };
  return { told, lines, make };
}

test('the ids of the cause reach every port, activity and log line, also those of jobs that waited through a restart', async () => {
  const { told, lines, make } = await world();
  const first = await make();
  await first.plugin.accept([
    { type: 'LeadMessage', id: 'p1', lead: LEAD, at: 1, content: { text: 'Здравствуйте' }, traceparent: TRACEPARENT },
    { type: 'TransferRequested', id: 'p2', lead: LEAD, at: 2, traceparent: TRACEPARENT },
  ]);
  // Nothing was done yet: the jobs alone know.
  await first.close();
  const { plugin, post } = await make();
  await plugin.start();
  await plugin.idle();
  const asked = { binding: 'main', platformEvent: 'p2', traceparent: TRACEPARENT };
  const transferred = { ...asked, transfer: 1 };
  expect(told.filter(({ what }) => !what.startsWith('activity'))).toEqual(
    expect.arrayContaining([
      { what: 'attributes', origin: asked },
      { what: 'hasScript', origin: asked },
      { what: 'forwarded true', origin: transferred },
      { what: 'deliver notice', origin: transferred },
    ]),
  );
  const requests = told.filter(({ what }) => what === 'activity livetex_request').map(({ origin }) => origin);
  expect(requests).toContainEqual({ binding: 'main', platformEvent: 'p1', traceparent: TRACEPARENT });
  expect(requests).toContainEqual(transferred);

  told.length = 0;
  const fromLiveTex = { binding: 'main', livetexEvent: 'l1', traceparent: TRACEPARENT, transfer: 1 };
  await post({ id: 'l1', type: 'TextMessage', text: 'Добрый день' }, { traceparent: TRACEPARENT });
  expect(told).toContainEqual({ what: 'deliver text', origin: fromLiveTex });
  expect(told).toContainEqual({ what: 'activity mode', origin: fromLiveTex });
  await post({ id: 'l2', type: 'Closed' }, { traceparent: 'not one' });
  const closed = { binding: 'main', livetexEvent: 'l2', transfer: 1 };
  for (const what of ['runScript', 'forwarded false', 'deliver notice'])
    expect(told).toContainEqual({ what, origin: closed });

  const modes = lines.filter(({ message }) => message === 'dialog mode changed');
  expect(modes).toMatchObject([
    { mode: 'transferring', platformEvent: 'p2', transfer: 1, binding: 'main' },
    { mode: 'waiting', platformEvent: 'p2', transfer: 1, binding: 'main' },
    { mode: 'operator', livetexEvent: 'l1', transfer: 1, binding: 'main' },
    { mode: 'bot', livetexEvent: 'l2', transfer: 1, binding: 'main' },
  ]);
  const ofRequests = lines.filter(({ message }) => message === 'LiveTex request');
  expect(ofRequests.length).toBeGreaterThan(1);
  for (const found of ofRequests) expect(found['platformEvent'] ?? found['livetexEvent']).toBeDefined();
});

test('a traceparent that is none is refused with its place', async () => {
  const { make } = await world();
  const { plugin } = await make();
  for (const traceparent of ['', 'x', `00-${'0'.repeat(32)}-${PARENT}-01`, `00-${TRACE}-${'0'.repeat(16)}-01`]) {
    const event = { type: 'TransferRequested', id: 'p1', lead: LEAD, at: 1, traceparent } as const;
    await expect(plugin.accept([event])).rejects.toMatchObject({
      code: 'event_invalid',
      message: expect.stringContaining('0.traceparent: must be a W3C traceparent') as unknown,
    });
  }
});

test('the OpenTelemetry example puts jobs and requests into the trace of the event that began them', async () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  // By its path: it names the package, which is a checkout here (`test/integration/package/package.test.ts` compiles it).
  const example = pathToFileURL(join(ROOT, 'scripts-examples/host/opentelemetry.ts')).href;
  const { recordSpans } = (await import(example)) as { recordSpans: (tracer: Tracer) => () => void };
  const stop = recordSpans(provider.getTracer('test'));
  onTestFinished(stop);
  const { make } = await world();
  const { plugin } = await make();
  await plugin.start();
  const common = { lead: LEAD, at: 1, traceparent: TRACEPARENT };
  await plugin.accept([{ type: 'LeadMessage', id: 'p1', ...common, content: { text: 'Здравствуйте' } }]);
  await plugin.accept([{ type: 'TransferRequested', id: 'p2', ...common }]);
  await plugin.idle();
  await provider.forceFlush();
  const spans = exporter.getFinishedSpans().filter((span) => span.spanContext().traceId === TRACE);
  const names = new Set(spans.map(({ name }) => name));
  for (const name of [
    'livetex job sendText',
    'LiveTex sendText',
    'livetex job TransferRequested',
    'LiveTex selectDestination',
    'livetex job deliver',
  ]) {
    expect(names).toContain(name);
  }
  for (const span of spans) {
    expect(span.parentSpanContext?.spanId).toBe(PARENT);
    expect(['p1', 'p2']).toContain(span.attributes['livetex.platform_event']);
    expect(span.attributes['livetex.binding']).toBe('main');
  }
  stop();
  const before = exporter.getFinishedSpans().length;
  await plugin.accept([{ type: 'LeadMessage', id: 'p3', ...common, content: { text: 'Ещё' } }]);
  await plugin.idle();
  expect(exporter.getFinishedSpans()).toHaveLength(before);
});
