import { BlockList, isIP } from 'node:net';

/**
 * Special-purpose addresses that no public server has: IANA's registries for IPv4 and IPv6 (RFC 6890 and what followed),
 * among them loopback, private networks, link-local ones and with these the metadata service of clouds.
 */
const SPECIAL_IPV4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const;

/** Parts of the global unicast space that lead elsewhere: tunnels to IPv4 (Teredo, 6to4), benchmarks, documentation. */
const SPECIAL_IPV6 = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const;

const special = new BlockList();
for (const [network, bits] of SPECIAL_IPV4) special.addSubnet(network, bits, 'ipv4');
for (const [network, bits] of SPECIAL_IPV6) special.addSubnet(network, bits, 'ipv6');

/** Global unicast addresses (RFC 4291, 2.4). IPv4-mapped ones and the prefix of NAT64 are none of them. */
const global = new BlockList();
global.addSubnet('2000::', 3, 'ipv6');

/** Is this an address of a server on the public Internet? What is no address is none. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !special.check(address, 'ipv4');
  // A zone ("fe80::1%eth0") belongs to link-local addresses only.
  return family === 6 && !address.includes('%') && global.check(address, 'ipv6') && !special.check(address, 'ipv6');
}
