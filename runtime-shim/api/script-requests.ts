import { API_TEXTS } from './api-texts.ts';
import { z } from 'zod';
import { codeOf } from '../../plugin/contract/coded-error.ts';
import type { Clock } from '../../plugin/contract/host.ts';
import type { Metric } from '../../plugin/contract/plugin.ts';
import { shimError } from '../errors.ts';
import { addressProblem, shownAddress } from './allow-list.ts';
import { ApiClient, type ApiRequest } from './api-client.ts';
import type { ApiAnswer, ApiMode, ApiOptions, ApiRequestFacts, Stub } from './contract.ts';

export const DEFAULT_API_TIMEOUT_MS = 3_000;
export const DEFAULT_API_MAX_BYTES = 1_048_576;
/** Requests of one run. Our choice: a script asks two or three servers. The guest keeps it, and says so (`../globals/api.guest.ts`). */
const MAX_REQUESTS = 20;
/** A run that was in a killed runner asks again what it had asked. */
const MAX_TRIES = 2;
/** What a script has left at least when a request took all its time: to say that nobody answered. */
const KEPT_FOR_SCRIPT_MS = 250;
/** Most that is counted apart: outcomes are few, and a server's own statuses are not. */
const OUTCOMES = ['2xx', '3xx', '4xx', '5xx', 'unanswered', 'refused', 'stub'] as const;
type Outcome = (typeof OUTCOMES)[number];

