import type { Dispatcher } from 'undici';
import type { z } from 'zod';
import { messageOf, type CodedError } from '../contract/coded-error.ts';
import type { Clock, Logger } from '../contract/host.ts';
import {
  API_VERSIONS,
  type ApiVersion,
  METHOD_SINCE,
  type LiveTexMethod,
  requestSchemas,
} from '../contract/livetex-api.ts';
import { problemsOf } from '../contract/parse-tolerantly.ts';
import { pluginError } from '../errors.ts';
import { classifyAnswer, clean } from './classify-answer.ts';
import type { BindingAccess, RequestReport } from './contract.ts';
import { networkReason } from '../contract/network-reason.ts';
import { exchange, type ExchangeEnd } from './exchange.ts';
import { createRedactor, REDACTED } from './redactor.ts';

export interface RequestDeps {
  readonly access: BindingAccess;
  /** The pool of the binding's base URL; `undefined` once the client is closed. */
  readonly pool: () => Dispatcher | undefined;
  /** The binding's place among the requests under way: `Shares.take`. */
  readonly share: (go: () => void) => () => void;
  /** Told of each exchange, so that closing can wait for it. */
  readonly track: <Value>(exchange: Promise<Value>) => Promise<Value>;
  readonly clock: Clock;
  readonly logger: Logger | undefined;
  readonly onRequest: ((report: RequestReport) => void) | undefined;
}

/** Asks LiveTex: the parsed answer, or a coded error of the catalogue; the caller's own abort is passed on as its reason. */
export type LiveTexRequest = <Schema extends z.ZodType>(
  call: {
    readonly method: LiveTexMethod;
    readonly body?: Readonly<Record<string, unknown>>;
    readonly signal: AbortSignal | undefined;
  },
  answer: Schema,
  version: ApiVersion,
) => Promise<z.output<Schema>>;

/**
 * The one request path of a binding. It never tries again by itself: a text that LiveTex may have taken would be doubled,
 * and the lanes know better when to come back.
 */
export function createRequest(deps: RequestDeps): LiveTexRequest {
  const { access, clock } = deps;
  const base = new URL(access.baseUrl);
  const prefix = base.pathname.replace(/\/+$/, '');
  const key = encodeURIComponent(access.token);
  const tokenRedactor = createRedactor([access.token]);

  return async (call, schema, version) => {
    const { method, body, signal } = call;
    signal?.throwIfAborted();
    const facts = { method, binding: access.id };
    refuseWhatCannotSucceed(call, version);
    const pool = deps.pool();
    if (pool === undefined) throw pluginError('livetex_unreachable', { ...facts, reason: 'the client is closed' });

    const webhookKey = body?.['webhook_key'];
    const redactor = typeof webhookKey === 'string' ? createRedactor([access.token, webhookKey]) : tokenRedactor;
    const text = body === undefined ? undefined : JSON.stringify(body);
    const at = clock.now();
    const path = `${prefix}/${version}/${method}?key=${key}`;
    const end = await deps.track(
      exchange({ pool, share: deps.share, path, body: text, timeoutMs: access.requestTimeoutMs, signal, clock }),
    );

    const outcome = outcomeOf(end);
    report();
    if (outcome.ok) return outcome.value;
    throw outcome.aborted ? outcome.reason : outcome.error;

    function outcomeOf(ended: ExchangeEnd) {
      switch (ended.kind) {
        case 'answer':
          return {
            aborted: false,
            ...classifyAnswer(schema, ended.answer, { ...facts, now: clock.now(), redactor }),
          } as const;
        case 'aborted':
          return { ok: false, aborted: true, reason: ended.reason } as const;
        case 'timeout':
          return failed(pluginError('livetex_timeout', { ...facts, timeoutMs: access.requestTimeoutMs }));
        case 'failed':
          return failed(pluginError('livetex_unreachable', { ...facts, reason: networkReason(ended.error) }));
      }
    }

    function report(): void {
      if (!deps.onRequest) return;
      const answer = end.kind === 'answer' ? end.answer : undefined;
      const json = 'json' in outcome ? outcome.json : undefined;
      try {
        deps.onRequest({
          binding: access.id,
          method,
          at,
          durationMs: clock.now() - at,
          status: answer?.status ?? null,
          request: text === undefined ? undefined : redactor.json(withoutKey(body), text),
          response:
            json === undefined ? answer && clean(answer.text ?? '', redactor) : redactor.json(json, answer?.text ?? ''),
          ...('error' in outcome ? { error: outcome.error } : {}),
          ...(outcome.aborted ? { aborted: true } : {}),
        });
      } catch (error) {
        // Somebody's metrics must not turn a message that was sent into one that is sent again.
        deps.logger?.error('onRequest failed', { method, binding: access.id, error: redactor.text(messageOf(error)) });
      }
    }
  };

  function refuseWhatCannotSucceed(
    call: { readonly method: LiveTexMethod; readonly body?: Readonly<Record<string, unknown>> },
    version: ApiVersion,
  ): void {
    const { method, body } = call;
    const facts = { method, binding: access.id, status: null };
    const since = METHOD_SINCE[method];
    if (isOlder(version, since)) {
      const detail = `apiVersion ${version} has no ${method}, ${since} has`;
      throw pluginError('livetex_method_forbidden', { ...facts, detail });
    }
    const problems: string[] = [];
    if (body !== undefined && method in requestSchemas) {
      const parsed = requestSchemas[method as keyof typeof requestSchemas].safeParse(body);
      if (!parsed.success) problems.push(...problemsOf(parsed.error));
    }
    if (body?.['webhook_event_types'] !== undefined && isOlder(version, '1.1')) {
      problems.push(`webhook_event_types: apiVersion ${version} has no such field, 1.1 has`);
    }
    if (problems.length > 0) throw pluginError('livetex_refused', { ...facts, detail: problems.join('; ') });
  }
}

function failed(error: CodedError) {
  return { ok: false, aborted: false, error } as const;
}

function isOlder(version: ApiVersion, than: ApiVersion): boolean {
  return API_VERSIONS.indexOf(version) < API_VERSIONS.indexOf(than);
}

/** The webhook's key is a secret as well: whoever has it can speak as LiveTex. */
function withoutKey(body: Readonly<Record<string, unknown>> | undefined): unknown {
  return body && 'webhook_key' in body ? { ...body, webhook_key: REDACTED } : body;
}
