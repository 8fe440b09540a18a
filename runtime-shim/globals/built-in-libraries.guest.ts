import { apply, dict, type Dict, freeze } from './intrinsics.guest.ts';

/** Names of the libraries below. */
export const BUILT_IN_LIBRARIES = ['Common.Bot.Commands'] as const;

/** The vendor's libraries that the shim knows: `Common.Bot.Commands` (reference, "`bot`, `memory`, others"). */
export function builtInLibraries(globals: Record<string, object>): Dict<object> {
  const libraries = dict<object>();
  libraries['Common.Bot.Commands'] = freeze({
    sendText: (text: unknown): unknown => {
      const bot = globals['bot'] as { sendMessage: (text: unknown) => unknown };
      return apply(bot.sendMessage, undefined, [text]);
    },
  });
  return libraries;
}
