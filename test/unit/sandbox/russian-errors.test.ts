/** What an author did wrong in a script, in Russian: in our words and in those that V8 has in English only. */
import { afterAll, expect, test } from 'vitest';
import { engineText } from '../../../runtime-shim/sandbox/engine-words.ts';
import { englishWords } from '../../support/english-words.ts';
import { createScriptRunner, type scriptRun } from '../../support/sandbox-under-test.ts';

const scripts = createScriptRunner({ cpuMs: 1_000 });
afterAll(() => scripts.close());

const library = (code: string) => ({ 'Business.A.B': { file: 'libraries/Business.A.B.js', code } });

async function russian(code: string, changes?: Parameters<typeof scriptRun>[1]): Promise<string> {
  const result = await scripts.run(code, changes);
  if (result.ok) throw new Error(`it did not fail: ${JSON.stringify(result)}`);
  return result.error.ru ?? result.error.message;
}

test.each([
  ['неизвестноеИмя + 1;', 'ReferenceError: имени неизвестноеИмя нет'],
  ['lead.getAtr("a");', 'TypeError: lead.getAtr — не функция'],
  ['const a = undefined; a.b;', 'TypeError: нельзя взять "b": перед ним undefined, а не объект'],
  ['null.b = 1;', 'TypeError: нельзя записать "b": перед ним null, а не объект'],
  ['const { a } = null;', 'TypeError: нельзя взять "a" из null: там null'],
  ['for (const a of 5) {}', 'TypeError: 5 — не список, перебрать это нельзя'],
  ['const a = 1; a = 2;', 'TypeError: const нельзя присвоить другое значение'],
  ['a; let a = 1;', 'ReferenceError: a используется раньше, чем объявлено'],
  ['new (1)();', 'TypeError: 1 — не класс, new здесь не работает'],
  ['JSON.parse("{a}");', 'SyntaxError: это не JSON: ошибка на знаке 1'],
  ['JSON.parse("привет");', 'SyntaxError: это не JSON: лишнее или неожиданное "п" в "привет"'],
  ['JSON.parse({});', 'SyntaxError: это не JSON, а уже объект: JSON.parse не нужен'],
  ['JSON.parse("");', 'SyntaxError: JSON оборвался'],
  ['JSON.parse(undefined);', 'SyntaxError: это не JSON: undefined'],
  ['const a = {}; a.a = a; JSON.stringify(a);', 'TypeError: объект содержит сам себя, в JSON его не превратить'],
  ['new Array(-1);', 'RangeError: у списка не может быть такой длины'],
  ['"x".repeat(-1);', 'RangeError: не может быть столько раз: -1'],
  ['new Date("x").toISOString();', 'RangeError: это не дата'],
  ['(function f() { f(); })();', 'RangeError: функции вызывают друг друга слишком глубоко: возможно, без конца'],
  ['new RegExp("(");', 'SyntaxError: неверное регулярное выражение /(/: не закрыта скобка ('],
  ['[].reduce((a, b) => a);', 'TypeError: reduce пустого списка без начального значения'],
  ['throw "нет денег";', 'скрипт бросил не ошибку, а значение: "нет денег"'],
  ['throw new Error("своё слово");', 'Error: своё слово'],
  ['let a = 1; let a = 2;', 'SyntaxError: имя a уже объявлено'],
  ['if (true {', 'SyntaxError: лишнее или неожиданное "{"'],
  ['bot.sendMessage("a"', 'SyntaxError: не хватает закрывающей скобки после аргументов'],
  ['if (true) {', 'SyntaxError: скрипт оборвался: не хватает закрывающей скобки'],
  ['const a = "b', 'SyntaxError: лишний знак или незакрытая кавычка'],
  ['const a;', 'SyntaxError: при объявлении (const) нужно значение'],
  ['await 1;', 'SyntaxError: платформа выполняет скрипты синхронно: уберите await, вызовы сами возвращают значение'],
  ['import a from "b";', 'SyntaxError: import здесь нет: библиотеки берут через require'],
  ['/(/.test("a");', 'SyntaxError: неверное регулярное выражение /(/: не закрыта скобка ('],
])('%s is told in Russian', async (code, message) => {
  expect(await russian(code)).toBe(message);
});

