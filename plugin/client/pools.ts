import { type Dispatcher, Pool } from 'undici';

/**
 * Most connections to one host, each with one request at a time. Our choice: room for 16 bindings with 8 requests in flight
 * (the default of `maxInFlight`); further requests wait in the pool, within their deadline.
 */
const MAX_CONNECTIONS = 128;
/** Longest wait for one connection, ms. Our choice: a request's own deadline (10 s by default) is what a caller feels; this frees the slot. */
const CONNECT_TIMEOUT_MS = 10_000;
/** How long an idle connection is kept, ms, unless LiveTex says less. Undici's default: under the 5 s after which Node and many proxies close it, because a POST that meets a closing connection cannot be repeated safely. */
const KEEP_ALIVE_MS = 4_000;
/** Largest headers of an answer, bytes. Node's own default for a server's. */
const MAX_HEADER_BYTES = 16 * 1024;

/** Keep-alive connections, one pool per host, shared by every binding that uses it. */
export interface Pools {
  for(origin: string): Dispatcher;
  /** Cuts what is still open. */
  destroy(): Promise<void>;
}

export function createPools(): Pools {
  const pools = new Map<string, Pool>();
  return {
    for(origin) {
      let pool = pools.get(origin);
      if (pool === undefined) {
        pool = new Pool(origin, {
          connections: MAX_CONNECTIONS,
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
