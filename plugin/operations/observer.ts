import type { RequestReport } from '../client/contract.ts';
import type { Activity, LiveTexHost, Logger } from '../contract/host.ts';
import { messageOf } from '../contract/coded-error.ts';
import type { Counters } from '../core/counters.ts';
import type { LiveTexClock } from '../core/livetex-clock.ts';
import type { TokenWatch } from './tokens.ts';

export interface Observer {
  /** `host.observe`, made harmless. */
  readonly activity: (activity: Activity) => void;
  /** Every request to LiveTex as it ended. */
  readonly request: (report: RequestReport) => void;
}

/** Where everything that happens passes: metrics, log, timeline, LiveTex's clock, refused tokens. */
export function createObserver(options: {
  readonly host: LiveTexHost;
  readonly logger: Logger;
  readonly counters: Counters;
  readonly tokens: TokenWatch;
  readonly clocks: ReadonlyMap<string, LiveTexClock>;
}): Observer {
  const { host, logger, counters, tokens, clocks } = options;
  return { activity, request };

  function activity(happened: Activity): void {
    try {
      host.observe?.(happened);
    } catch (error) {
      logger.error("the platform's observe failed", { error: messageOf(error) });
    }
  }

  function request(report: RequestReport): void {
    const { binding, method, at, status, durationMs } = report;
    const code = report.aborted === true ? 'aborted' : report.error?.code;
    counters.add('livetex_requests_total', { binding, method, outcome: code ?? 'ok' });
    tokens.observe(report);
    clocks.get(binding)?.observe(report);
    const userId = userIdOf(report.request);
    const facts = { binding, method, status, durationMs, ...userId, ...(code === undefined ? {} : { error: code }) };
    if (report.error === undefined) logger.debug('LiveTex request', facts);
    else logger.warn('LiveTex request failed', facts);
    activity({
      kind: 'livetex_request',
      at,
      binding,
      method,
      ...userId,
      request: report.request,
      status,
      response: report.response,
      ...(code === undefined ? {} : { error: code }),
      durationMs,
    });
  }
}

function userIdOf(request: unknown): { userId?: string } {
  if (typeof request !== 'object' || request === null || !('user_id' in request)) return {};
  return typeof request.user_id === 'string' ? { userId: request.user_id } : {};
}
