import { expect, test } from 'vitest';
import { fillMacros } from '../../../runtime-shim/bot/macros.ts';

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
};

test.each([
  ['{{ $name }}, {{$город}}', 'Анна, Тверь'],
  ['{{ $vip }}/{{ $off }}', 'да/нет'],
  ['{{ $list }} {{ $number }}{{ $empty }}', '[1,"a"] 7.5'],
  ['{{ $sys_livetex_attrs }}', '{"номер_заявки":705}'],
  ['{{ &$step }} {{ $step }}', '2 '],
  ['{{ $toString }}{{ &$constructor }}{{ $__proto__ }}', ''],
  ['{{ name }} { { $name } } {{ $name', '{{ name }} { { $name } } {{ $name'],
])('%s', (template, filled) => {
  expect(fillMacros(template, LEAD, { step: '2' })).toBe(filled);
});

test('an attribute "name" comes before the name from the channel; no name is nothing', () => {
  expect(fillMacros('{{ $name }}', { ...LEAD, attributes: { name: { kind: 'text', value: 'Пётр' } } }, {})).toBe(
    'Пётр',
  );
  expect(fillMacros('[{{ $name }}]', { ...LEAD, name: null }, {})).toBe('[]');
});

test('what a lead wrote is not read as a macro again', () => {
  const lead = { ...LEAD, attributes: { a: { kind: 'text' as const, value: '{{ $name }} $& $1' } } };
  expect(fillMacros('{{ $a }}', lead, {})).toBe('{{ $name }} $& $1');
});
