import { API_TEXTS } from './api-texts.ts';
import { codeOf } from '../../plugin/contract/coded-error.ts';
import type { Clock } from '../../plugin/contract/host.ts';
import { networkReason } from '../../plugin/contract/network-reason.ts';
import { shimError } from '../errors.ts';
import { addressProblem, AllowList, shownAddress } from './allow-list.ts';
import { ACCEPTED_ENCODINGS, bodyText, BodyProblem, first } from './body-text.ts';
import { type Connections, createConnections, PRIVATE_ADDRESS } from './connections.ts';
import type { AllowedAddress, ApiAnswer } from './contract.ts';
import { exchange, type WireAnswer } from './exchange.ts';

/** Redirects of one request. Our choice: a moved address and a login page need two or three. */
const MAX_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** They go on with the method and the body that they had (RFC 9110, 15.4.8 and RFC 9110, 15.4.9). */
const KEEPS_METHOD: ReadonlySet<number> = new Set([307, 308]);

/** A request of a script, its parts checked for their form. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body: string | null;
}

/** Sends scripts' requests to the addresses that are allowed. */
export class ApiClient {
  readonly #allow: AllowList;
  readonly #maxBytes: number;
  readonly #clock: Clock;
  readonly #connections: Connections = createConnections();

  constructor(options: {
    readonly allow: readonly AllowedAddress[];
    readonly anywhere: boolean;
    readonly maxBytes: number;
    readonly clock: Clock;
  }) {
    this.#allow = new AllowList(options.allow, options.anywhere);
    this.#maxBytes = options.maxBytes;
    this.#clock = options.clock;
  }

  /**
   * What a server answered, or why there is no answer. @throws api_not_allowed for an address that no setting allows, and the
   * signal's reason when nobody waits for it any more
   */
  async send(request: ApiRequest, timeoutMs: number, signal: AbortSignal): Promise<ApiAnswer> {
    const late = new AbortController();
    const cancel = this.#clock.after(timeoutMs, () => late.abort());
    try {
      return await this.#follow(request, AbortSignal.any([signal, late.signal]));
    } catch (error) {
      if (signal.aborted || codeOf(error) === 'api_not_allowed') throw error;
      if (late.signal.aborted) return unanswered(`there was no answer within ${Math.round(timeoutMs)} ms`);
      return unanswered(networkReason(error));
    } finally {
      cancel();
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#connections.guarded.destroy(), this.#connections.open.destroy()]);
  }

  async #follow(request: ApiRequest, signal: AbortSignal): Promise<ApiAnswer> {
    let { method, body, headers } = request;
    let url = new URL(request.url);
    for (let redirects = 0; ; redirects += 1) {
      const answer = await this.#exchange(url, { method, headers, body }, signal, redirects);
      if (!('status' in answer)) return answer;
      const location = REDIRECTS.has(answer.status) ? first(answer.headers['location']) : undefined;
      if (location === undefined) return await this.#taken(answer);
      const next = this.#redirected(location, url, redirects);
      if (typeof next === 'string') return { code: answer.status, body: null, error: next };
      if (!KEEPS_METHOD.has(answer.status) && method !== 'GET') {
        method = 'GET';
        body = null;
      }
      // A key in a header is meant for the server that it was set for.
      if (next.origin !== url.origin) headers = {};
      url = next;
    }
  }

  /** One step. Whoever is redirected cannot choose the address, so only the first one is an error of the script. */
  async #exchange(
    url: URL,
    { method, headers, body }: Pick<ApiRequest, 'method' | 'headers' | 'body'>,
    signal: AbortSignal,
    redirects: number,
  ): Promise<WireAnswer | ApiAnswer> {
    const allowed = this.#allow.find(url);
    if (allowed === undefined) throw notAllowed(url, `"${url.origin}/"`);
    try {
      return await exchange({
        dispatcher: allowed.private ? this.#connections.open : this.#connections.guarded,
        url,
        method,
        headers: {
          accept: 'application/json',
          ...(body === null ? {} : { 'content-type': 'application/json' }),
          ...headers,
          'accept-encoding': ACCEPTED_ENCODINGS,
        },
        body,
        maxBytes: this.#maxBytes,
        signal,
      });
    } catch (error) {
      if (codeOf(error) !== PRIVATE_ADDRESS) throw error;
      const problem = `${shownAddress(url)} leads to a private address`;
      if (redirects > 0) return unanswered(`the redirect to ${problem}`);
      throw notAllowed(url, `{ "url": "${url.origin}/", "private": true }`);
    }
  }

  #redirected(location: string, from: URL, redirects: number): URL | string {
    if (redirects >= MAX_REDIRECTS) return `the server redirected more than ${MAX_REDIRECTS} times`;
    const to = URL.parse(location, from);
    const problem = (to === null ? API_TEXTS.noAddress : addressProblem(to.href))?.en;
    if (to === null || problem !== undefined) return `the server redirected to what ${problem}`;
    if (this.#allow.find(to) !== undefined) return to;
    return `the server redirected to ${shownAddress(to)}, which api.allow does not have`;
  }

  async #taken(answer: WireAnswer): Promise<ApiAnswer> {
    try {
      return { code: answer.status, body: await bodyText(answer, this.#maxBytes), error: null };
    } catch (error) {
      if (!(error instanceof BodyProblem)) throw error;
      return { code: answer.status, body: null, error: error.message };
    }
  }
}

function unanswered(error: string): ApiAnswer {
  return { code: 0, body: null, error };
}

function notAllowed(url: URL, setting: string): Error {
  return shimError('api_not_allowed', { address: shownAddress(url), setting });
}
