/** The shared LiveTex client: one per process, for all bindings. */
import { createAvailability } from './availability.ts';
import { createBindingClient } from './binding-client.ts';
import type { BindingAccess, BindingClient, LiveTexClient, LiveTexClientOptions } from './contract.ts';
import { answerSchemas } from '../contract/livetex-api.ts';
import { createPools } from './pools.ts';
import { createRequest } from './request.ts';

/** Makes the client. Nothing is connected until the first request. */
export function createLiveTexClient(options: LiveTexClientOptions): LiveTexClient {
  const pools = createPools();
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
    const request = createRequest({
      access,
      pool: () => (closing === undefined ? pools.for(origin) : undefined),
      track,
      clock: options.clock,
      logger: options.logger,
      onRequest: options.onRequest,
    });
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
