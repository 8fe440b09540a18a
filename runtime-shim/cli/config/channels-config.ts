/** `channels` of the configuration: what each kind of messenger may say there, and what of it nobody may see. */
import { z } from 'zod';
import { spoken } from '../../../plugin/contract/issue-words.ts';
import type { Text } from '../../../plugin/contract/text.ts';
import { MAX_BASE_URL } from '../../channels/max/max-driver.ts';
import { maxSettingsSchema } from '../../channels/max/max-settings.ts';
import { TELEGRAM_BASE_URL } from '../../channels/telegram/telegram-driver.ts';
import { telegramSettingsSchema } from '../../channels/telegram/telegram-settings.ts';
import { VK_BASE_URL } from '../../channels/vk/vk-driver.ts';
import { vkSettingsSchema } from '../../channels/vk/vk-settings.ts';
import { widgetSettingsSchema } from '../../channels/widget/widget-settings.ts';
import { passwordsIn } from './passwords-in.ts';

/** The messengers that leads write from, by the channel's code: what its kind is decides what else may stand there. */
export const channelSchema = z.discriminatedUnion(
  'kind',
  [telegramSettingsSchema, maxSettingsSchema, vkSettingsSchema, widgetSettingsSchema],
  spoken({
    en: 'a channel has "kind": "telegram", "max", "vk" or "widget"',
    ru: 'у канала "kind": "telegram", "max", "vk" или "widget"',
  }),
);
export type ChannelSettings = z.infer<typeof channelSchema>;

const NEEDS_PUBLIC_URL = {
  en: 'needs "http.publicUrl", an https: address at which the messenger reaches this server; "poll" needs none',
  ru: 'нужен "http.publicUrl" — адрес https:, по которому мессенджер достучится до сервера; для "poll" он не нужен',
};
const MAX_PORT = {
  en: 'MAX posts to port 443 only: "http.publicUrl" may name no other one',
  ru: 'MAX шлёт только на порт 443: другого в "http.publicUrl" быть не может',
};
const TELEGRAM_PORT = {
  en: 'Telegram posts to the ports 443, 80, 88 and 8443 only: "http.publicUrl" may name no other one',
  ru: 'Telegram шлёт только на порты 443, 80, 88 и 8443: другого в "http.publicUrl" быть не может',
};
/** `''`: none is named, which is 443 (core.telegram.org/bots/api#setwebhook). */
const PORTS: ReadonlyMap<unknown, { readonly ports: readonly string[]; readonly problem: Text }> = new Map([
  ['max', { ports: [''], problem: MAX_PORT }],
  ['telegram', { ports: ['', '80', '88', '8443'], problem: TELEGRAM_PORT }],
]);
const channelModesSchema = z.record(
  z.string(),
  z.looseObject({ kind: z.unknown(), mode: z.unknown().optional(), baseUrl: z.unknown().optional() }),
);
const publicSchema = z.looseObject({ publicUrl: z.string() });
const OFFICIAL: readonly unknown[] = [undefined, TELEGRAM_BASE_URL, MAX_BASE_URL, VK_BASE_URL];

/** Messengers post to https: only, MAX and Telegram to a few ports; a server of one's own (`baseUrl`) may post elsewhere. */
export function webhookAddressProblems({
  channels,
  http,
}: {
  readonly channels?: unknown;
  readonly http?: unknown;
}): ReadonlyArray<{ readonly path: string[]; readonly problem: Text }> {
  const publicUrl = publicSchema.safeParse(http).data?.publicUrl;
  return Object.entries(channelModesSchema.safeParse(channels).data ?? {}).flatMap(
    ([code, { kind, mode, baseUrl }]) => {
      const isPosted = mode === 'webhook' || (mode === undefined && (kind === 'max' || kind === 'vk'));
      if (!isPosted) return [];
      const path = ['channels', code, 'mode'];
      const isOwn = !OFFICIAL.includes(baseUrl);
      if (publicUrl === undefined || (!isOwn && !publicUrl.startsWith('https:'))) {
        return [{ path, problem: NEEDS_PUBLIC_URL }];
      }
      const known = isOwn ? undefined : PORTS.get(kind);
      if (known === undefined || known.ports.includes(URL.parse(publicUrl)?.port ?? '')) return [];
      return [{ path, problem: known.problem }];
    },
  );
}

/** Every text of the channels that nobody may see. */
export function channelSecrets(channels: Readonly<Record<string, ChannelSettings>>): Array<string | undefined> {
  return Object.values(channels).flatMap((channel) => {
    if (channel.kind === 'widget') return [channel.identitySecret];
    return [
      channel.token,
      // Answers and errors may name the second part of Telegram's alone.
      ...(channel.kind === 'telegram' ? [channel.token.split(':')[1]] : []),
      channel.secret,
      ...passwordsIn(channel.proxy ?? ''),
    ];
  });
}