/** Comes from an untrusted script. Header names and values are those that undici takes. */
const requestSchema = z.strictObject({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  url: z.string(),
  headers: z
    .record(z.string().regex(/^[!#$%&'*+.^_`|~0-9a-z-]+$/), z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/))
    .refine((headers) => Object.keys(headers).every((name) => !isOwnHeader(name))),
  body: z.string().nullable(),
});

/** Of one connection (RFC 9110, 7.6.1), or ours to say. */
const OWN_HEADERS: ReadonlySet<string> = new Set(
  'connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding upgrade host content-length expect accept-encoding'.split(
    ' ',
  ),
);

function isOwnHeader(name: string): boolean {
  return OWN_HEADERS.has(name);
}

export interface ScriptRequestsOptions {
  readonly api: ApiOptions;
  readonly mode: ApiMode;
  readonly stubs: () => readonly Stub[];
  readonly clock: Clock;
}

/** Performs the requests of scripts (`api` in a script), and counts them. */
export class ScriptRequests {
  readonly #options: ScriptRequestsOptions;
  readonly #timeoutMs: number;
  readonly #client: ApiClient;
  readonly #counts = new Map<Outcome, number>();
  #ms = 0;

  constructor(options: ScriptRequestsOptions) {
    this.#options = options;
    const { allow = [], timeoutMs = DEFAULT_API_TIMEOUT_MS, maxBytes = DEFAULT_API_MAX_BYTES } = options.api;
    this.#timeoutMs = timeoutMs;
    const anywhere = options.mode === 'stubs_then_anywhere';
    this.#client = new ApiClient({ allow, anywhere, maxBytes, clock: options.clock });
  }

  /** The function for one run; `told` hears of each request. */
  forRun(
    told: (facts: ApiRequestFacts) => void,
  ): (argsJson: string, signal: AbortSignal, leftMs: number) => Promise<string> {
    let count = 0;
    return async (argsJson, signal, leftMs) => {
      count += 1;
      if (count > MAX_REQUESTS * MAX_TRIES) {
        throw shimError('script_host_calls', { limit: MAX_REQUESTS, what: API_TEXTS.requests });
      }
      const request = requestSchema.parse(JSON.parse(argsJson));
      const problem = addressProblem(request.url);
      if (problem !== undefined) throw shimError('script_argument', { detail: API_TEXTS.address(problem) });
      return JSON.stringify(await this.#told(request, signal, leftMs, told));
    };
  }

  metrics(): Metric[] {
    const samples = OUTCOMES.map((outcome) => ({ labels: { outcome }, value: this.#counts.get(outcome) ?? 0 }));
    const total = [{ labels: {}, value: this.#ms / 1_000 }];
    return [
      { name: 'metabot_api_requests_total', help: 'Requests of scripts by outcome.', type: 'counter', samples },
      { name: 'metabot_api_seconds_total', help: 'Time of scripts’ requests.', type: 'counter', samples: total },
    ];
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  async #told(
    request: ApiRequest,
    signal: AbortSignal,
    leftMs: number,
    told: (facts: ApiRequestFacts) => void,
  ): Promise<ApiAnswer> {
    const { mode, stubs } = this.#options;
    const { host, pathname: path } = new URL(request.url);
    const startedAt = performance.now();
    const stub = mode === 'network' ? undefined : stubs().find((one) => isFor(one, request));
    const note = (outcome: Outcome, status: number | null, error?: string): void => {
      const ms = Math.round(performance.now() - startedAt);
      this.#counts.set(outcome, (this.#counts.get(outcome) ?? 0) + 1);
      this.#ms += ms;
      const { method } = request;
      told({ method, host, path, status, ms, stub: stub !== undefined, ...(error === undefined ? {} : { error }) });
    };
    try {
      const timeoutMs = Math.max(0, Math.min(this.#timeoutMs, leftMs - KEPT_FOR_SCRIPT_MS));
      const answer =
        stub === undefined
          ? await this.#fromNetwork(request, timeoutMs, signal)
          : await this.#fromStub(stub, timeoutMs, signal);
      note(
        stub === undefined ? outcomeOf(answer) : 'stub',
        answer.code === 0 ? null : answer.code,
        answer.error ?? undefined,
      );
      return answer;
    } catch (error) {
      note(signal.aborted ? 'unanswered' : 'refused', null, codeOf(error) ?? 'the script ended');
      throw error;
    }
  }

  #fromNetwork(request: ApiRequest, timeoutMs: number, signal: AbortSignal): Promise<ApiAnswer> {
    const { mode } = this.#options;
    if (mode !== 'stubs') return this.#client.send(request, timeoutMs, signal);
    const address = shownAddress(new URL(request.url));
    throw shimError('api_no_stub', { method: request.method, address });
  }

  async #fromStub({ status, body, delayMs }: Stub, timeoutMs: number, signal: AbortSignal): Promise<ApiAnswer> {
    const ms = Math.min(delayMs, timeoutMs);
    if (ms > 0) await passed(this.#options.clock, ms, signal);
    if (delayMs > timeoutMs)
      return { code: 0, body: null, error: `there was no answer within ${Math.round(timeoutMs)} ms` };
    const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
    return { code: status, body: text, error: null };
  }
}

function outcomeOf({ code }: ApiAnswer): Outcome {
  return OUTCOMES.find((outcome) => outcome === `${Math.floor(code / 100)}xx`) ?? 'unanswered';
}

/** Addresses are compared as the URL standard writes them; a `*` at the end stands for the rest. */
function isFor({ method, url }: Stub, request: ApiRequest): boolean {
  if (method !== undefined && method !== request.method) return false;
  const asked = new URL(request.url);
  asked.hash = '';
  const begin = url.endsWith('*') ? url.slice(0, -1) : undefined;
  return begin === undefined ? asked.href === new URL(url).href : asked.href.startsWith(normalised(begin));
}

/** The beginning of an address may end anywhere, also within a name: only what the standard would change is changed. */
function normalised(begin: string): string {
  const { href } = new URL(begin);
  return href.endsWith('/') && !begin.endsWith('/') ? href.slice(0, -1) : href;
}

function passed(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const end = (): void => {
    cancel();
    reject(signal.reason as Error);
  };
  const cancel = clock.after(ms, () => {
    signal.removeEventListener('abort', end);
    resolve();
  });
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  return promise;
}
