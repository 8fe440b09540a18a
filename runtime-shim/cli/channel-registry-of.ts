/** Channels that are put while the server runs: what they may say beside this configuration, and who takes their dialogs back. */
import { createHash } from 'node:crypto';
import { secretKeyOf } from '../../plugin/contract/binding-config.ts';
import type { Clock, Logger } from '../../plugin/contract/host.ts';
import { issueWords, pathText } from '../../plugin/contract/issue-words.ts';
import { codeSchema } from '../../plugin/contract/lead.ts';
import type { Text } from '../../plugin/contract/text.ts';
import type { LiveTexPlugin } from '../../plugin/index.ts';
import type { Storage } from '../../plugin/storage/contract.ts';
import { channelError } from '../channels/channel-errors.ts';
import { ChannelRegistry } from '../channels/channel-registry.ts';
import { CLI_TEXTS } from './cli-texts.ts';
import {
  channelSchema,
  channelSecrets,
  type ChannelSettings,
  webhookAddressProblems,
} from './config/channels-config.ts';
import type { Config } from './config/config-schema.ts';
import { channelDriverOf, channelOptionsOf } from './create-runtime-of.ts';

/** Dialogs looked through at one time. */
const PAGE = 200;

export interface ChannelRegistryParts {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly bots: ReadonlyArray<{ readonly id: string }>;
  /** Asked for only once the runtime is made. */
  readonly plugin: () => Pick<LiveTexPlugin, 'openDialogs' | 'accept'>;
  readonly onSecret: (secret: string) => void;
}

export function channelRegistryOf(config: Config, parts: ChannelRegistryParts): ChannelRegistry {
  const { storage, clock, logger, bots, plugin, onSecret } = parts;
  const known = bots.map(({ id }) => id);
  return new ChannelRegistry({
    storage,
    clock,
    logger,
    key: config.secretKey === undefined ? undefined : secretKeyOf(config.secretKey),
    given: config.channels,
    parse: (code, settings) => parsed(code, settings, config, known),
    // What comes here was parsed.
    optionsOf: (settings) => channelOptionsOf(settings as ChannelSettings),
    accountOf(settings) {
      const driver = channelDriverOf(settings as ChannelSettings);
      void driver.close();
      return { kind: driver.kind, id: driver.account };
    },
    onSettings(settings) {
      for (const secret of channelSecrets({ one: settings as ChannelSettings })) {
        if (secret !== undefined && secret !== '') onSecret(secret);
      }
    },
    giveBack: (code, since) => giveBack(plugin(), code, { since, now: clock.now() }),
  });
}

const NO_FILE: Text = {
  en: 'stands in the configuration file only: it names a file of this machine',
  ru: 'бывает только в файле настроек: это файл на этой машине',
};
const NO_USER: Text = {
  en: 'must hold no user name and no password',
  ru: 'здесь не должно быть имени и пароля',
};

/** By the schema of the file, and beside what else the server has. @throws channel_invalid with every problem at its field */
function parsed(
  code: string,
  settings: Readonly<Record<string, unknown>>,
  { http }: Config,
  bots: readonly string[],
): ChannelSettings {
  const { data, error } = channelSchema.safeParse(settings);
  const problems = (error?.issues ?? []).map((issue) => ({ path: issue.path, text: issueWords(issue) }));
  const add = (key: string, text: Text): void => void problems.push({ path: [key], text });
  for (const { problem } of webhookAddressProblems({ channels: { [code]: settings }, http })) add('mode', problem);
  const { bot, ca, baseUrl } = settings;
  if (typeof bot === 'string' && bot !== '' && !bots.includes(bot)) {
    add('bot', CLI_TEXTS.unknownBot(bot, bots.map((id) => `"${id}"`).join(', ')));
  }
  if (ca !== undefined) add('ca', NO_FILE);
  if (typeof baseUrl === 'string' && (URL.parse(baseUrl)?.username ?? '') !== '') add('baseUrl', NO_USER);
  const codeIssue = codeSchema.safeParse(code).error?.issues[0];
  const fields = problems.map(({ path, text }) => ({ path: pathText(['channel', ...path]), text }));
  if (codeIssue !== undefined) fields.push({ path: 'code', text: issueWords(codeIssue) });
  if (data === undefined || fields.length > 0) throw channelError('channel_invalid', { fields });
  return data;
}

/** How many of the channel's dialogs the bot does not have: each is asked back, once for each time that it was given away. */
async function giveBack(
  plugin: Pick<LiveTexPlugin, 'openDialogs' | 'accept'>,
  code: string,
  { since, now }: { readonly since: number; readonly now: number },
): Promise<number> {
  let found = 0;
  for (let after: string | undefined; ;) {
    const page = await plugin.openDialogs({ limit: PAGE, ...(after === undefined ? {} : { after }) });
    const own = page.filter(({ lead, mode }) => lead.channel === code && mode !== 'bot');
    found += own.length;
    const events = own.map(({ id, binding, lead, since: away }) => ({
      type: 'ReturnRequested' as const,
      id: `channel-${createHash('sha256')
        .update(JSON.stringify([since, binding, id, away]))
        .digest('hex')}`,
      lead,
      at: now,
    }));
    if (events.length > 0) await plugin.accept(events);
    after = page.at(-1)?.id;
    if (page.length < PAGE) return found;
  }
}
