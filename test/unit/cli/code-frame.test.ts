import { expect, test } from 'vitest';
import { codeFrame } from '../../../runtime-shim/cli/run/code-frame.ts';

const CODE = ['const order = {};', '', "\tlead.setLiveTexAttr('заказ', order);", 'return 1;', '', 'x'].join('\n');

test('two lines around the place, numbered, with a caret', () => {
  expect(codeFrame(CODE, 3, 7)).toBe(
    [
      '  1 | const order = {};',
      '  2 |',
      "> 3 | \tlead.setLiveTexAttr('заказ', order);",
      '    | \t     ^',
      '  4 | return 1;',
      '  5 |',
    ].join('\n'),
  );
});

test('without a column there is no caret', () => {
  expect(codeFrame(CODE, 1, null)).toBe(
    ['> 1 | const order = {};', '  2 |', "  3 | \tlead.setLiveTexAttr('заказ', order);"].join('\n'),
  );
});

test('a long line is cut around the place', () => {
  const frame = codeFrame(`${'a'.repeat(500)}!${'b'.repeat(500)}`, 1, 501);
  const [line = '', caret = ''] = frame.split('\n');
  expect(line.length).toBeLessThan(200);
  expect(line[caret.indexOf('^')]).toBe('!');
});

test('every line end of JavaScript counts', () => {
  expect(codeFrame('a\r\nb\u2028c\rd', 3, 1)).toContain('> 3 | c');
});

test('a place outside the text does no harm', () => {
  expect(codeFrame('a', 5, 3)).toBe('');
  expect(codeFrame('', 1, 1)).toBe('> 1 |\n    | ^');
});
