/**
 * What the plugin adds to every script: the LiveTex attributes on `lead`, and the global `livetex`
 * (reference, "ours for the LiveTex family"). The entry of the plugin's bundle.
 */
import type { GuestPlatform } from '../contract/guest-platform.ts';
import { liveTexAttributes } from './livetex-attributes.guest.ts';

/** What this file puts into scope. */
export const names = ['livetex'] as const;

/** Adds the plugin's part to the globals, before the author's code runs. */
export function install(platform: GuestPlatform): void {
  const { globals } = platform;
  const lead = globals['lead'] as Record<string, unknown>;
  Object.assign(lead, liveTexAttributes(platform, lead));
  globals['livetex'] = factory(platform);
}

/** The global `livetex`. The actions happen when the script has ended well. */
function factory(platform: GuestPlatform): Record<string, unknown> {
  const request = (action: string) => (): void => {
    platform.request({ __proto__: null, action } as { action: string });
  };
  return {
    hasOnlineOperators: () => platform.call('hasOnlineOperators', null) === true,
    runTransferScript: request('runTransferScript'),
    transferToOperator: request('transferToOperator'),
    returnToBot: request('returnToBot'),
  };
}
