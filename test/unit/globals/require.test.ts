import { afterAll, expect, test } from 'vitest';
import { createScriptRunner } from '../../support/sandbox-under-test.ts';

const scripts = createScriptRunner();
afterAll(() => scripts.close());

function libraries(sources: Record<string, string>): { libraries: Record<string, { file: string; code: string }> } {
  return {
    libraries: Object.fromEntries(
      Object.entries(sources).map(([name, code]) => [name, { file: `libs/${name.split('.').at(-1)}.js`, code }]),
    ),
  };
}

test('loads a library once per run', async () => {
  const code =
    "return [require('Business.A').n, require('Business.A').n, require('Business.A') === require('Business.A'), loads];";
  const given = libraries({
    'Business.A': 'globalThis.loads = (globalThis.loads || 0) + 1; module.exports = { n: loads };',
  });
  expect(await scripts.returned(code, given)).toEqual([1, 1, true, 1]);
  expect(await scripts.returned(code, given)).toEqual([1, 1, true, 1]);
});

test('libraries load libraries, and a circle gives the unfinished exports, as Node does', async () => {
  const given = libraries({
    'Business.A': "exports.early = 1; exports.b = require('Business.B'); exports.late = 2;",
    'Business.B': "const a = require('Business.A'); module.exports = [a.early, a.late === undefined];",
  });
  expect(await scripts.returned("const a = require('Business.A'); return [a.b, a.late];", given)).toEqual([
    [1, true],
    2,
  ]);
});

test('a library sees the globals and may return early', async () => {
  const given = libraries({
    'Business.A': "if (lead.getChannelCode() === 'telegram') { module.exports = 'tg'; return; } module.exports = 'no';",
  });
  expect(await scripts.returned("return require('Business.A');", given)).toBe('tg');
});

test('Common.Bot.Commands is built in, and has a name without dots', async () => {
  const code =
    "snippet('Common.Bot.Commands'); require('Common.Bot.Commands').sendText('раз'); [[:Common.Bot.Commands:]] CommonBotCommands.SendText('два'); return typeof CommonBotCommands;";
  expect(await scripts.run(code)).toMatchObject({
    ok: true,
    returned: 'object',
    actions: [
      { type: 'send_message', text: 'раз' },
      { type: 'send_message', text: 'два' },
    ],
  });
});

test('moment is there in both forms, also for libraries, unless the bot gives the name to one of its own', async () => {
  const code = `
    var moment = require('moment'), locales = require('moment-with-locales');
    locales.locale('ru');
    return [moment.version, moment.utc('2024-01-31').add(1, 'month').format('YYYY-MM-DD'), require('moment') === moment,
      locales.utc('2024-01-31').format('LL'), require('Business.A')];`;
  const given = libraries({ 'Business.A': "module.exports = require('moment').utc(0).format('YYYY');" });
  expect(await scripts.returned(code, given)).toEqual(['2.29.3', '2024-02-29', true, '31 января 2024 г.', '1970']);
  const mine = libraries({ 'Business.M': "module.exports = 'mine';" });
  const own = { ...mine.libraries, moment: { file: 'libs/M.js', code: '', sameAs: 'Business.M' } };
  expect(await scripts.returned("return require('moment');", { libraries: own })).toBe('mine');
});

test('a stand-in for a library of the shim is not used, which is said once; one for another of the vendor’s is', async () => {
  const given = libraries({
    'Common.Bot.Commands': "module.exports = 'mine';",
    'Common.Utils.Md5': 'module.exports = (text) => text.length;',
  });
  const code = `CommonBotCommands.SendText('a'); require('Common.Bot.Commands').sendText('b'); return require('Common.Utils.Md5')('abc');`;
  const result = await scripts.run(code, given);
  expect(result).toMatchObject({
    returned: 3,
    actions: [{ text: 'a' }, { text: 'b' }],
    log: [
      {
        level: 'warn',
        text: expect.stringContaining('the one of the bot folder (libs/Commands.js) is not used') as string,
      },
    ],
  });
});

test.each([
  ['Common.Some.Lib', 'module.exports = { hi: function () { return 1; } };', '.hi()'],
  ['Common.CJM.Builder', 'module.exports = function (n) { return n; };', '(1)'],
  ['Common.MetabotAI.LLMClient', 'class Client { ask() { return 1; } } module.exports = new Client();', '.ask()'],
  ['Common.TelegramComponents.MenuHelper', 'exports.rows = () => 1;', '.rows()'],
])('a stand-in for %s is the library', async (name, text, use) => {
  expect(await scripts.returned(`return require('${name}')${use};`, libraries({ [name]: text }))).toBe(1);
});

