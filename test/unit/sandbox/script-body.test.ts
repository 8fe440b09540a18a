import { afterAll, expect, test } from 'vitest';
import { createScriptRunner } from '../../support/sandbox-under-test.ts';

const scripts = createScriptRunner({ isolates: 1 });
afterAll(() => scripts.close());

test.each([
  ['return 5;', 5],
  ['', null],
  ['return undefined', null],
  ['return { a: [1, { b: null }] }', { a: [1, { b: null }] }],
  ['return new Date(0)', '1970-01-01T00:00:00.000Z'],
  ["attr = { 'a': 1, }; return attr.a", 1],
  ['return this === globalThis', true],
  ["return ((a, { b = 2 } = {}) => `${a}${b}${null ?? '!'}`)(1)", '12!'],
  ['class A { #x = 1; get x() { return this.#x; } } return new A().x', 1],
  ['with ({ a: 7 }) { return a; }', 7],
  ['return 010', 8],
  ['return typeof undeclared', 'undefined'],
  ['// the last line is a comment', null],
  ["'use strict'; return this === undefined", true],
  ['return [botId, leadId]', ['test', '7']],
  ['const leadId = 1; let botId = 2; return leadId + botId', 3],
  ['return Object.keys(globalThis)', []],
])('%s', async (code, returned) => {
  expect(await scripts.returned(code)).toEqual(returned);
});

test('args are bare names of any JSON; what is no name stays out', async () => {
  const args = { triggerId: null, isFirstImmediateCall: true, имя: { a: 1 }, 'не имя': 1 };
  expect(await scripts.returned('return [triggerId, isFirstImmediateCall, имя]', { args })).toEqual([
    null,
    true,
    { a: 1 },
  ]);
});

test('what one run leaves behind does not reach the next one in the same isolate', async () => {
  await scripts.returned(
    'left = 1; var kept = 2; globalThis.also = 3; Object.prototype.evil = 4; Array.prototype.push = null; JSON.parse = null; return 1',
  );
  expect(
    await scripts.returned(
      'return [typeof left, typeof kept, typeof also, typeof {}.evil, typeof [].push, typeof JSON.parse]',
    ),
  ).toEqual(['undefined', 'undefined', 'undefined', 'undefined', 'function', 'function']);
});

test('two runs of one bot at once do not see each other', async () => {
  const both = createScriptRunner({ runners: 2, isolates: 2 });
  const code = 'mine = botId + leadId; livetex.hasOnlineOperators(); return mine';
  const call = async (): Promise<string> => await new Promise((resolve) => setImmediate(resolve, 'true'));
  const runs = Array.from({ length: 8 }, (_, n) => both.returned(code, { args: { botId: 'b', leadId: n }, call }));
  expect(await Promise.all(runs)).toEqual(Array.from({ length: 8 }, (_, n) => `b${n}`));
  await both.close();
});

test('50 runs at once each get their own answer', async () => {
  const runs = Array.from({ length: 50 }, (_, n) => scripts.returned('return leadId * 2', { args: { leadId: n } }));
  expect(await Promise.all(runs)).toEqual(Array.from({ length: 50 }, (_, n) => n * 2));
});

test('the use of a run is told', async () => {
  const result = await scripts.run(
    'let n = 0; for (let i = 0; i < 3e6; i += 1) n += i; livetex.hasOnlineOperators(); return n > 0',
  );
  expect(result.usage.hostCalls).toBe(1);
  expect(result.usage.cpuMs).toBeGreaterThan(0);
  expect(result.usage.wallMs).toBeGreaterThan(0);
});
