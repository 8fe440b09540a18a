/** The shared LiveTex client: one per process, for all bindings. */
import { type Dispatcher, Pool } from 'undici';
import { z } from 'zod';
import {
  answerSchema,
  answerSchemas,
  type ApiVersion,
  type LiveTexMethod,
  type SetWebhookRequest,
} from '../contract/livetex-api.ts';
import { USED_EVENT_TYPES } from '../contract/livetex-webhook.ts';
import { createAvailability } from './availability.ts';
import type { BindingAccess, BindingClient, LiveTexClient, LiveTexClientOptions } from './contract.ts';
import { createRequest } from './request.ts';
import { createShares } from './shares.ts';
import { createVersionChoice } from './version.ts';

/** Makes the client. Nothing is connected until the first request. */
export function createLiveTexClient(options: LiveTexClientOptions): LiveTexClient {
  const pools = createPools();
  const shares = createShares(MAX_REQUESTS);
  const underWay = new Set<Promise<unknown>>();
  const known = new Map<string, { readonly access: BindingAccess; readonly client: BindingClient }>();
  let closing: Promise<void> | undefined;

  return {
    binding(access) {
      // The same binding asked for twice must not ask LiveTex twice about its operators.
      const found = known.get(access.id);
      if (found !== undefined && isSame(found.access, access)) return found.client;
      const client = connect(access);
      known.set(access.id, { access, client });
      return client;
    },
    close() {
      closing ??= (async () => {
        await Promise.all(underWay);
        await pools.destroy();
      })();
      return closing;
    },
  };

  function connect(access: BindingAccess): BindingClient {
    const { origin } = new URL(access.baseUrl);
    const askInVersion = createVersionChoice(access.apiVersion, options.clock);
    const send = createRequest({
      access,
      pool: () => (closing === undefined ? pools.for(origin) : undefined),
      share: (go) => shares.take(access.id, go),
      track,
      clock: options.clock,
      logger: options.logger,
      onRequest: options.onRequest,
    });
    const request: BindingRequest = ({ body, ...call }, answer) =>
      askInVersion((version) =>
        send({ ...call, ...(body && { body: typeof body === 'function' ? body(version) : body }) }, answer, version),
      );
    const availability = createAvailability({
      binding: access.id,
      clock: options.clock,
      requestTimeoutMs: access.requestTimeoutMs,
      ask: async () =>
        (await request({ method: 'getDestinations', signal: undefined }, answerSchemas.getDestinations)).destinations,
    });
    return createBindingClient(request, availability);
  }

  async function track<Value>(exchange: Promise<Value>): Promise<Value> {
    underWay.add(exchange);
    try {
      return await exchange;
    } finally {
      underWay.delete(exchange);
    }
  }
}

function isSame(one: BindingAccess, other: BindingAccess): boolean {
  return (
    one.token === other.token &&
    one.baseUrl === other.baseUrl &&
    one.apiVersion === other.apiVersion &&
    one.requestTimeoutMs === other.requestTimeoutMs
  );
}

/**
 * What an accepted message must say: only that it was accepted. Were a missing or odd `message_id` a failure, the lane
 * would send the text again and again, and the operator would read each copy.
 */
const acceptedSchema = answerSchema.extend({
  message_id: z
    .union([z.string(), z.number().transform(String)])
    .optional()
    .catch(undefined),
});

/** The documentation has an empty `url` when no webhook is set; a server that leaves it out means the same. */
const webhookSettingsSchema = answerSchema.extend({ url: z.string().optional() });

/** A request in the binding's version, which its body may depend on. */
type BindingRequest = <Schema extends z.ZodType>(
  call: {
    readonly method: LiveTexMethod;
    readonly body?: RequestBody | ((version: ApiVersion) => RequestBody);
    readonly signal: AbortSignal | undefined;
  },
  answer: Schema,
) => Promise<z.output<Schema>>;
type RequestBody = Readonly<Record<string, unknown>>;

/** LiveTex's methods as functions (`livetex.github.io/messaging-api`). */
function createBindingClient(
  request: BindingRequest,
  availability: ReturnType<typeof createAvailability>,
): BindingClient {
  return {
    async getDestinations(signal) {
      const answer = await request({ method: 'getDestinations', signal }, answerSchemas.getDestinations);
      return answer.destinations;
    },
    async selectDestination(body, signal) {
      await request({ method: 'selectDestination', body, signal }, answerSchemas.selectDestination);
    },
    async sendText(body, signal) {
      const answer = await request({ method: 'sendText', body, signal }, acceptedSchema);
      return { messageId: answer.message_id ?? '' };
    },
    async sendFile(body, signal) {
      const answer = await request({ method: 'sendFile', body, signal }, acceptedSchema);
      return { messageId: answer.message_id ?? '' };
    },
    async setWebhook(body, signal) {
      const inVersion = (version: ApiVersion): SetWebhookRequest =>
        version === '1.0' || body.url === '' || body.webhook_event_types !== undefined
          ? body
          : { ...body, webhook_event_types: [...USED_EVENT_TYPES] };
      await request({ method: 'setWebhook', body: inVersion, signal }, answerSchemas.setWebhook);
    },
    async getWebhookSettings(signal) {
      const answer = await request({ method: 'getWebhookSettings', signal }, webhookSettingsSchema);
      return { url: answer.url ?? '' };
    },
    async getCurrentDestination(userId, signal) {
      const body = { user_id: userId };
      const answer = await request(
        { method: 'getCurrentDestination', body, signal },
        answerSchemas.getCurrentDestination,
      );
      return answer.destination;
    },
    async getHistory(body, signal) {
      const answer = await request({ method: 'getHistory', body, signal }, answerSchemas.getHistory);
      return answer.messages;
    },
    ...availability,
  };
}

/**
 * Most requests at one time, each on a connection of its own, beside the one that every binding has (`shares.ts`). Our choice:
 * room for 32 bindings with 8 requests in flight (the default of `maxInFlight`); further ones wait, within their deadline.
 */
const MAX_REQUESTS = 256;
/** Longest wait for one connection, ms. Our choice: a request's own deadline (10 s by default) is what a caller feels; this frees the slot. */
const CONNECT_TIMEOUT_MS = 10_000;
/** How long an idle connection is kept, ms, unless LiveTex says less. Undici's default: under the 5 s after which Node and many proxies close it, because a POST that meets a closing connection cannot be repeated safely. */
const KEEP_ALIVE_MS = 4_000;
/** Largest headers of an answer, bytes. Node's own default for a server's. */
const MAX_HEADER_BYTES = 16 * 1024;

/** Keep-alive connections, one pool per host, shared by every binding that uses it. */
interface Pools {
  for(origin: string): Dispatcher;
  /** Cuts what is still open. */
  destroy(): Promise<void>;
}

function createPools(): Pools {
  const pools = new Map<string, Pool>();
  return {
    for(origin) {
      let pool = pools.get(origin);
      if (pool === undefined) {
        pool = new Pool(origin, {
          // As many as there are requests: the shares bound them.
          connections: null,
          connectTimeout: CONNECT_TIMEOUT_MS,
          keepAliveTimeout: KEEP_ALIVE_MS,
          maxHeaderSize: MAX_HEADER_BYTES,
          pipelining: 1,
          // The documentation speaks of HTTP/1.1 (Content-Length); HTTP/2 would put all requests on one connection, so that one reset hits all.
          allowH2: false,
        });
        pools.set(origin, pool);
      }
      return pool;
    },
    async destroy() {
      await Promise.all(Array.from(pools.values(), (pool) => pool.destroy()));
    },
  };
}
