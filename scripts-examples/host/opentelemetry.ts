/**
 * Spans of what the plugin does, for whoever has OpenTelemetry in the process already: `recordSpans(trace.getTracer('livetex'))`. A platform that
 * gives its events a `traceparent` finds every job and every request to LiveTex in the trace of the event that began it, also after a restart.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type Attributes, type Context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import type { Activity, JobTry, Origin } from 'metabot24-livetex';

const ACTIVITY = 'metabot24-livetex:activity';
const JOB = 'metabot24-livetex:job';

/** Begins to record; the returned function ends it. */
export function recordSpans(tracer: Tracer): () => void {
  const onJob = (message: unknown): void => {
    const tried = message as JobTry;
    const { queue, job, attempt } = tried;
    const attributes = { 'messaging.destination.name': queue, 'livetex.job': job, 'livetex.attempt': attempt };
    span(`livetex job ${job}`, SpanKind.CONSUMER, attributes, tried);
  };
  const onActivity = (message: unknown): void => {
    const activity = message as Activity;
    if (activity.kind !== 'livetex_request') return;
    const { method, status } = activity;
    const code = status === null ? {} : { 'http.response.status_code': status };
    span(`LiveTex ${method}`, SpanKind.CLIENT, { 'livetex.method': method, ...code }, activity);
  };

  function span(
    name: string,
    kind: SpanKind,
    attributes: Attributes,
    told: { readonly at: number; readonly durationMs: number; readonly error?: string; readonly origin?: Origin },
  ): void {
    const { at, durationMs, error, origin } = told;
    const all = { ...attributes, ...attributesOf(origin) };
    const made = tracer.startSpan(name, { kind, attributes: all, startTime: at }, parentOf(origin));
    if (error !== undefined) made.setStatus({ code: SpanStatusCode.ERROR, message: error });
    made.end(at + durationMs);
  }

  subscribe(JOB, onJob);
  subscribe(ACTIVITY, onActivity);
  return () => {
    unsubscribe(JOB, onJob);
    unsubscribe(ACTIVITY, onActivity);
  };
}

function attributesOf(origin: Origin | undefined): Attributes {
  const { binding, transfer, platformEvent, livetexEvent } = origin ?? {};
  return {
    'livetex.binding': binding,
    'livetex.transfer': transfer,
    'livetex.platform_event': platformEvent,
    'livetex.event': livetexEvent,
  };
}

/** The span that the platform named, maybe in another process and long ended. */
function parentOf(origin: Origin | undefined): Context {
  const [, traceId, spanId, flags] = /^00-(\w{32})-(\w{16})-(\w{2})$/.exec(origin?.traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: Number.parseInt(flags ?? '00', 16), isRemote: true });
}
