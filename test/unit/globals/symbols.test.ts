import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { createScriptRunner } from '../../support/sandbox-under-test.ts';

const scripts = createScriptRunner({ isolates: 1, memoryMb: 16 });
afterAll(() => scripts.close());

test.each([
  ["Symbol.for('a') === Symbol.for('a')", true],
  ["Symbol.for('a') === Symbol('a')", false],
  ["Symbol.for('a') === Symbol.for('b')", false],
  ["Symbol.for('__proto__') === Symbol.for('__proto__')", true],
  ['Symbol.for() === Symbol.for("undefined")', true],
  ["String(Symbol.for('a')) + Symbol.for('a').description", 'Symbol(a)a'],
  ["Symbol.keyFor(Symbol.for('__proto__'))", '__proto__'],
  ["typeof Symbol.keyFor(Symbol('a')) + typeof Symbol.keyFor(Symbol.iterator)", 'undefinedundefined'],
  ['[Symbol.for.name, Symbol.for.length, Symbol.keyFor.name, Symbol.keyFor.length].join()', 'for,1,keyFor,1'],
  ["[Object.keys(Symbol), Object.keys(WeakMap.prototype), 'prototype' in Symbol.for].join()", ',,false'],
  [
    "[new WeakMap([[Symbol.iterator, 1]]).get(Symbol.iterator), new WeakMap().set(Symbol('a'), 1).has(1)].join()",
    '1,false',
  ],
])('%s', async (code, value) => {
  expect(await scripts.returned(`return ${code};`)).toEqual(value);
});

test.each([
  'Symbol.for(Symbol())',
  "Symbol.keyFor('a')",
  'new Symbol.for()',
  "new WeakMap().set(Symbol.for('a'), 1)",
  "new WeakMap([[Symbol.for('a'), 1]])",
  "new WeakMap().getOrInsert(Symbol.for('a'), 1)",
  "new WeakSet().add(Symbol.for('a'))",
  'new WeakMap().set(1, 1)',
  'WeakSet.prototype.add.call({}, {})',
])('%s is refused', async (code) => {
  expect(await scripts.failure(code)).toContain('script_error: TypeError');
});

test('what scripts register is gone with them', async () => {
  // In a process of its own: under the test runner the isolate keeps the contexts themselves.
  const program = fileURLToPath(new URL('./one-isolate.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program]);
  expect(stdout.trim()).toBe('150 scripts');
});
