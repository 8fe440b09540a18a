import { afterAll, expect, test } from 'vitest';
import type { ScriptLogLine } from '../../../runtime-shim/sandbox/contract.ts';
import { createScriptRunner } from '../../support/sandbox-under-test.ts';

/** The wall clock far behind: on a loaded machine an endless loop must still end by its CPU time. */
const scripts = createScriptRunner({ cpuMs: 300, wallMs: 50_000 });
afterAll(() => scripts.close());

async function logOf(code: string): Promise<readonly ScriptLogLine[]> {
  return (await scripts.run(code)).log;
}

test('writes lines of every level, in order', async () => {
  const code =
    "console.log('a', 1); console.info('b'); console.warn('c'); console.error('d'); console.debug('e'); console.log();";
  expect(await logOf(code)).toEqual([
    { level: 'info', text: 'a 1' },
    { level: 'info', text: 'b' },
    { level: 'warn', text: 'c' },
    { level: 'error', text: 'd' },
    { level: 'debug', text: 'e' },
    { level: 'info', text: '' },
  ]);
});

test.each([
  ["'текст'", 'текст'],
  [
    "{ имя: 'Анна', 'a b': [1, 'x', null, undefined, true] }",
    '{ имя: "Анна", "a b": [1, "x", null, undefined, true] }',
  ],
  ['() => 1', '[function]'],
  ['10n', '10n'],
  ['[-5n, 2n ** 1025n, -(2n ** 5000n)]', '[-5n, [bigint], [bigint]]'],
  ['{ re: /a+\\/"/gi }', '{ re: /a+\\/"/gi }'],
  ['Object.create(RegExp.prototype)', '{}'],
  ['new (class Заказ { n = 1; #hidden = 2; })()', 'Заказ { n: 1 }'],
  ['new (class Empty {})()', 'Empty {}'],
  ['new (class M extends Map {})([[1, 2]])', 'M Map { 1 => 2 }'],
  ['new Uint8Array([1, 2])', 'Uint8Array [1, 2]'],
  ['new BigInt64Array(2)', 'BigInt64Array [0n, 0n]'],
  ['new Float64Array(2e5)', `Float64Array [${'0, '.repeat(100)}…]`],
  ['Array(1e6).fill(1)', `[${'1, '.repeat(100)}…]`],
  ['[undefined, , null]', '[undefined, null]'],
  ["Symbol('s')", 'Symbol(s)'],
  ['{}', '{}'],
  ['{ at: new Date(0) }', '{ at: 1970-01-01T00:00:00.000Z }'],
  ['new Date(NaN)', 'Invalid Date'],
  ['Object.create(Date.prototype)', '{}'],
  ['{ get a() { throw 1; } }', '{ a: [getter] }'],
  ["new TypeError('нет')", 'TypeError: нет'],
  ['(() => { const o = {}; o.o = o; return o; })()', '{ o: [circular] }'],
  ['{ a: { b: { c: { d: { e: 1 } } } } }', '{ a: { b: { c: { d: [object] } } } }'],
  ['Array(150).fill(0)', `[${'0, '.repeat(100)}…]`],
  [
    `new Map([['a', 1], [{ b: 2 }, new Set([1, 'x', [new Map()]])]])`,
    'Map { "a" => 1, { b: 2 } => Set { 1, "x", [Map {}] } }',
  ],
  ['Object.assign(new Set(), { own: 1 })', '{ own: 1 }'],
  ['Object.create(Map.prototype)', '{}'],
  ['new Proxy(new Map(), {})', '{}'],
  ['(() => { const m = new Map(); m.set(m, m); return m; })()', 'Map { [circular] => [circular] }'],
  ['new Set(Array(150).keys())', `Set { ${Array.from({ length: 100 }, (_, n) => `${n}, `).join('')}… }`],
  [
    '(() => { Map.prototype.forEach = Set.prototype.forEach = () => { throw 1; }; return new Map([[1, 2]]); })()',
    'Map { 1 => 2 }',
  ],
  ['new Proxy({}, { ownKeys() { throw 1; } })', '[object]'],
])('prints %s', async (value, text) => {
  expect(await logOf(`console.log(${value});`)).toEqual([{ level: 'info', text }]);
});

const texts = async (code: string): Promise<string[]> =>
  (await logOf(code)).map(({ level, text }) => `${level} ${text}`);

