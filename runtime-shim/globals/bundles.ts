import { type GuestBundle, loadGuestBundle } from '../../plugin/guest/source.ts';

/** Runs in every context before the author's code: gives `{ start }`. */
const PLATFORM: GuestBundle = {
  name: 'platform',
  entry: new URL('./platform.guest.ts', import.meta.url),
  returns: 'guest',
};

/** All bundles of this folder, for `build/build-javascript.ts`. */
export const PLATFORM_BUNDLES: readonly GuestBundle[] = [PLATFORM];

/** The platform's guest code as the text of a function's body that returns `{ start }`. */
export function loadPlatformSource(): Promise<string> {
  return loadGuestBundle(PLATFORM);
}
