import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { isLoopbackHost } from '../../plugin/contract/binding-config.ts';

/** Whose word is believed about where a request came from. */
export interface TrustedProxies {
  readonly isEmpty: boolean;
  has(address: string): boolean;
}

/** @throws when an entry is no address and no network (`10.0.0.0/8`) */
export function createTrustedProxies(entries: readonly string[]): TrustedProxies {
  const list = new BlockList();
  for (const entry of entries) {
    const [network = '', prefix] = entry.split('/');
    const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(network, family);
    else list.addSubnet(network, Number(prefix), family);
  }
  return {
    isEmpty: entries.length === 0,
    has: (address) => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'),
  };
}

/**
 * The address of who sent a request, or `undefined` when it cannot be known.
 *
 * Anybody can write `X-Forwarded-For`, so it is read only when the connection comes from a trusted proxy, from the right,
 * where each proxy adds what it saw itself: the first address that is not a trusted proxy's is the sender's.
 *
 * A proxy on this machine that nobody named as trusted shows itself by the header. All the world would be one address
 * behind it, and one guesser could keep LiveTex out: so there nobody is held back.
 */
export function peerAddress(request: IncomingMessage, trusted: TrustedProxies): string | undefined {
  const { address: socket, isTrusted } = otherEnd(request.socket, trusted);
  if (socket === undefined) return undefined;
  const forwarded = request.headers['x-forwarded-for'];
  if (!isTrusted) {
    const isUnnamedProxy = forwarded !== undefined && trusted.isEmpty && isLoopbackHost(socket);
    return isUnnamedProxy ? undefined : socket;
  }
  const hops = (Array.isArray(forwarded) ? forwarded.join(',') : (forwarded ?? '')).split(',').map((hop) => hop.trim());
  let address = socket;
  for (const hop of hops.toReversed()) {
    const seen = plainAddress(hop);
    if (seen === undefined) break;
    address = seen;
    if (!trusted.has(seen)) break;
  }
  return address;
}

interface OtherEnd {
  readonly address: string | undefined;
  readonly isTrusted: boolean;
}

/** By connection: it has one other end, whose requests may be thousands a second. */
const otherEnds = new WeakMap<object, OtherEnd>();

function otherEnd(socket: IncomingMessage['socket'], trusted: TrustedProxies): OtherEnd {
  let found = otherEnds.get(socket);
  if (found === undefined) {
    const address = plainAddress(socket.remoteAddress ?? '');
    found = { address, isTrusted: address !== undefined && trusted.has(address) };
    otherEnds.set(socket, found);
  }
  return found;
}

const IPV4_MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
/** Some proxies add the port: `203.0.113.5:4711`, `[2001:db8::1]:4711`. */
const WITH_PORT = /^(?:(\d+\.\d+\.\d+\.\d+)|\[([^\]]+)\])(?::\d+)?$/;

/** Without port, brackets, scope and the IPv6 form of an IPv4 address; `undefined` for what is no address. */
function plainAddress(text: string): string | undefined {
  const bare = WITH_PORT.exec(text);
  const address = (bare?.[1] ?? bare?.[2] ?? text).split('%')[0] ?? '';
  const plain = IPV4_MAPPED.exec(address)?.[1] ?? address;
  return isIP(plain) === 0 ? undefined : plain;
}
