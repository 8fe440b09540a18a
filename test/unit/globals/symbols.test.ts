import { afterAll, expect, onTestFinished, test } from 'vitest';
import { loadPlatformSources } from '../../../runtime-shim/globals/bundles.ts';
import { runInput } from '../../../runtime-shim/sandbox/run-input.ts';
import { GUEST_NAMES } from '../../../runtime-shim/sandbox/runner/guest-names.ts';
import { bootText, IsolateSlot } from '../../../runtime-shim/sandbox/runner/isolate-slot.ts';
import { createScriptRunner, scriptRun } from '../../support/sandbox-under-test.ts';

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
  const { platform } = await loadPlatformSources();
  const limits = JSON.stringify({
    hostCalls: 1,
    actions: 1,
    writes: 1,
    systemAttributeChars: 1,
    logLines: 1,
    logLineChars: 1,
    resultChars: 1_000,
  });
  // One isolate, without the second try in a fresh one that a runner gives. Each script leaves two megabytes in its registry.
  const slot = new IsolateSlot(
    16,
    () => bootText(platform, limits, []),
    () => undefined,
  );
  onTestFinished(() => slot.dispose());
  const code = "const big = 'x'.repeat(1000); for (let i = 0; i < 2000; i += 1) Symbol.for(big + tag + i);";
  const source = `globalThis["${GUEST_NAMES.run}"]((function () {\n${code}\n}), false);`;
  const locate = (): never => expect.unreachable();
  for (let run = 0; run < 20; run += 1) {
    const input = runInput(scriptRun(code, { args: { tag: `${run}-` } }));
    expect(await slot.run({ source, locate, definitions: [] }, input, 0)).toContain('"ok":true');
  }
});
