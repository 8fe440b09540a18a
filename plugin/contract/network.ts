/** What an address may be at most, UTF-16 units: it may come from a header that anybody can write. An IPv6 address has 45. */
const MAX_ADDRESS_LENGTH = 64;
const IPV4_MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** What one customer of a network has: an IPv4 address, or the first half of an IPv6 one (/64). What is neither stays as it is. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address.slice(0, MAX_ADDRESS_LENGTH);
  const mapped = IPV4_MAPPED.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  const bare = address.split('%')[0] ?? address;
  // The URL parser knows an IPv6 address, and writes it in its one canonical form (WHATWG URL, "IPv6 serializer").
  const url = URL.parse(`http://[${bare}]`);
  if (url === null || url.pathname !== '/') return address.slice(0, MAX_ADDRESS_LENGTH);
  const canonical = url.hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - groups.length - after.length }, () => '0');
  return [...groups, ...zeros, ...after].slice(0, 4).join(':');
}
