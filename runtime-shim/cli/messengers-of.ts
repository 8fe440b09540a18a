/** The messengers of a server as the console sees them: what may be shown of each, and how each is asked. */
import { channelWebhookUrl } from '../channels/channels.ts';
import type { ChannelRegistry, StoredChannel } from '../channels/channel-registry.ts';
import type { ChannelDriver } from '../channels/contract.ts';
import type { Messengers, MessengerFacts } from '../console/console-ports.ts';
import type { ChannelSettings } from './config/channels-config.ts';
import type { Config } from './config/config-schema.ts';
import { channelDriverOf } from './create-runtime-of.ts';

/** Keys that hold no secret: a new one is shown only once it stands here. */
const SHOWN = ['baseUrl', 'group', 'origins', 'onUnknown', 'watchSeconds', 'ca'] as const;
/** Keys that hold one: it is told only whether there is any. */
const SECRET = ['token', 'secret', 'confirmation', 'identitySecret', 'proxy'] as const;
/** Of a token as many characters as of a binding's, and none of one that is hardly longer. */
const SHOWN_END = 4;
const MIN_SHOWN_TOKEN = 12;
/** How long a messenger is waited for that is to forget where it posts to, ms. */
const UNREGISTER_MS = 10_000;

type Settings = Readonly<Record<string, unknown>>;

/** `registry`: left out where no channel can be put while the server runs. */
export function messengersOf({ channels, http, secretKey }: Config, registry: ChannelRegistry | undefined): Messengers {
  const urlOf = (code: string, mode: ChannelDriver['mode']): string | null =>
    mode === 'webhook' ? (channelWebhookUrl(http.publicUrl, code) ?? null) : null;
  const shown = (code: string, settings: Settings, of: Pick<MessengerFacts, 'source' | 'version' | 'state'>) => {
    const mode = modeOf(settings);
    const { kind, bot } = settings;
    return {
      code,
      kind: textOr(kind, '?'),
      mode,
      bot: textOr(bot, null),
      ...shownOf(settings),
      webhookUrl: urlOf(code, mode),
      ...of,
    };
  };
  const stored = async (): Promise<readonly StoredChannel[]> => (await registry?.list()) ?? [];
  const settingsOf = async (code: string): Promise<ChannelSettings> => {
    if (Object.hasOwn(channels, code)) return channels[code] as ChannelSettings;
    const found = (await stored()).find((one) => one.code === code && one.state === 'active');
    if (found === undefined) throw new Error(`no channel ${code}`);
    return found.settings as ChannelSettings;
  };
  return {
    isChangeable: registry !== undefined,
    isSealed: secretKey !== undefined,
    async list() {
      return [
        ...Object.entries(channels).map(([code, settings]) =>
          shown(code, settings, { source: 'given', version: null, state: settings.rests ? 'rests' : 'active' }),
        ),
        ...(await stored()).map(({ code, settings, version, state }) =>
          shown(code, settings, {
            source: 'stored',
            version,
            state: state === 'active' && settings['rests'] === true ? 'rests' : state,
          }),
        ),
      ];
    },
    inspect: async (code, signal) =>
      await withDriver(await settingsOf(code), (driver) => driver.inspect(urlOf(code, driver.mode), signal)),
    register: async (code, signal) =>
      await withDriver(await settingsOf(code), (driver) => driver.register(urlOf(code, driver.mode), signal)),
    async put(code, settings, how) {
      await registry?.put(code, settings, how);
    },
    async remove(code) {
      const settings = await settingsOf(code).catch(() => undefined);
      if ((await registry?.remove(code)) !== true) return undefined;
      if (settings === undefined || modeOf(settings) !== 'webhook') return 'none';
      return await withDriver(settings, (driver) => unregister(driver, urlOf(code, driver.mode)));
    },
  };
}

/** With a driver of its own, as the command `channel` has: the one at work keeps nothing that asking would change. */
async function withDriver<Value>(
  settings: ChannelSettings,
  act: (driver: ChannelDriver) => Promise<Value>,
): Promise<Value> {
  const driver = channelDriverOf(settings);
  try {
    return await act(driver);
  } finally {
    await driver.close();
  }
}

/** A messenger that posts to somebody else by now is left alone; one that does not answer is told by hand. */
async function unregister(driver: ChannelDriver, url: string | null): Promise<'removed' | 'none' | 'left'> {
  const signal = AbortSignal.timeout(UNREGISTER_MS);
  try {
    const { registered } = await driver.inspect(url, signal);
    if (url === null || registered !== url) return 'none';
    await driver.register(null, signal, url);
    return 'removed';
  } catch {
    return 'left';
  }
}

function modeOf({ kind, mode }: Settings): ChannelDriver['mode'] {
  if (kind === 'widget') return 'page';
  return mode === 'webhook' ? 'webhook' : 'poll';
}

function textOr<Other>(value: unknown, other: Other): string | Other {
  return typeof value === 'string' ? value : other;
}

function shownOf(settings: Settings): Pick<MessengerFacts, 'tokenEnd' | 'settings' | 'secrets'> {
  const token = textOr(settings['token'], '');
  const shown: Record<string, string | number | string[]> = {};
  for (const key of SHOWN) {
    const value = settings[key];
    if (key === 'baseUrl' && typeof value === 'string') shown[key] = withoutUser(value);
    else if (typeof value === 'string' || typeof value === 'number') shown[key] = value;
    else if (Array.isArray(value)) shown[key] = value.map(String);
  }
  return {
    tokenEnd: token.length < MIN_SHOWN_TOKEN ? '' : token.slice(-SHOWN_END),
    settings: shown,
    secrets: SECRET.filter((key) => settings[key] !== undefined),
  };
}

/** As it was written, where that gives nothing away: whoever changes a channel sends it back. */
function withoutUser(address: string): string {
  const { origin, pathname, username, password } = new URL(address);
  return username === '' && password === '' ? address : `${origin}${pathname}`;
}
