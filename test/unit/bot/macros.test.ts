import { expect, test } from 'vitest';
import { fillMacros, type MacroValues } from '../../../runtime-shim/bot/run/macros.ts';

const LEAD = {
  name: 'Анна',
  attributes: {
    город: { kind: 'text' as const, value: 'Тверь' },
    vip: { kind: 'text' as const, value: 'true' },
    off: { kind: 'json' as const, value: 'false' },
    list: { kind: 'json' as const, value: '[1,"a"]' },
    empty: { kind: 'json' as const, value: 'null' },
    number: { kind: 'json' as const, value: '7.5' },
  },
  systemAttributes: { sys_livetex_attrs: { номер_заявки: 705 } },
  tags: ['клиент', 'два слова'],
};

function values(lead: MacroValues['lead'], memory: Record<string, string> = {}): MacroValues {
  return { lead, memory, botName: 'Мой бот' };
}

test.each([
  ['{{ $name }}, {{$город}}', 'Анна, Тверь'],
  ['{{ $vip }}/{{ $off }}', 'да/нет'],
  ['{{ $list }} {{ $number }}{{ $empty }}', '[1,"a"] 7.5'],
  ['{{ $sys_livetex_attrs }}', '{"номер_заявки":705}'],
  ['{{ &$step }} {{ $step }}', '2 '],
  ['{{ $toString }}{{ &$constructor }}{{ $__proto__ }}', ''],
  ['Клиент: {{ #клиент }}; контекст: {{ @ctx }}; бот: {{ $botName }}', 'Клиент: да; контекст: нет; бот: Мой бот'],
  ['{{#клиент}}{{ #новый }} {{ # два слова }}', 'данет да'],
  ['{{ name }}{{ ticket.total }}{{ ^#link }}{{ & $step }}{{ $ }}{{}}{{ кто-то, }}.', '.'],
  ['{ { $name } } {{ $name\n}} {{ $name', '{ { $name } } {{ $name\n}} {{ $name'],
])('%s', (template, filled) => {
  expect(fillMacros(template, values(LEAD, { step: '2' }), 1_000)).toBe(filled);
});

test('an attribute "name" comes before the name from the channel; no name is nothing', () => {
  expect(
    fillMacros('{{ $name }}', values({ ...LEAD, attributes: { name: { kind: 'text', value: 'Пётр' } } }), 1_000),
  ).toBe('Пётр');
  expect(fillMacros('[{{ $name }}]', values({ ...LEAD, name: null }), 1_000)).toBe('[]');
});

test('what a lead wrote is not read as a macro again', () => {
  const lead = { ...LEAD, attributes: { a: { kind: 'text' as const, value: '{{ $name }} $& $1' } } };
  expect(fillMacros('{{ $a }}', values(lead), 1_000)).toBe('{{ $name }} $& $1');
});

const LONG = {
  ...LEAD,
  attributes: {
    long: { kind: 'text' as const, value: 'х'.repeat(980_000) },
    json: { kind: 'json' as const, value: JSON.stringify('х'.repeat(980_000)) },
    list: { kind: 'json' as const, value: JSON.stringify(['х'.repeat(980_000)]) },
    escaped: { kind: 'json' as const, value: `"${'\\u0445'.repeat(10)}"` },
  },
  systemAttributes: { sys_livetex_attrs: { a: 'х'.repeat(90_000) } },
};

test.each(['$long', '$json', '$list', '$sys_livetex_attrs', '&$long'])(
  'a text stops at the limit of its place, however often %s stands in it: one character more shows that it is too long',
  (name) => {
    const memory = { long: 'х'.repeat(980_000) };
    const filled = fillMacros(`{{ ${name} }}`.repeat(166), values(LONG, memory), 1_000);
    expect(filled).toHaveLength(1_001);
  },
);

test('a text that just fits is whole, also when its JSON is long only by its escapes', () => {
  expect(fillMacros('{{ $escaped }}', values(LONG), 10)).toBe('х'.repeat(10));
  expect(fillMacros('аб{{ $escaped }}', values(LONG), 12)).toBe(`аб${'х'.repeat(10)}`);
  expect(fillMacros('а'.repeat(12), values(LONG), 10)).toHaveLength(11);
});
