/**
 * What the plugin adds to every script: the LiveTex attributes on `lead`, and the global `livetex`.
 * The entry of the plugin's bundle.
 */
import type { GuestPlatform, Json } from '../contract/guest-platform.ts';
import { addLiveTexAttributes } from './livetex-attributes.guest.ts';
import { groupArgument, messageWishesOf, noteOf, wishesOf } from './transfer-wishes.guest.ts';

/** What this file puts into scope. */
export const names = ['livetex'] as const;

/** Adds the plugin's part to the globals, before the author's code runs. */
export function install(platform: GuestPlatform): void {
  const { globals } = platform;
  const lead = globals['lead'] as Record<string, unknown> | null | undefined;
  if (typeof lead !== 'object' || lead === null) {
    throw new TypeError(
      'livetex: the platform must put the object "lead" into "globals" before it calls install(platform)',
    );
  }
  addLiveTexAttributes(lead, platform);
  globals['livetex'] = factory(platform);
}

/** The global `livetex`. The actions happen when the script has ended well. */
function factory(platform: GuestPlatform): Record<string, unknown> {
  const request = (action: string) => (): void => {
    platform.request({ __proto__: null, action } as { action: string });
  };
  const operators =
    (name: string) =>
    (group?: unknown): boolean =>
      platform.call(name, groupArgument(platform, `livetex.${name}`, group)) === true;
  // V8 makes an object without prototype a hash table: a third of the time that a hidden class for each member takes.
  const livetex: Record<string, unknown> = {
    __proto__: null,
    hasOnlineOperators: operators('hasOnlineOperators'),
    hasFreeOperators: operators('hasFreeOperators'),
    getGroups: () => platform.call('getGroups', null),
    isWorkingTime: () => platform.call('isWorkingTime', null) === true,
    runTransferScript: request('runTransferScript'),
    transferToOperator(given?: unknown) {
      const wishes = wishesOf(platform, 'livetex.transferToOperator', given);
      platform.request({ __proto__: null, action: 'transferToOperator', wishes } as unknown as Json);
    },
    leaveMessage(given?: unknown) {
      const wishes = messageWishesOf(platform, 'livetex.leaveMessage', given);
      platform.request({ __proto__: null, action: 'leaveMessage', wishes } as unknown as Json);
    },
    notifyOperator(...given: unknown[]) {
      platform.request({
        __proto__: null,
        action: 'notifyOperator',
        text: noteOf(platform, given[0]),
      } as unknown as Json);
    },
    getLastTransfer: () => platform.call('getLastTransfer', null),
    returnToBot: request('returnToBot'),
  };
  return Object.setPrototypeOf(livetex, Object.prototype) as Record<string, unknown>;
}
