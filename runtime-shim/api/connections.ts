import { lookup, type LookupAddress, type LookupAllOptions } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent } from 'undici';
import { isPublicAddress } from './public-address.ts';

/** Connections to one server. Our choice: as many scripts as wait for the network in a server of the usual size. */
const MAX_CONNECTIONS = 16;
/** Servers to which connections are kept. */
const MAX_ORIGINS = 256;
/** Longest wait for a connection, ms. The request's own deadline is what a script feels; this frees the socket. */
const CONNECT_TIMEOUT_MS = 10_000;
/** How long an idle connection is kept, ms: under the 5 s after which many servers close it. */
const KEEP_ALIVE_MS = 4_000;
/** Largest headers of an answer, bytes: Node's own default for a server's. */
const MAX_HEADER_BYTES = 16 * 1024;

/** The code of the error with which a connection to a private address ends. */
export const PRIVATE_ADDRESS = 'API_PRIVATE_ADDRESS';

/** Asks for all addresses of a name. */
type Resolver = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Looks a name up, and refuses it when any of its addresses is not a public one. It is asked when a connection is made, and its
 * answer is what is connected to: a name that resolves to another address a moment later (DNS rebinding) wins nothing.
 */
export function publicLookup(resolve: Resolver = lookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, []);
        return;
      }
      const hidden = addresses.find(({ address }) => !isPublicAddress(address));
      const [first] = addresses;
      if (hidden !== undefined || first === undefined) {
        callback(Object.assign(new Error('not a public address'), { code: PRIVATE_ADDRESS }), []);
      } else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

/** Keep-alive connections of all scripts: to public addresses, and to those that the list allows as they are. */
export interface Connections {
  readonly guarded: Agent;
  readonly open: Agent;
}

export function createConnections(): Connections {
  const options = {
    connections: MAX_CONNECTIONS,
    maxOrigins: MAX_ORIGINS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
    pipelining: 1,
    allowH2: false,
    // The deadline of the request covers both.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  return {
    guarded: new Agent({ ...options, connect: { timeout: CONNECT_TIMEOUT_MS, lookup: publicLookup() } }),
    open: new Agent({ ...options, connect: { timeout: CONNECT_TIMEOUT_MS } }),
  };
}