test.each([
  'lead.getAttr()',
  'lead.getAttr("a".repeat(600))',
  'lead.setAttr("a", {})',
  'lead.setAttr("sys_a", 1)',
  'lead.setAttr("a", "\\ud800")',
  'lead.setAttr("a\\u0000", 1)',
  'lead.addTags(1)',
  'lead.setStatus("")',
  'lead.setContext("a", {})',
  'lead.setPersonId(1)',
  'lead.addTags([1])',
  'lead.setForwarded(2)',
  'lead.setJsonAttr("a", undefined)',
  'lead.setAttr("a", "x").getJsonAttr("a")',
  'bot.sendMessage()',
  'bot.sendMessage({})',
  'bot.sendMessage("a".repeat(100001))',
  'bot.sendMessage("a", 1)',
  'bot.sendMessage("a", [1])',
  'bot.sendMessage("a", [[1]])',
  'bot.sendMessage("a", [[{}]])',
  'bot.sendMessage("a", [[{ text: "a".repeat(1001) }]])',
  'bot.sendMessage("a", [[{ text: "a", url: "b" }]])',
  'bot.sendMessage("a", [Array(101).fill({ text: "a" })])',
  'bot.sendMessage("a", null, 1)',
  'bot.sendMessage("a", null, Array(21).fill(1))',
  'bot.sendMessage("a", null, [1])',
  'bot.sendMessage("a", null, [{ type: "b" }])',
  'bot.sendMessage("a", null, [{ type: "file", url: "b" }])',
  'bot.sendMessage("a", null, [{ type: "file", url: "https://a.b/", name: 1 }])',
  'bot.run()',
  'bot.run({})',
  'bot.runScriptByCodeForLead("a")',
  'bot.runTriggerByCodeForLead()',
  'bot.scheduleJob()',
  'bot.scheduleJob({ script_code: "a", run_at: "b" })',
  'bot.scheduleJob({ script_code: "a", run_after_sec: -1 })',
  'bot.scheduleJob({ script_code: "a", trigger_code: "b" })',
  'bot.scheduleScript("a")',
  'bot.removeScheduledJobs(1)',
  'table.find()',
  'table.find("a b")',
  'table.find("a", 1)',
  'table.find("a", [], [[1]])',
  'table.find("a", [], [["b", "=", {}]])',
  'table.find("a", [], [], [["b", "c"]])',
  'table.find("a", [], [], [], 5000)',
  'table.createItem("a", 1)',
  'table.deleteItem("a", "b")',
  'require("Business.A.C")',
  'snippet("Business.A.C")',
  'snippet(1)',
  'require("Business.A.B")',
  'setTimeout(() => {}, 1)',
  'return Promise.resolve()',
  'Promise.reject(new Error("x"))',
  'structuredClone()',
  'atob("?")',
  'btoa("ж")',
  'crypto.getRandomValues(1)',
  'crypto.getRandomValues(new Uint8Array(70000))',
  'lead.setLiveTexAttr()',
  'lead.setLiveTexAttr("", 1)',
  'lead.setLiveTexAttr("a", {})',
  'lead.setLiveTexAttr("a\\nb", 1)',
  'lead.setLiveTexAttr(new Date())',
  'lead.setAllLiveTexAttrs("a")',
  'while (true) {}',
  'const a = []; for (;;) a.push(new Array(1e6).fill(0.5))',
  'for (;;) lead.setAttr(String(Math.random()), 1)',
  'for (;;) bot.sendMessage("x")',
  'return "x".repeat(2e6)',
])('%s is told in Russian only', async (code) => {
  const said = await russian(code, { libraries: library('return (') });
  expect({
    said,
    english: englishWords(said, [
      'snippet',
      'require',
      'async',
      'await',
      'btoa',
      'atob',
      'type',
      'name',
      'url',
      'text',
      'crypto',
      'null',
      'true',
      'false',
      'undefined',
      'lead',
      'bot',
      // The library moment-with-locales.
      'moment',
      'with',
      'locales',
    ]),
  }).toEqual({
    said: expect.stringMatching(/[а-яё]/iu) as string,
    english: [],
  });
});

test('words that V8 may have anew, and an author’s own, stay as they are', () => {
  expect(engineText('TypeError: something new')).toEqual({
    en: 'TypeError: something new',
    ru: 'TypeError: something new',
  });
  const long = `Error: ${'x'.repeat(1_000)} is not defined`;
  expect(engineText(long).ru).toBe(long);
});
