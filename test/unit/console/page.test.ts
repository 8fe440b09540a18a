/** What of the console's page can be looked at without a browser: the form of a binding beside its schema, texts in both languages. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { bindingsSchema } from '../../../plugin/contract/binding-config.ts';
import {
  ALL,
  bindingOf,
  changedPaths,
  fieldOf,
  foldOf,
  mergedValues,
  valuesOf,
} from '../../../runtime-shim/console/page/channels/form-fields.ts';
import {
  channelFieldOf,
  channelOf,
  channelValues,
  fieldsOf,
  kindOf,
} from '../../../runtime-shim/console/page/channels/messenger-fields.ts';
import { channelSchema } from '../../../runtime-shim/cli/config/channels-config.ts';
import { en } from '../../../runtime-shim/console/page/texts/en.ts';
import { ru } from '../../../runtime-shim/console/page/texts/ru.ts';
import { spanText } from '../../../runtime-shim/console/page/texts/times.ts';

const FULL = {
  id: 'main',
  channelName: 'Чат',
  token: 'token-of-a-touch-point',
  webhook: { publicUrl: 'https://bot.example.com', key: 'a-key-of-some-length', keep: false, watchSeconds: 60 },
  group: 'Поддержка',
  reserveGroups: ['Дежурные', '2'],
  schedule: { timeZone: 'Europe/Moscow', hours: { 'mon-fri': '09:00-18:00' }, days: { '2026-12-31': 'closed' } },
  exit: { phrases: ['бот', '/bot'], script: 'Возврат' },
  waiting: { text: 'Скоро ответим', everySeconds: 60, times: 2 },
  safetyNet: { scriptErrors: 2 },
  header: { Канал: '{{ channel }}', Вопрос: '{{ lastLeadMessage }}' },
  bots: ['support'],
  excludedChannels: [],
  botMessageHeader: '',
  reopenOnOperatorText: false,
  pickupTimeout: 30,
};

test('the form has a field for every key of a binding, and writes what it has read', () => {
  const [parsed] = bindingsSchema.parse([FULL]);
  const again = bindingOf(valuesOf(parsed));
  expect(bindingsSchema.parse([again])).toEqual([parsed]);
  // What is left to its default, and what is not there, comes back too.
  const [least] = bindingsSchema.parse([{ token: 'token-of-a-touch-point' }]);
  expect(bindingsSchema.parse([bindingOf(valuesOf(least))])).toEqual([least]);

  const schema = z.toJSONSchema(bindingsSchema, { io: 'input', unrepresentable: 'any' }) as unknown as {
    items: { properties: Record<string, { properties?: object; additionalProperties?: unknown }> };
  };
  const keys = Object.entries(schema.items.properties).flatMap(([key, { properties }]) =>
    properties === undefined ? [key] : Object.keys(properties).map((inner) => `${key}.${inner}`),
  );
  const fields = ALL.map(({ path }) => path);
  expect(keys.filter((key) => !fields.some((path) => path === key || key.startsWith(`${path}.`)))).toEqual([]);
  expect(fields.filter((path) => !(path in ru.channels.fields))).toEqual([]);
});

test('the form of a channel has a field for every key of its kind, and writes what is stored', () => {
  for (const { shape } of channelSchema.options) {
    const kind = kindOf([...shape.kind.values][0] ?? '');
    const paths = fieldsOf(kind, ['support']).map(({ path }) => path);
    // A file of one machine stands in the configuration only.
    const keys = Object.keys(shape).filter((key) => key !== 'kind' && key !== 'ca');
    expect(paths.toSorted()).toEqual(keys.toSorted());
    expect(paths.filter((path) => !(path in ru.channels.messenger.fields))).toEqual([]);
    const filled = { token: '1:token-of-a-bot', group: '5', secret: 'secret-of-a-webhook', confirmation: 'abc' };
    const values = { ...channelValues(kind, undefined, ['support']), ...filled };
    const written = channelOf(kind, values, ['support']);
    expect(channelSchema.safeParse(written)).toMatchObject({ success: true, data: { kind, rests: false } });
    expect(channelOf(kind, { ...values, proxy: '-', identitySecret: '-', rests: 'yes' }, [])).toMatchObject({
      rests: true,
      ...(kind === 'widget' ? { identitySecret: null } : { proxy: null }),
    });
  }
  expect(channelFieldOf('channel.origins[0]')).toBe('origins');
});

test('a problem of the server finds its field and fold; of two changes of one binding both are kept', () => {
  expect(fieldOf('binding.exit.phrases[0]')).toBe('exit.phrases');
  expect(fieldOf('binding.schedule.hours.mon')).toBe('schedule.hours');
  expect(fieldOf('binding')).toBeUndefined();
  expect([foldOf('exit.phrases'), foldOf('token')]).toEqual(['leaving', undefined]);
  const base = valuesOf({ channelName: 'A', group: 'G', header: { x: '1' } });
  const theirs = { ...base, channelName: 'B' };
  const mine = { ...base, group: 'H' };
  expect(changedPaths(base, theirs)).toEqual(['channelName']);
  expect(mergedValues(base, theirs, mine)).toEqual({ ...base, channelName: 'B', group: 'H' });
  // Text where a number belongs is the server's to refuse, not the page's to lose.
  expect(bindingOf({ maxInFlight: 'many' })).toMatchObject({ maxInFlight: 'many' });
});

/** Every text by its path; a function stands for what it makes of 5. */
function textsIn(value: unknown, path = ''): Array<[string, string]> {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function') return [[path, String((value as (count: number) => unknown)(5))]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => textsIn(inner, `${path}.${key}`));
}

/** Names, which are the same in every language, and examples of what to write. */
const SAME = /^\.(?:channels\.(?:names|kinds)\.|title$)|\.(?:auto|timeZone\.1|hours\.1)$/;

test('every text is there in both languages, and in its own', () => {
  const english = new Map(textsIn(en));
  const russian = textsIn(ru);
  expect(russian.map(([path]) => path)).toEqual([...english.keys()]);
  expect(russian.length).toBeGreaterThan(150);
  const wrong = russian.filter(([path, text]) => {
    if (SAME.test(path)) return false;
    const other = english.get(path) ?? '';
    return text.trim() === '' || other.trim() === '' || !/[а-яё]/i.test(text) || /[а-яё]/i.test(other);
  });
  expect(wrong).toEqual([]);
});

test('a span is said in its largest two units', () => {
  const said = [0, 59_499, 200_000, 3_600_000, 90_061_000].map((ms) => spanText(ms, 'ru').replaceAll('\u00a0', ' '));
  expect(said).toEqual(['0 с', '59 с', '3 мин 20 с', '1 ч', '1 дн. 1 ч']);
});
