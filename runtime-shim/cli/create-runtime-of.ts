import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EventVerdict, PlatformEvent } from '../../plugin/contract/events.ts';
import type { Clock, Logger } from '../../plugin/contract/host.ts';
import { type LiveTexPlugin, createLiveTexPlugin } from '../../plugin/index.ts';
import type { Retention, Storage } from '../../plugin/storage/contract.ts';
import type { ChannelOptions } from '../channels/channel.ts';
import type { ChannelDriver } from '../channels/contract.ts';
import { maxDriver } from '../channels/max/max-driver.ts';
import { telegramDriver } from '../channels/telegram/telegram-driver.ts';
import { vkDriver } from '../channels/vk/vk-driver.ts';
import { widgetDriver } from '../channels/widget/widget-driver.ts';
import type { Runtime, RuntimeOptions } from '../runtime/contract.ts';
import { createRuntimeFrom, type RuntimeParts } from '../runtime/create-runtime.ts';
import type { SandboxLimits } from '../sandbox/contract.ts';
import { type Environment, withoutValues } from '../environment.ts';
import { botFoldersOf, type Config, secretsOf, sqliteFolderOf } from './config/config-schema.ts';
import { uploadsOf } from './config/uploads-config.ts';

export interface RuntimeOfOptions {
  readonly storage: Storage;
  readonly http?: NonNullable<RuntimeOptions['http']>;
  readonly logger?: Logger;
  readonly clock?: Clock;
  readonly watch?: boolean;
  /** Where files of leads lie when the configuration names no place. Left out: then none are taken. */
  readonly uploadsFolder?: string | undefined;
  readonly parts?: RuntimeParts;
  /** Limits of scripts that are others than the configuration's. */
  readonly sandbox?: Partial<SandboxLimits>;
  /** Called with the plugin once it is made. */
  readonly onPlugin?: (plugin: LiveTexPlugin) => void;
  /** Called with what the plugin was told and answered. A transaction that is tried again tells the same ids again. */
  readonly onEvents?: (events: readonly PlatformEvent[], verdicts: readonly EventVerdict[]) => void;
}

/** The runtime of a configuration with the LiveTex plugin in it: the one place where the two meet. */
export async function createRuntimeOf(config: Config, options: RuntimeOfOptions): Promise<Runtime> {
  const { onPlugin, onEvents, parts = {}, uploadsFolder, sandbox = {}, ...rest } = options;
  const uploads = uploadsOf(config.uploads, uploadsFolder);
  const runtimeOptions: RuntimeOptions = {
    ...rest,
    bot: botFoldersOf(config),
    sandbox: { ...sandboxOf(config), ...sandbox },
    api: config.api,
    env: environmentForBots(config),
    channels: channelsOf(config),
    ...(uploads === undefined ? {} : { uploads }),
    plugins: [
      async (host, storage) => {
        const retention = retentionOf(config);
        const { livetex: bindings, secretKey } = config;
        const sealed = secretKey === undefined ? {} : { secretKey };
        const plugin = await createLiveTexPlugin({ bindings, storage, host, retention, ...sealed });
        onPlugin?.(plugin);
        if (onEvents === undefined) return plugin;
        return {
          ...plugin,
          accept: async (events, tx) => {
            const verdicts = await plugin.accept(events, tx);
            onEvents(events, verdicts);
            return verdicts;
          },
        };
      },
    ],
  };
  return await createRuntimeFrom(runtimeOptions, parts);
}

/** What bot folders may read of the environment: nothing that is a secret of the server itself, whoever wrote the folder. */
export function environmentForBots(config: Config, env: Environment = process.env): Environment {
  return withoutValues(env, secretsOf(config));
}

/** Where files of leads lie beside a server's data; `undefined`: these lie in a database elsewhere. */
export function uploadsFolderOf({ storage }: Config): string | undefined {
  const folder = sqliteFolderOf(storage);
  return folder === undefined ? undefined : join(folder, 'uploads');
}

/** The configured messengers. */
function channelsOf({ channels }: Config): NonNullable<RuntimeOptions['channels']> {
  return Object.fromEntries(Object.entries(channels).map(([code, settings]) => [code, channelOptionsOf(settings)]));
}

/** A messenger with its driver. @throws as `channelDriverOf` */
export function channelOptionsOf(settings: Config['channels'][string]): ChannelOptions {
  const { bot, rests } = settings;
  const common = { driver: channelDriverOf(settings), rests, ...(bot === undefined ? {} : { bot }) };
  if (settings.kind === 'widget') return common;
  const { onUnknown, watchSeconds } = settings;
  return { ...common, onUnknown, watchMs: watchSeconds * 1_000 };
}

/** A messenger's driver, as it is configured. @throws when the file `ca` has gone meanwhile */
export function channelDriverOf(settings: Config['channels'][string]): ChannelDriver {
  if (settings.kind === 'widget') {
    const { origins, identitySecret } = settings;
    return widgetDriver({ origins, ...(identitySecret === undefined ? {} : { identitySecret }) });
  }
  const { proxy, secret, baseUrl, token } = settings;
  const common = {
    token,
    baseUrl,
    ...(secret === undefined ? {} : { secret }),
    ...(proxy === undefined ? {} : { proxy }),
  };
  if (settings.kind === 'telegram') return telegramDriver({ ...common, mode: settings.mode });
  if (settings.kind === 'vk') {
    const { mode, group, confirmation } = settings;
    return vkDriver({ ...common, mode, group, ...(confirmation === undefined ? {} : { confirmation }) });
  }
  const { mode, ca } = settings;
  return maxDriver({ ...common, mode, ...(ca === undefined ? {} : { ca: readFileSync(ca, 'utf8') }) });
}

/** Only what is set: the runtime has the defaults. */
function sandboxOf({ sandbox }: Config): Partial<SandboxLimits> {
  return Object.fromEntries(Object.entries(sandbox).filter(([, value]) => value !== undefined));
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

function retentionOf({ retention }: Config): Retention & { readonly transfersMs: number } {
  const { idsHours, transcriptDays, deadDays, transfersDays } = retention;
  return {
    rememberedMs: idsHours * HOUR_MS,
    deadMs: deadDays * DAY_MS,
    transfersMs: transfersDays * DAY_MS,
    ...(transcriptDays === undefined ? {} : { streamMs: transcriptDays * DAY_MS }),
  };
}
