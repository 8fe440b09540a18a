import { afterAll, expect, test } from 'vitest';
import { checkSyntax } from '../../../runtime-shim/sandbox/index.ts';
import { createScriptRunner } from '../../support/sandbox-under-test.ts';

const scripts = createScriptRunner();
afterAll(() => scripts.close());

test.each([
  ['foo.bar', 'script_error: ReferenceError: foo is not defined @1:1'],
  ['\n\n  foo.bar', 'script_error: ReferenceError: foo is not defined @3:3'],
  ['var a;\r\na.b.c', "script_error: TypeError: Cannot read properties of undefined (reading 'b') @2:3"],
  ['null.x', "script_error: TypeError: Cannot read properties of null (reading 'x') @1:6"],
  ["throw new Error('моя ошибка')", 'script_error: Error: моя ошибка @1:7'],
  ["class Mine extends Error { name = 'Mine' }\nthrow new Mine('x')", 'script_error: Mine: x @2:7'],
  ["throw 'текст'", 'script_error: Uncaught "текст"'],
  ['throw { a: 1 }', 'script_error: Uncaught { a: 1 }'],
  ["JSON.parse('{')", 'script_error: SyntaxError: Expected property name'],
  [
    'function f() {\n  return g();\n}\nfunction g() {\n  return 1 + нет;\n}\nf();',
    'script_error: ReferenceError: нет is not defined @5:14',
  ],
  ["const e = new Error('made here');\ne.stack;\n\nthrow e;", 'script_error: Error: made here @1:11'],
  ["eval('foo.bar')", 'script_error: ReferenceError: foo is not defined @1:1'],
  ['[1].map(() => {\n  null.x;\n})', '@2:8'],
  ['foo bar', "script_syntax: SyntaxError: Unexpected identifier 'bar' @1:5"],
  ["if (true) {\n  lead.getAttr('a')", 'script_syntax: SyntaxError: Unexpected end of input @2:20'],
  ['\n\tconst a = 1;\n\tconst a = 2;', "script_syntax: SyntaxError: Identifier 'a' has already been declared @3:8"],
  ['a = {…}', 'script_syntax: SyntaxError: Invalid or unexpected token @1:6'],
  ["'use strict';\nwith (a) {}", 'script_syntax: SyntaxError: Strict mode code may not include a with statement @2:1'],
  ['await 1', 'script_syntax: SyntaxError: the platform runs scripts synchronously: take the await away'],
  ['return (async () => 1)()', 'script_async: the script returned a promise'],
  ['return Promise.resolve().then(() => 1)', 'script_async: the script returned a promise'],
  ["(async () => { await 1; lead.setAttr('a', 'b'); })()", 'script_async: '],
  [
    "Promise.reject(new Error('x'))",
    'nobody caught it: the platform runs scripts synchronously, without async, await or timers @1:16',
  ],
  ["Promise.reject('x')", 'script_async: a promise of the script was rejected and nobody caught it'],
  ['function f() { null.x; }\nnew Promise(() => {\n  f();\n});', 'without async, await or timers @1:21'],
  [
    '\nwhile (true) {}',
    'script_timeout: the script used more than 1000 ms of CPU time and was stopped: look for a loop that never ends @2:',
  ],
  ['var n = 0;\nfunction wait() {\n  for (;;) n++;\n}\nwait();', 'a loop that never ends @3:'],
  ['[1].forEach(function () {\n  do { var a = 1; } while (a);\n});', 'a loop that never ends @2:'],
  ["import('fs')", 'script_async: a promise of the script was rejected and nobody caught it'],
])('%s', async (code, words) => {
  expect(await scripts.failure(code)).toContain(words);
});

test('the stack that a script reads holds its own lines only', async () => {
  const stack = await scripts.returned(
    'function f() {\n  lead.setAttr();\n}\ntry { f(); } catch (e) { return e.stack; }',
  );
  expect(stack).toBe(
    'Error: lead.setAttr: the key must be a non-empty string, got undefined\n    at скрипт.js:2:8\n    at скрипт.js:4:7',
  );
});

test.each(['foo bar', 'if (x) {', '})(function () {', '#!/bin/sh', 'return `', 'var a;\n\n  b c'])(
  'checkSyntax says of %j what the sandbox says',
  async (code) => {
    const result = await scripts.run(code);
    expect(result).toMatchObject({ ok: false, error: checkSyntax('скрипт.js', code) });
  },
);

test('checkSyntax finds nothing wrong with what runs, and runs nothing', () => {
  expect(checkSyntax('a.js', "attr = { 'a': 1, };\nreturn attr")).toBeUndefined();
  expect(checkSyntax('a.js', "throw new Error('not run')")).toBeUndefined();
});

test('an endless loop of a library or a snippet, and its rejected promise, is told in its own file', async () => {
  const libraries = {
    'Business.A.Loop': { file: 'libraries/Business.A.Loop.js', code: 'exports.spin = function () {\n  for (;;) ;\n};' },
    'Business.A.Snip': { file: 'libraries/Business.A.Snip.js', code: '// раз\nfunction spin() {\n  for (;;) ;\n}' },
    'Business.A.Reject': {
      file: 'libraries/Business.A.Reject.js',
      code: "\nPromise.reject(new Error('x'));\nexports.a = 1;",
    },
  };
  const place = async (code: string): Promise<string> => {
    const result = await scripts.run(code, { libraries });
    return result.ok ? 'ok' : `${result.error.code} ${result.error.file}:${result.error.line}`;
  };
  expect(await place("require('Business.A.Loop').spin();")).toBe('script_timeout libraries/Business.A.Loop.js:2');
  expect(await place("snippet('Business.A.Snip');\nspin();")).toBe('script_timeout libraries/Business.A.Snip.js:3');
  expect(await place("require('Business.A.Reject');")).toBe('script_async libraries/Business.A.Reject.js:2');
});
