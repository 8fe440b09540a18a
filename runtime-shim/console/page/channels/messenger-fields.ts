/** The form of a messenger or a chat as a table: the fields of each kind. Pure. */
import type { MessengerView } from '../../records/messenger-records.ts';
import { type FormField, type FormValues, valueOf } from './form-fields.ts';

export const KINDS = ['telegram', 'max', 'vk', 'widget'] as const;
export type ChannelKind = (typeof KINDS)[number];

const TOKEN: FormField = { path: 'token', kind: 'secret' };
const SECRET: FormField = { path: 'secret', kind: 'secret' };
const RESTS: FormField = { path: 'rests', kind: 'check' };
const posted: FormField = { path: 'mode', kind: 'select', options: ['webhook', 'poll'] };
const asked: FormField = { path: 'mode', kind: 'select', options: ['poll', 'webhook'] };

/** In their order; the first option of a select is its default. */
const OWN: Readonly<Record<ChannelKind, readonly FormField[]>> = {
  telegram: [TOKEN, asked, SECRET],
  max: [TOKEN, posted, SECRET],
  vk: [TOKEN, { path: 'group', kind: 'number' }, posted, SECRET, { path: 'confirmation', kind: 'secret' }],
  widget: [
    { path: 'origins', kind: 'lines' },
    { path: 'identitySecret', kind: 'secret' },
  ],
};
const OF_MESSENGERS: readonly FormField[] = [
  { path: 'onUnknown', kind: 'select', options: ['repeat', 'drop'] },
  { path: 'watchSeconds', kind: 'number' },
  { path: 'baseUrl', kind: 'text' },
  { path: 'proxy', kind: 'secret' },
];

/** The fields of a kind. `bots`: those of the server. */
export function fieldsOf(kind: ChannelKind, bots: readonly string[]): readonly FormField[] {
  const bot: FormField = { path: 'bot', kind: 'select', options: ['', ...bots] };
  return [...OWN[kind], bot, RESTS, ...(kind === 'widget' ? [] : OF_MESSENGERS)];
}

export function kindOf(kind: string): ChannelKind {
  return KINDS.find((one) => one === kind) ?? 'telegram';
}

/** The fields of a channel that is there; `undefined`: of a new one of this kind. Secrets are empty. */
export function channelValues(
  kind: ChannelKind,
  channel: MessengerView | undefined,
  bots: readonly string[],
): FormValues {
  const { settings = {}, mode, bot, state } = channel ?? {};
  const known: Readonly<Record<string, unknown>> = { ...settings, mode, bot };
  return Object.fromEntries(
    fieldsOf(kind, bots).map(({ path, kind: how, options }) => {
      if (path === 'rests') return [path, state === 'rests' ? 'yes' : ''];
      const value = known[path];
      if (how === 'select' && (value === undefined || value === null)) return [path, options?.[0] ?? ''];
      if (Array.isArray(value)) return [path, value.join('\n')];
      return [path, typeof value === 'string' || typeof value === 'number' ? String(value) : ''];
    }),
  );
}

/** Takes a secret away that is stored. */
const NONE = '-';

/** The channel as the configuration file would have it. What is wrong in it is told by the server, at its field. */
export function channelOf(
  kind: ChannelKind,
  values: FormValues,
  bots: readonly string[],
): Readonly<Record<string, unknown>> {
  const entries = fieldsOf(kind, bots).flatMap((field) => {
    const text = values[field.path] ?? '';
    if (field.kind === 'secret' && text.trim() === NONE) return [[field.path, null]];
    const value = valueOf(field, text);
    return value === undefined ? [] : [[field.path, value]];
  });
  return { kind, ...Object.fromEntries(entries) };
}

/** The field that a problem of the server belongs to: `channel.origins[0]` → `origins`. */
export function channelFieldOf(problemPath: string): string {
  return problemPath.replace(/^channel\./, '').replaceAll(/\[\d+\]/g, '');
}