test('a Common library of the bot has a name without dots, a Business one has not', async () => {
  const given = libraries({ 'Common.My.Lib': "module.exports = 'mine';", 'Business.My.Lib': 'module.exports = 1;' });
  expect(await scripts.returned('return [CommonMyLib, typeof BusinessMyLib];', given)).toEqual(['mine', 'undefined']);
});

test('an error in a library names its file, line and column', async () => {
  const given = libraries({ 'Business.A': 'module.exports = {\n  f() {\n    return нет.такого;\n  },\n};' });
  expect(await scripts.run("const a = require('Business.A');\n\na.f();", given)).toMatchObject({
    error: {
      code: 'script_error',
      message: 'ReferenceError: нет is not defined',
      file: 'libs/A.js',
      line: 3,
      column: 5,
    },
  });
});

test('a syntax error in a library names its file, line and column', async () => {
  const given = libraries({ 'Business.A': 'const a = 1;\nconst b = ;' });
  expect(await scripts.run("require('Business.A');", given)).toMatchObject({
    error: {
      code: 'script_syntax',
      message: "SyntaxError: Unexpected token ';'",
      file: 'libs/A.js',
      line: 2,
      column: 11,
    },
  });
});

test('an error of ours called from a library names the library', async () => {
  const given = libraries({ 'Business.A': "exports.f = () =>\n  lead.setAttr('');" });
  expect(await scripts.run("require('Business.A').f();", given)).toMatchObject({
    error: { code: 'script_argument', file: 'libs/A.js', line: 2, column: 8 },
  });
});

test('a missing library is named beside the known ones', async () => {
  const given = libraries({ 'Business.A': '' });
  expect(await scripts.failure("\n  require('Business.B')", given)).toBe(
    'script_library_missing: there is no library "Business.B"; known: Common.Bot.Commands, moment, moment-with-locales, Business.A @2:3',
  );
  expect(await scripts.failure('require(5)')).toContain(
    "require: the library's name must be a non-empty string, got a number",
  );
});

test('a library that failed is loaded anew when asked again', async () => {
  const given = libraries({
    'Business.A': "globalThis.n = (globalThis.n || 0) + 1; if (n === 1) throw new Error('first'); module.exports = n;",
  });
  expect(
    await scripts.returned("try { require('Business.A'); } catch (e) {} return require('Business.A');", given),
  ).toBe(2);
});

test('snippet() puts a text in before the script is compiled', async () => {
  const given = libraries({
    'Business.S': 'const inner = 5;\nlead.setAttr("s", inner);',
    'Business.T': "snippet('Business.S')",
  });
  expect(await scripts.returned('snippet("Business.S");\nreturn inner;', given)).toBe(5);
  expect(await scripts.returned("snippet('Business.T')\nreturn inner + 1;", given)).toBe(6);
});

test('positions stay right before, in and after a snippet', async () => {
  const given = libraries({ 'Business.S': 'var s = 1;\n\n  if (bad) inside.it;' });
  const code = "var bad = false;\nsnippet('Business.S'); after.it;";
  expect(await scripts.run(code, given)).toMatchObject({ error: { file: 'скрипт.js', line: 2, column: 24 } });
  expect(await scripts.run(code.replace('false', 'true'), given)).toMatchObject({
    error: { file: 'libs/S.js', line: 3, column: 12 },
  });
  const broken = libraries({ 'Business.S': 'var s = 1;\n  var = 2;' });
  expect(await scripts.run("\nsnippet('Business.S');", broken)).toMatchObject({
    error: { code: 'script_syntax', file: 'libs/S.js', line: 2, column: 7 },
  });
});

test('a snippet that does not exist, or whose name is no plain text, is a clear error', async () => {
  expect(await scripts.failure("\n snippet('Нет')")).toBe(
    'script_library_missing: there is no library "Нет"; known: none @2:2',
  );
  expect(await scripts.failure("snippet('Common.Other.Lib')")).toBe(
    'script_library_missing: there is no library "Common.Other.Lib" (a library of the platform has no text to paste: use require); known: none @1:1',
  );
  expect(await scripts.run("snippet('Common.Bot.Commands'); CommonBotCommands.sendText('x');")).toMatchObject({
    actions: [{ type: 'send_message', text: 'x' }],
  });
  expect(await scripts.failure("const n = 'x'; snippet(n)")).toContain('its argument must be a plain text in quotes');
});

test('cannot be tampered with', async () => {
  const code =
    "require = () => 'mine'; snippet = 1; return [typeof require('Common.Bot.Commands').sendText, Object.isFrozen(require)];";
  expect(await scripts.returned(code)).toEqual(['function', true]);
});
