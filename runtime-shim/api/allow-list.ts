import type { Text } from '../../plugin/contract/text.ts';
import { API_TEXTS } from './api-texts.ts';
import type { AllowedAddress } from './contract.ts';

/** Longest address. Our choice: servers take about as much. */
const MAX_ADDRESS_LENGTH = 8_000;
/** How often an escaped path is unescaped to see what it may become: a proxy and a server behind it each do it once. */
const MAX_UNESCAPES = 3;

/** What is wrong with an address that a script or a setting names; `undefined`: nothing. */
export function addressProblem(text: string): Text | undefined {
  if (text.length > MAX_ADDRESS_LENGTH) return API_TEXTS.tooLong(MAX_ADDRESS_LENGTH);
  const url = URL.parse(text);
  if (url === null) return API_TEXTS.notWhole;
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return API_TEXTS.otherProtocol;
  if (url.username !== '' || url.password !== '') return API_TEXTS.hasUser;
  return climbs(url.pathname) ? API_TEXTS.climbs : undefined;
}

/** What is wrong with an entry of the list. */
export function allowedProblem(text: string): Text | undefined {
  const problem = addressProblem(text);
  if (problem !== undefined) return problem;
  const { search, hash } = new URL(text);
  return search === '' && hash === '' ? undefined : API_TEXTS.hasQuery;
}

/** The URL standard resolves ".." and "%2e%2e" themselves; what is escaped further is left to servers, which differ. */
function climbs(path: string): boolean {
  let text = path;
  for (let round = 0; round <= MAX_UNESCAPES; round += 1) {
    if (/(?:^|[/\\])\.\.(?:[/\\;]|$)/.test(text) || text.includes('\\')) return true;
    const unescaped = text.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number(`0x${hex}`)));
    if (unescaped === text) return false;
    text = unescaped;
  }
  return false;
}

interface Entry {
  readonly origin: string;
  /** With a slash at its end. */
  readonly path: string;
  readonly private: boolean;
}

/** The addresses below which scripts may ask. The URL standard has normalised both sides: case, default port, Punycode, dots. */
export class AllowList {
  readonly #entries: readonly Entry[];
  readonly #allowsAll: boolean;

  /** @param allowsAll every address, whatever the list says */
  constructor(allow: readonly AllowedAddress[], allowsAll = false) {
    this.#allowsAll = allowsAll;
    this.#entries = allow.map((entry) => {
      const { url, private: isPrivate = false } = typeof entry === 'string' ? { url: entry } : entry;
      const { origin, pathname, hostname } = new URL(url);
      return { origin, path: asFolder(pathname), private: isPrivate || isAddress(hostname) };
    });
  }

  /** The entry that allows an address; `undefined`: none does. */
  find(url: URL): { readonly private: boolean } | undefined {
    if (this.#allowsAll) return { private: true };
    const path = asFolder(url.pathname);
    const fitting = this.#entries.filter((entry) => entry.origin === url.origin && path.startsWith(entry.path));
    return fitting.find((entry) => entry.private) ?? fitting[0];
  }
}

/** `/orders` allows `/orders` and all below it, not `/orders-of-others`. */
function asFolder(path: string): string {
  return path.endsWith('/') ? path : `${path}/`;
}

/** In an address of the URL standard: `127.0.0.1`, `[::1]`. */
function isAddress(hostname: string): boolean {
  return hostname.startsWith('[') || /^\d+\.\d+\.\d+\.\d+$/.test(hostname);
}

/** An address as a person may read it: without query, which may hold a key. */
export function shownAddress(url: URL): string {
  return `${url.origin}${url.pathname}`;
}
