import { fileURLToPath } from 'node:url';
import { type GuestBundle, loadGuestBundle } from '../../plugin/guest/source.ts';

/** Runs in every context before the author's code: gives `{ start }`. */
const PLATFORM: GuestBundle = {
  name: 'platform',
  entry: new URL('./platform.guest.ts', import.meta.url),
  returns: 'guest',
};

/** Packages are written as modules of either kind, and are read by nobody in the bundle. */
const PACKAGES = { mainFields: ['module', 'main'], minify: true };
const REPLACED = new URL('./web-part-packages.ts', import.meta.url);

/** `URL`, `URLSearchParams`, `TextDecoder`, `TextEncoder`, `structuredClone`. */
const WEB: GuestBundle = {
  name: 'web',
  entry: new URL('./web-part.ts', import.meta.url),
  returns: 'guest',
  options: {
    ...PACKAGES,
    // The encodings of East Asia weigh twice as much as all else here.
    alias: { tr46: fileURLToPath(REPLACED), '@exodus/bytes/encoding.js': '@exodus/bytes/encoding-lite.js' },
    inject: [fileURLToPath(REPLACED)],
  },
};

/** Tables for names of hosts that are not ASCII. */
const IDNA: GuestBundle = {
  name: 'idna',
  entry: new URL('./idna-part.ts', import.meta.url),
  returns: 'guest',
  options: PACKAGES,
};

/** Packages that the platform has, as its scripts ask for them. */
const MOMENT: GuestBundle = {
  name: 'moment',
  entry: new URL('./moment-part.ts', import.meta.url),
  returns: 'guest.moment',
  options: PACKAGES,
};
const MOMENT_LOCALES: GuestBundle = {
  name: 'moment-with-locales',
  entry: new URL('./moment-locales-part.ts', import.meta.url),
  returns: 'guest.moment',
  options: PACKAGES,
};

/** All bundles of this folder, for `build/build-javascript.ts`. */
export const PLATFORM_BUNDLES: readonly GuestBundle[] = [PLATFORM, WEB, IDNA, MOMENT, MOMENT_LOCALES];

/** Each as the text of a function's body. */
export interface PlatformSources {
  /** Returns `{ start }`. */
  readonly platform: string;
  /** Parts that a script gets when it uses them, by name. */
  readonly parts: Readonly<Record<'web' | 'idna', string>>;
  /** Packages that a script asks for with `require`, by name. */
  readonly packages: Readonly<Record<string, string>>;
}

/** The platform's guest code. */
export async function loadPlatformSources(): Promise<PlatformSources> {
  const [platform, web, idna, moment, locales] = await Promise.all([
    loadGuestBundle(PLATFORM),
    loadGuestBundle(WEB),
    loadGuestBundle(IDNA),
    loadGuestBundle(MOMENT),
    loadGuestBundle(MOMENT_LOCALES),
  ]);
  return { platform, parts: { web, idna }, packages: { moment, 'moment-with-locales': locales } };
}
