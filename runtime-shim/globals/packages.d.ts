/** What the bundles use of packages that bring no typings. */

declare module 'whatwg-url/webidl2js-wrapper.js' {
  interface Installed {
    /** Puts the class into a global object, which must hold the language's own. */
    install(globalObject: Record<string, unknown>, globalNames: readonly string[]): void;
  }
  export const URL: Installed;
  export const URLSearchParams: Installed;
}

declare module 'moment/min/moment-with-locales.js' {
  const moment: unknown;
  export default moment;
}

declare module 'tr46' {
  export function toASCII(domain: string, options: unknown): string | null;
  export function toUnicode(domain: string, options: unknown): { readonly domain: string; readonly error: boolean };
}

declare module '@ungap/structured-clone' {
  export function serialize(value: unknown): unknown;
  export function deserialize(serialized: unknown): unknown;
}
