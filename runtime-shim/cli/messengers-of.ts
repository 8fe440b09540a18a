/** The configured messengers as the console sees them: what may be shown of each, and how each is asked. */
import { channelWebhookUrl } from '../channels/channels.ts';
import type { ChannelDriver } from '../channels/contract.ts';
import type { Messengers } from '../console/console-ports.ts';
import type { ChannelSettings } from './config/channels-config.ts';
import type { Config } from './config/config-schema.ts';
import { channelDriverOf } from './create-runtime-of.ts';

/** Keys that hold no secret: a new one is shown only once it stands here. */
const SHOWN = ['baseUrl', 'group', 'origins', 'onUnknown', 'watchSeconds', 'ca'] as const;
/** Of a token as many characters as of a binding's, and none of one that is hardly longer. */
const SHOWN_END = 4;
const MIN_SHOWN_TOKEN = 12;

export function messengersOf({ channels, http }: Config): Messengers {
  const urlOf = (code: string, mode: ChannelDriver['mode']): string | null =>
    mode === 'webhook' ? (channelWebhookUrl(http.publicUrl, code) ?? null) : null;
  /** With a driver of its own, as the command `channel` has: the one at work keeps nothing that asking would change. */
  const withDriver = async <Value>(
    code: string,
    act: (driver: ChannelDriver, url: string | null) => Promise<Value>,
  ): Promise<Value> => {
    const settings = channels[code];
    if (settings === undefined) throw new Error(`no channel ${code}`);
    const driver = channelDriverOf(settings);
    try {
      return await act(driver, urlOf(code, driver.mode));
    } finally {
      await driver.close();
    }
  };
  return {
    list: Object.entries(channels).map(([code, settings]) => {
      const mode = settings.kind === 'widget' ? 'page' : settings.mode;
      const { kind, bot = null } = settings;
      return { code, kind, mode, bot, ...shownOf(settings), webhookUrl: urlOf(code, mode) };
    }),
    inspect: (code, signal) => withDriver(code, (driver, url) => driver.inspect(url, signal)),
    register: (code, signal) => withDriver(code, (driver, url) => driver.register(url, signal)),
  };
}

function shownOf(settings: ChannelSettings): Pick<Messengers['list'][number], 'tokenEnd' | 'settings'> {
  const token = settings.kind === 'widget' ? '' : settings.token;
  const all: Readonly<Record<string, unknown>> = settings;
  const shown: Record<string, string | number | string[]> = {};
  for (const key of SHOWN) {
    const value = all[key];
    if (key === 'baseUrl' && typeof value === 'string') shown[key] = withoutUser(value);
    else if (typeof value === 'string' || typeof value === 'number') shown[key] = value;
    else if (Array.isArray(value)) shown[key] = value.map(String);
  }
  return {
    tokenEnd: token.length < MIN_SHOWN_TOKEN ? '' : token.slice(-SHOWN_END),
    settings: shown,
  };
}

function withoutUser(address: string): string {
  const { origin, pathname } = new URL(address);
  return `${origin}${pathname}`;
}
