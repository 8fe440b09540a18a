import { describe, expect, test } from 'vitest';
import type { Json } from '../../../plugin/contract/guest.ts';
import { rowTest, sorted, type Condition, type Work } from '../../../runtime-shim/tables/match-row.ts';

const matches = (row: Record<string, Json>, condition: Condition, work: Work = { steps: 0 }): boolean =>
  rowTest([condition], work)(row);
const isLike = (text: string, value: string, work?: Work): boolean =>
  matches({ text }, { column: 'text', operator: 'like', value }, work);

const ROW = { id: 3, name: 'Чай зелёный', price: 250, code: '007', stock: null, sale: true, tags: ['a'] };

describe('conditions', () => {
  test.each([
    ['name', '=', 'Чай зелёный', true],
    ['name', '=', 'чай зелёный', false],
    ['price', '=', '250', true],
    ['price', '=', 250, true],
    ['price', '<>', 250, false],
    ['price', '!=', 251, true],
    ['price', '<', '1000', true],
    ['price', '>', 99, true],
    ['price', '<=', 250, true],
    ['price', '>=', 251, false],
    ['code', '=', 7, true],
    ['code', '=', '7', false],
    ['name', '<', 'Я', true],
    ['name', 'like', 'Чай%', true],
    ['name', 'like', 'чай%', false],
    ['name', 'ilike', 'ЧАЙ%', true],
    ['name', 'not like', '%кофе%', true],
    ['name', 'like', 'Ча_ зел_ный', true],
    ['price', 'like', '2%', true],
    ['price', 'in', [1, '250'], true],
    ['price', 'in', [], false],
    ['price', 'in', ['250.0'], true],
    ['code', 'in', ['7', 8], false],
    ['code', 'in', [7], true],
    ['sale', 'in', [1], true],
    ['sale', 'in', ['1', null], false],
    ['tags', 'in', ['["a"]'], true],
    ['price', 'not in', [1, 2], true],
    ['price', 'not in', [250], false],
    ['sale', '=', true, true],
    ['sale', '=', 1, true],
    ['sale', 'is', true, true],
    ['sale', 'is not', true, false],
    ['stock', 'is', null, true],
    ['price', 'is', null, false],
    ['price', 'is not', null, true],
    ['none', 'is', null, true],
    ['stock', '=', null, false],
    ['stock', '<>', 5, false],
    ['stock', 'not in', [5], false],
    ['stock', 'not like', '%', false],
    ['toString', 'is', null, true],
    ['__proto__', 'is', null, true],
  ] as const)('%s %s %j is %s', (column, operator, value, expected) => {
    expect(matches(ROW, { column, operator, value })).toBe(expected);
  });
});

test.each([
  ['', '', true],
  ['', '%', true],
  ['a', '', false],
  ['abc', 'a%c', true],
  ['abcabc', '%b%c', true],
  ['abd', '%b%c', false],
  ['100%', '100\\%', true],
  ['1000', '100\\%', false],
  ['a_b', 'a\\_b', true],
  ['axb', 'a\\_b', false],
  ['a\\', 'a\\', true],
  ['😀', '_', true],
])('%s like %s is %s', (text, pattern, expected) => {
  expect(isLike(text, pattern)).toBe(expected);
});

test('a pattern of many wildcards is tried in one pass', () => {
  const work = { steps: 0 };
  expect(isLike('a'.repeat(20_000), `${'%a'.repeat(500)}%b`, work)).toBe(false);
  expect(work.steps).toBeLessThan(100_000);
});

test('rows are sorted by several columns, numbers as numbers, and missing values last', () => {
  const rows = [
    { id: 1, price: 10, name: 'b' },
    { id: 2, price: 9, name: 'b' },
    { id: 3, price: null, name: 'a' },
    { id: 4, price: 9, name: 'a' },
  ];
  const ids = (orders: Array<[string, boolean]>) =>
    sorted(
      rows,
      orders.map(([column, descending]) => ({ column, descending })),
    ).map(({ id }) => id);
  expect(ids([['price', false]])).toEqual([2, 4, 1, 3]);
  expect(ids([['price', true]])).toEqual([1, 2, 4, 3]);
  expect(
    ids([
      ['price', false],
      ['name', false],
    ]),
  ).toEqual([4, 2, 1, 3]);
});
