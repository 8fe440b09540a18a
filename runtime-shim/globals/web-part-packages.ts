/** What whatwg-url finds in the place of what the sandbox does not have, when esbuild makes the bundle (`bundles.ts`). */
export { TextDecoder, TextEncoder } from '@exodus/bytes/encoding-lite.js';

interface Idna {
  toASCII(domain: string, options: unknown): string | null;
  toUnicode(domain: string, options: unknown): { readonly domain: string; readonly error: boolean };
}
declare const guest: { readonly idna: () => Idna };

const ASCII = /^[\0-\x7F]*$/;
const PUNYCODE = /(?:^|\.)xn--/i;

/** A name of ASCII only becomes small letters (https://url.spec.whatwg.org/#concept-domain-to-ascii); others need tables of 240 KB. */
export function toASCII(domain: string, options: unknown): string | null {
  if (ASCII.test(domain) && !PUNYCODE.test(domain)) return domain.toLowerCase();
  return guest.idna().toASCII(domain, options);
}

/** The other way round. */
export function toUnicode(domain: string, options: unknown): { readonly domain: string; readonly error: boolean } {
  return guest.idna().toUnicode(domain, options);
}

/** webidl-conversions tells shared buffers by asking this; the sandbox has none, so nothing is one. */
export class SharedArrayBuffer {
  get byteLength(): never {
    throw new TypeError('not a shared buffer');
  }
  get growable(): never {
    throw new TypeError('not a shared buffer');
  }
}
