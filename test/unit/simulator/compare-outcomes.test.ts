import { expect, test } from 'vitest';
import { differencesOf, differenceText } from '../../../runtime-shim/simulator/recording/compare-outcomes.ts';
import type { Outcome, Seen } from '../../../runtime-shim/simulator/recording/recording-schema.ts';

const deed = { does: 'say', text: 'а' } as const;

/** What differs, as a person reads it. */
function shown(outcome: Outcome, got: Outcome): string[] {
  return differencesOf(1, { deed, outcome }, got).flatMap(({ what, lines }) =>
    lines.map(({ mark, text }) => `${what} ${mark}${text.en}`),
  );
}
const saw = (...texts: string[]): Outcome => ({ sees: texts.map((text): Seen => ({ from: 'bot', text })) });
const chat = (got: Outcome): string[] =>
  shown(saw('раз', 'да', 'два', 'да'), got).map((line) => line.replace('sees ', '').replace('bot: ', ''));

test('equal lines are compared in order and with their number: missing, doubled, moved', () => {
  expect(chat(saw('раз', 'да', 'два', 'да'))).toEqual([]);
  expect(chat(saw('раз', 'да', 'два'))).toEqual([' раз', ' да', ' два', '-да']);
  expect(chat(saw('раз', 'два', 'да'))).toEqual([' раз', '-да', ' два', ' да']);
  expect(chat(saw('раз', 'да', 'да', 'два', 'да'))).toEqual([' раз', ' да', '+да', ' два', ' да']);
  expect(chat(saw('да', 'раз', 'да', 'два'))).toEqual(['+да', ' раз', ' да', ' два', '-да']);
  expect(chat({})).toEqual(['-раз', '-да', '-два', '-да']);
  expect(shown({}, saw('да', 'да'))).toEqual(['sees +bot: да', 'sees +bot: да']);
});

test('a pattern stands for any text that fits it, and the same text of somebody else is another line', () => {
  const expected: Outcome = { sees: [{ from: 'bot', matches: '^Заявка \\d+$' }] };
  expect(shown(expected, { sees: [{ from: 'bot', text: 'Заявка 17' }] })).toEqual([]);
  expect(shown(expected, { sees: [{ from: 'operator', text: 'Заявка 17' }] })).toEqual([
    'sees -bot: /^Заявка \\d+$/',
    'sees +operator: Заявка 17',
  ]);
});

test('scripts run twice, in another order, and errors count as lines, too', () => {
  expect(shown({ scripts: ['a', 'b'] }, { scripts: ['a', 'b', 'b'] })).toEqual([
    'scripts  a',
    'scripts  b',
    'scripts +b',
  ]);
  expect(shown({ scripts: ['a', 'b'] }, { scripts: ['b', 'a'] })).toEqual(['scripts -a', 'scripts  b', 'scripts +a']);
  const error = { script: 's', file: 'с.js', line: 2, code: 'script_error', message: 'TypeError: x' };
  expect(shown({ errors: [error] }, { errors: [{ ...error, line: 3 }] })).toEqual([]);
  expect(shown({ errors: [error] }, { errors: [error, error] })).toEqual([
    'errors  s, с.js:2: TypeError: x (script_error)',
    'errors +s, с.js:2: TypeError: x (script_error)',
  ]);
  const coded = { ...error, code: 'script_library', message: 'there is no library "A"', ru: 'библиотеки "A" нет' };
  const [difference] = differencesOf(1, { deed, outcome: {} }, { errors: [coded] });
  expect(difference && differenceText(difference, 'ru')).toContain('+ s, с.js:2: библиотеки "A" нет (script_library)');
});

test('a recording of an earlier version, which has codes of errors only, still goes the same', () => {
  const error = { script: 's', file: 'с.js', line: 2, code: 'script_error', message: 'TypeError: x' };
  expect(shown({ scripts: ['s ! script_error'] }, { scripts: ['s ! script_error'], errors: [error] })).toEqual([]);
  expect(shown({ scripts: ['s'] }, { scripts: ['s ! script_error'], errors: [error] })).toContain(
    'errors +s, с.js:2: TypeError: x (script_error)',
  );
});
