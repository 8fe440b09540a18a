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
  ['10n', '[bigint]'],
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