test('shows lists and objects as tables', async () => {
  const code = `
    console.table([{ имя: 'Анна', n: 1 }, { имя: 'Б', more: [1] }]);
    console.table({ a: 1, b: { x: 2 } }, ['x']);
    console.table('text');
    console.table([[1, 2], 5n]);`;
  expect(await texts(code)).toEqual([
    'info (index) | имя    | n | more',
    'info 0       | "Анна" | 1 |     ',
    'info 1       | "Б"    |   | [1] ',
    'info (index) | x | (value)',
    'info a       |   | 1      ',
    'info b       | 2 |        ',
    'info text',
    'info (index) | 0 | 1 | (value)',
    'info 0       | 1 | 2 |        ',
    'info 1       |   |   | 5n     ',
  ]);
});

test('a table has an end', async () => {
  const log = await logOf(`
    const wide = Object.fromEntries(Array.from({ length: 500 }, (_, n) => ['k' + n, 'x'.repeat(1000)]));
    console.table(Array(1e6).fill(wide));`);
  expect(log).toHaveLength(52);
  expect(Math.max(...log.map(({ text }) => text.length))).toBeLessThan(700);
  expect(log.at(-1)?.text).toBe('… more than 50 rows: the rest is left out');
});

test('counts, times, asserts, groups', async () => {
  const code = `
    console.count(); console.count('a'); console.count(); console.countReset(); console.count();
    console.time('t'); console.time('t'); console.timeLog('t', 5); console.timeEnd('t'); console.timeEnd('t');
    console.assert(1 === 1, 'no'); console.assert(false); console.assert(0, 'a', 1);
    console.group('g'); console.log('in'); console.groupCollapsed(); console.dir('x'); console.groupEnd(); console.groupEnd(); console.groupEnd();
    console.log('out');`;
  const seen = (await texts(code)).map((text) => text.replace(/\d+ ms/u, 'N ms'));
  expect(seen).toEqual([
    'info default: 1',
    'info a: 1',
    'info default: 2',
    'info default: 1',
    'warn the timer "t" was begun already',
    'info t: N ms 5',
    'info t: N ms',
    'warn no timer "t" was begun',
    'error Assertion failed',
    'error Assertion failed: a 1',
    'info g',
    'info   in',
    'info     "x"',
    'info out',
  ]);
});

test('traces to the lines of the author', async () => {
  expect(await texts("function f() {\n  console.trace('here', 1);\n}\nf();")).toEqual([
    'debug Trace: here 1\n    at скрипт.js:2:11\n    at скрипт.js:4:1',
  ]);
});

test.each([
  ['for (let n = 0; n < 1e5; n += 1) console.group();', "console.log('x')", `${'  '.repeat(20)}x`],
  ['for (let n = 0; n < 1e5; n += 1) console.count(n);', "console.log('x')", '0: 1'],
  ['const p = new Proxy([], { ownKeys() { throw 1; } });', 'console.table(p)', '[object]'],
  ["Object.defineProperty(Array.prototype, '0', { set() { throw 1; } });", 'console.table([[1]])', '(index) | 0'],
  [
    'String.prototype.repeat = String.prototype.slice = () => { throw 1; };',
    'console.table({ a: 1 })',
    '(index) | (value)',
  ],
  ['const o = { get a() { throw 1; } };', 'console.table([o])', '(index) | a         '],
  ["class A {} Object.defineProperty(A, 'name', { get() { throw 1; } });", 'console.log(new A())', '{}'],
])('holds against %s', async (before, code, first) => {
  expect((await logOf(`${before} ${code}`))[0]?.text).toBe(first);
});

test('caps a line and the number of lines, and says so', async () => {
  const log = await logOf("console.log('x'.repeat(20000)); for (let i = 0; i < 300; i += 1) console.log(i);");
  expect(log[0]?.text).toHaveLength(10_001);
  expect(log).toHaveLength(201);
  expect(log.at(-1)).toEqual({ level: 'warn', text: '… more than 200 lines: the rest is left out' });
});

test('what was logged before an error or an endless loop is there', async () => {
  const failed = await scripts.run("console.log('before'); throw new Error('x');");
  expect(failed).toMatchObject({ ok: false, log: [{ level: 'info', text: 'before' }] });
  const endless = await scripts.run("console.log('before'); for (;;);");
  expect(endless).toMatchObject({
    ok: false,
    error: { code: 'script_timeout' },
    log: [{ level: 'info', text: 'before' }],
  });
});

test('cannot be tampered with', async () => {
  expect(await logOf("console.log = () => 1; console = null; console.log('x');")).toEqual([
    { level: 'info', text: 'x' },
  ]);
});
