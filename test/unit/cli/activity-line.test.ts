import { expect, test } from 'vitest';
import { activityLines as linesOf, formatLine } from '../../../runtime-shim/cli/activity-line.ts';
import { outputLine, printable, printableField, printableJson } from '../../../runtime-shim/cli/terminal.ts';

const lead = { botId: 'support', channel: 'telegram', externalId: '42' };
const PLAIN = { colour: false };
const activityLines = (activity: Parameters<typeof linesOf>[0]) => linesOf(activity, 'en');

test('a message names who said it; an operator by name', () => {
  const [line] = activityLines({
    kind: 'message',
    at: 0,
    lead,
    message: { seq: 1, from: 'operator', operator: 'Мария', text: 'Добрый день', at: 0 },
  });
  expect(line).toMatchObject({ who: 'operator', text: 'Мария: Добрый день', lead: 'support:telegram:42' });
});

test('a failed script shows its log and the place of the error', () => {
  const lines = activityLines({
    kind: 'script',
    at: 0,
    lead,
    script: 'start',
    file: 'а.js',
    cause: 'новый лид',
    because: { code: 'new_lead' },
    log: [{ level: 'info', text: 'раз' }],
    error: { code: 'script_error', message: 'x is not defined', file: 'а.js', line: 3, column: 7 },
  });
  expect(lines.map(({ who, text }) => `${who}: ${text}`)).toEqual([
    'script: start, а.js',
    'log: раз',
    'error: x is not defined (script_error, а.js:3:7)',
  ]);
});

test('what would only repeat other lines is left out', () => {
  const request = {
    kind: 'livetex_request',
    at: 0,
    binding: 'main',
    method: 'sendText',
    status: 200,
    durationMs: 1,
  } as const;
  expect(activityLines({ kind: 'plugin', at: 0, activity: request })).toEqual([]);
  const failed = { ...request, status: null, error: 'livetex_timeout' };
  expect(activityLines({ kind: 'plugin', at: 0, activity: failed })[0]?.text).toBe(
    'sendText: no answer (livetex_timeout)',
  );
});

test('further lines of a text stand below the first', () => {
  const line = { at: 0, who: 'bot', text: 'раз\nдва', colour: 'green', lead: 'x' } as const;
  const [first = '', second = ''] = formatLine(line, PLAIN).split('\n');
  expect(second.indexOf('два')).toBe(first.indexOf('раз'));
});

test('colour only where it is wanted', () => {
  const line = { at: 0, who: 'bot', text: 'раз', colour: 'green' } as const;
  expect(formatLine(line, PLAIN)).not.toContain('\u001B');
  expect(formatLine(line, { colour: true })).toContain('\u001B[32m');
});

test('what others write cannot steer the terminal', () => {
  expect(printable('\u009B2J\u200Bx\u2028y\u2066z\u{E0041}\uD800')).toBe('\uFFFD2J\uFFFDx\uFFFDy\uFFFDz\uFFFD\uFFFD');
  expect(printable('Ёж 👨‍👩‍👧 👍🏽 ❤️ مرحبا')).toBe('Ёж 👨‍👩‍👧 👍🏽 ❤️ مرحبا');
  expect(printable('a\u200Db')).toBe('a\uFFFDb');
  expect(outputLine('\u001B[31mred\u001B[0m\u001B[2J', true)).toBe('\u001B[31mred\u001B[0m\uFFFD[2J\n');
  expect(outputLine('\u001B[31mred', false)).toBe('\uFFFD[31mred\n');
  // The end of a line of CSV is no attempt to steer.
  expect(outputLine('a,"b\r"\r', false)).toBe('a,"b\uFFFD"\r\n');
  expect(printable('a\u001B[2Jb\u0007\u202Ec\td\ne')).toBe('a\uFFFD[2Jb\uFFFD\uFFFDc\td\ne');
});

test('JSON on a terminal is the same document, with what is not printable escaped', () => {
  const value = { 'k\u202E': 'a\u009Bb\u{E0041}', n: 1, text: 'да' };
  const text = printableJson(value);
  expect(JSON.parse(text)).toEqual(value);
  expect(text).toBe('{"k\\u202e":"a\\u009bb\\udb40\\udc41","n":1,"text":"да"}');
});

test('a name with line ends fakes no line of its own', () => {
  expect(printableField('Анна\n  mode operator\r\tx')).toBe('Анна ⏎   mode operator\uFFFD x');
  const message = { seq: 1, from: 'operator', operator: 'Мария\nbot', text: 'да\nнет', at: 1 } as const;
  const lead = { botId: 'support', channel: 'telegram', externalId: '1' };
  expect(activityLines({ kind: 'message', at: 1, lead, message })[0]?.text).toBe('Мария ⏎ bot: да\nнет');
});
