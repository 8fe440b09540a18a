import { expect, test } from 'vitest';
import { checkBot } from '../../../../runtime-shim/bot/check/check-bot.ts';
import { authorTypings } from '../../../../runtime-shim/bot/check/type-check.ts';
import { readBot } from '../../../../runtime-shim/bot/load/load-bot.ts';
import { botFolder } from '../../../support/bot-folder.ts';
import { botOf, found } from './check-folder.ts';

const ORDINARY = [
  `if (lead.getAttr('step') == 1) bot.sendMessage('шаг 1');`,
  `if (isNaN(lead.getAttr('age'))) bot.sendMessage('не число');`,
  `switch (lead.getAttr('step')) { case 1: bot.sendMessage('a'); break; }`,
  `var msg = ''; msg = 5; bot.sendMessage(msg);`,
  'var diff = new Date() - new Date(2020, 0, 1); bot.sendMessage(Math.floor(diff / 86400000));',
  `if (lead.getAttr('price') > 100) bot.sendMessage('дорого');`,
  `var n = lead.getAttr('n') - 1; bot.sendMessage(n);`,
  `lead.setLiveTexAttr('сумма', lead.getAttr('sum') * 2);`,
  `var files = []; files.push({ type: 'image', url: 'https://example.com/a.png' }); bot.sendMessage('x', null, files);`,
  `if (lead.setFoo) lead.setFoo(1); bot.sendMessage('a' - 1 ? 'x' : 'y');`,
  `var parts = lead.getAttr('fio').split(' '); bot.sendMessage(parts[0] + parts.length * '2');`,
  'function f(a, b) { return a + (b || 0); } bot.sendMessage(f(1)); f(1, 2, 3);',
  `var list = [1, 2]; list.push('три'); list.total = 5; bot.sendMessage(list.join());`,
  'try { unknownThing(); } catch (e) { bot.sendMessage(e.message); }',
  `var d = new Date(); bot.sendMessage(d.getHours() < 10 ? '0' + d.getHours() : d.getHours());`,
  `parseInt(lead.getIntAttr('a')); Math.max(lead.getAttr('a'), 1); Math.round(lead.getAttr('x'));`,
  `var a = lead.getJsonAttr('cart') || []; a.push({ x: 1 }); lead.setJsonAttr('cart', a);`,
  `with (lead) { setAttr('a', 1); } var b = 010; bot.sendMessage(arguments.length);`,
  `lead.getAttr('a') ? lead.addTag('x') : lead.deleteTag('x'); lead.setAttr('t', Date.now()); bot.sendMessage(-lead.getAttr('q'));`,
  `var files = [{ type: 'image', url: 'https://example.com/a.png' }]; bot.sendMessage('x', null, files);`,
  `var r = { status: 'new' }; r.status = 5; r.extra = 'x'; bot.sendMessage(String(r.extra));`,
  `var rows = []; for (var i = 0; i < 3; i++) rows.push([{ text: 'a' + i, callback_data: i }]); bot.sendMessage('x', rows);`,
  `var o = {}; o.a = 1; o['b'] = 2; if (o.c) bot.sendMessage(o.c); lead.setLiveTexAttr(o);`,
  'var x = null; x = { a: 1 }; bot.sendMessage(x.a);',
  `var t = 'a'; t = { b: function () { return 'c'; } }; bot.sendMessage(t.b());`,
  'total = 0; for (k in lead.getAllAttr()) total += Number(lead.getAttr(k)); bot.sendMessage(total);',
  `String.prototype.cut = function (n) { return this.slice(0, n); }; bot.sendMessage('abc'.cut(2));`,
  `var row, rows = ['a']; while ((row = rows.pop())) bot.sendMessage(row); var m; if (m = /a/.exec('b')) bot.sendMessage(m[0]);`,
  `lead.setAttr('answer1', 1); bot.sendMessage(lead.getAttr('answer2') || lead.getAttr('utm_source') || 'нет');`,
  `if (typeof Intl.Foo === 'function') Intl.Foo(); if (typeof moment !== 'undefined') moment();`,
];

/** Other forms that the platform's methods take. */
const TAKEN = [
  `lead.setStatusById('1').setStatus(2).setStatusByName('Новый'); if (lead.isInStatus(null)) lead.issetStatusById('1');`,
  `bot.scheduleJob({ script_code: 'start', is_periodic: 'true', repeat_interval_sec: '60', add_tags: { 0: 'a' }, ticket_id: null });`,
  `bot.scheduleScript('1', leadId, '', null); bot.scheduleScript(1, String(leadId), null, { run_after_sec: '60', remove_tags: ['a'] });`,
  `bot.sendMessage('?', [{ text: 'a', line_num: 1 }]); bot.sendMessage('?', { 0: { text: 'a' }, 1: [{ text: 'b' }] }, { 0: { type: 'image', url: 'https://example.com/a.png' } });`,
  `bot.findLeads({ 0: 'id' }, [['id', 1]], ['id'], '10', '0'); bot.issetAttr('a'); bot.getData('name');`,
  `bot.removeScheduledJobs({ script_code: null }); bot.run({ script_id: '1' });`,
  `table.find('p', null, null, null, '5', '0'); table.updateItem('p', '1', { a: null });`,
  `bot.scheduleScript(1, leadId, ticketId, []); if (typeof ticket !== 'undefined') ticket.getData('a'); ticket_id = 5; lead.getPersonId();`,
  `lead.setData('name', 5).setContext('a').setContext('b', true).deleteContexts({ 0: 'a' });`,
  `lead.getStatusIdByName(5); lead.issetStatusByName(null); console.count(1); console.time(2); console.timeEnd(2);`,
  `if (livetex.hasFreeOperators) livetex.hasFreeOperators(); if (typeof lead.getAttr === 'function') lead.getAttr('a');`,
  `var own = { phone: 1 }; own.phone = 2; var lead2 = lead; bot.sendMessage('', [], [{ type: 'file', url: 'https://example.com/a' }]);`,
  `lead.setContext('a', undefined).setJsonAttr('a', {}).setJsonAttr('b', [NaN]); bot.sendMessage('{$name}');`,
  `var { then: run } = require('Business.A.B'); run(String); bot.sendMessage(require('Common.Some.Lib').hi());`,
  `var job = { then: function (f) { f(); } }; job.then(function () {}); var my = require('Business.A.B'); my.then(String);`,
];

test('JavaScript that runs is not reported, not even as a hint', async () => {
  const [bot, files] = botOf([...ORDINARY, ...TAKEN]);
  const library = 'module.exports = { then: function (f) { return f(1); } };';
  const standIn = 'module.exports = { hi: function () { return 1; } };';
  const libraries = { 'libraries/Business.A.B.js': library, 'libraries/Common.Some.Lib.js': standIn };
  expect(await found(bot, { ...files, ...libraries })).toEqual([]);
});

const MISTAKES: ReadonlyArray<readonly [string, string]> = [
  ['lead.setLivetexAttr({ a: 1 });', 'TS2551'],
  ["lead.setLiveTexAttr('a', undefined);", 'attribute-value'],
  ["lead.setLiveTexAttr({ '': 1 });", 'attribute-key'],
  ["lead.setAllLiveTexAttrs({ 'a': NaN });", 'attribute-value'],
  ["lead.setLiveTexAttr('  ', 1);", 'attribute-key?'],
  ['attr = { a: { b: 1 } };\nlead.setLiveTexAttr(attr);', 'attribute-value'],
  ["lead.setLiveTexAttr('a');", 'attribute-value'],
  ["bot.sendMesage('x');", 'TS2551'],
  ["bot.sendMessage('x', null, [{ type: 'image', url: 'map.png' }]);", 'relative-address'],
  ["bot.sendMessage('', [[{ text: 'Да' }]]);", 'buttons-without-text?'],
  ['неизвестно();', 'TS2304'],
  ["require('Business.A.B').ff();", 'unknown-function'],
  ["var l = require('Business.A.B'); l.hello();", 'unknown-function'],
  ["require('Business.X.Y');", 'unknown-library'],
  ["bot.run({ script_code: 'nope' });", 'unknown-script'],
  ['setTimeout(function () {}, 100);', 'timer'],
  ['livetex.hasOnlineOperators().then(function () {});', 'async'],
  ["var r = api.getJson('https://example.com/a'); r.then(String);", 'async'],
  ["bot.scheduleJob({ script: 'start' });", 'unknown-key'],
  ["bot.scheduleJob({ script_code: 'start', run_after: 60 });", 'unknown-key'],
  ["livetex.transferToOperator({ grup: 'Продажи' });", 'unknown-key'],
  ["bot.sendMessage('?', [[{ title: 'Да' }]]);", 'unknown-key'],
  ["bot.sendMessage('?', [[{ text: 'Да', colour: 'red' }]]);", 'unknown-key?'],
  ["bot.removeScheduledJobs({ script: 'start' });", 'unknown-key'],
  ["if (livetex.hasOnlineOperators) bot.sendMessage('a');", 'not-called'],
  ["if (lead.getChannelCode === 'telegram') bot.sendMessage('a');", 'not-called'],
  ['var b = !livetex.isWorkingTime && 1;', 'not-called'],
  ["if (lead.getAttr('a') = '5') bot.sendMessage('a');", 'call-assigned'],
  ["require('Business.A.C').prase();", 'unknown-function'],
  ["var { parse, prase } = require('Business.A.D'); prase(parse());", 'unknown-function'],
  ["require('Business.A.E').deletd();", 'unknown-function'],
  ["bot.sendMessage('');", 'message-empty'],
  ['bot.sendMessage(null, null, []);', 'message-empty'],
  ['bot.sendMessage(NaN);', 'message-empty'],
  ["lead.setAttr('x', undefined);", 'attribute-value'],
  ["memory.setAttr('x', NaN);", 'attribute-value'],
  ["lead.setAttr('cart', { tea: 1 });", 'attribute-value'],
  ["lead.setAttr('', 1);", 'attribute-key'],
  ["lead.addTag('');", 'attribute-key'],
  ["lead.setAttr('sys_x', 1);", 'attribute-key'],
  ["lead.phone = '5';", 'platform-write'],
  ['memory.шаг = 1;', 'platform-write'],
  ["livetex['group'] = 'a';", 'platform-write'],
  ['bot.sendMessage(lead.getLastRequest);', 'TS2345'],
  ["fetch('https://example.com').then(String);", 'TS2304'],
  ['const a = 1; a = 2;', 'TS2588'],
  ["lead.getAttr('x').toInt();", 'TS2339'],
  ["lead.setAttr('a');", 'TS2554'],
  ['bot.sendMessage(new Date());', 'TS2345'],
  ['new Date().getHour();', 'TS2551'],
  ['livetex.transferToOperater();', 'TS2551'],
  ['lead.setPersonId(lead.getPersonId());', 'unsupported'],
  ["bot.findTickets([['id', ticketId]]);", 'unsupported'],
  ["try { bot.sendEmail('a@b'); } catch (e) {}", 'unsupported?'],
  ["bot.scheduleJob({ trigger_code: 'a', ticket_id: null });", 'unsupported'],
  ["ticket.getData('title');", 'TS2552'],
  [`bot.sendMessage('${'а'.repeat(5_000)}');`, 'text-too-long?'],
];

test('common mistakes are found, each at its place', async () => {
  const [bot, files] = botOf(MISTAKES.map(([code]) => code));
  const library = 'module.exports = { f: function () { return 1; }, hi: 2 };';
  const lines = await found(bot, {
    ...files,
    'libraries/Business.A.B.js': library,
    'libraries/Business.A.C.js': 'exports.parse = function () { return exports.also(); };',
    'libraries/Business.A.D.js': 'module.exports.parse = function () { return 1; };',
    'libraries/Business.A.E.js': 'var lib = { delete1: 1 }; lib.deleted = function () {}; module.exports = lib;',
  });
  const expected = MISTAKES.map(([, rule], index) => `${index}.js:1 ${rule}`);
  expect(lines.toSorted()).toEqual(expected.toSorted());
});

test('in a problem of types the words are an author’s', async () => {
  const folder = await botFolder(...botOf(['lead.getAttr(1);', 'bot.sendMesage("x");', 'nope(1);']));
  const { problems } = await checkBot({ reading: await readBot(folder), typings: authorTypings() });
  expect(problems.map(({ message }) => message)).toEqual([
    'lead.getAttr does not take 1; it takes the name as a text',
    'bot has no "sendMesage" (did you mean "sendMessage"?)',
    'there is no name "nope" here',
  ]);
});

const EXPLAINED: ReadonlyArray<readonly [string, string]> = [
  ["bot.scheduleJob({ script: 'a' });", 'неизвестный ключ "script" (может быть, "script_code"?); есть: script_code, '],
  ["livetex.transferToOperator({ grup: 'a' });", 'неизвестный ключ "grup" (может быть, "group"?)'],
  [
    'livetex.transferToOperator(true);',
    'принимает группу (имя или номер) или { group, reserve, ignoreOffline, reason }',
  ],
  ["lead.setAttr('cart', { tea: 1 });", 'lead.setJsonAttr'],
  ["api.getJson('https://example.com').then(String);", 'уберите .then, вызов сам возвращает значение'],
  ["fetch('https://example.com');", 'имени "fetch" здесь нет: сервер спрашивает api.getJson(адрес)'],
  ["alert('a');", 'имени "alert" здесь нет: лиду пишет bot.sendMessage(текст)'],
  ['bot.returnToBot();', 'у bot нет "returnToBot" (может быть, "livetex.returnToBot"?)'],
  ['lead.transferToOperator();', 'у lead нет "transferToOperator" (может быть, "livetex.transferToOperator"?)'],
  ['if (livetex.isWorkingTime) lead.addTag("a");', 'напишите livetex.isWorkingTime()'],
  ["lead.phone = '5';", "напишите lead.setAttr('phone', …)"],
  ['lead.setTag(5);', 'lead.setTag не принимает 5; он принимает текст'],
  ['lead.isTagExist(5);', 'он принимает текст'],
  ["lead.setContext(5, 'a');", 'он принимает имя текстом и текст, число'],
  ['lead.isAttrExist(5);', 'он принимает имя текстом'],
  ['lead.deleteAttr(5);', 'он принимает имя текстом'],
  ['lead.setStatusById(true);', 'он принимает номер'],
  ["lead.setForwarded('да');", 'он принимает true, false, 1, 0'],
  ['livetex.notifyOperator({});', 'он принимает текст или число'],
  ["table.find('p', 'name');", 'он принимает код таблицы'],
  ["lead.setData('phone', '5');", 'он принимает "name" и текст'],
  ["ticket.getData('title');", 'ticket работает только на платформе: здесь это ошибка script_unsupported'],
  ['lead.hasActiveNlpIntegration();', 'lead.hasActiveNlpIntegration работает только на платформе'],
];

test('a part that cannot be read hides nothing of the rest', async () => {
  const files = {
    'a.js': `lead.getAtr('x');\nbot.run({ script_code: 'strat' });\nbot.run({ script_code: 'wrong' });\ncut('а');`,
    'сломан.js': 'if (',
    'ждёт.js': "var a = await lead.getAttr('x');\nlead.getAtr(a);",
    'libraries/Business.A.B.js': 'cut = function (',
    'libraries/Business.A.C.js': 'module.exports = { f: function () { return lead.getAtr(1); } };',
  };
  const commands = [
    { type: 'send_text', text: '{{ $кто }}, {{ name }}' },
    { type: 'run_javascript', file: 'сломан.js' },
    { type: 'run_javascript', file: 'a.js' },
    { type: 'run_javascript', file: 'ждёт.js' },
    { type: 'run_javascript', file: 'A.js' },
    { type: 'send_txt', text: 'a' },
    { type: 'stop', condition: 'return (' },
    { type: 'stop', condition: 'lead.getAttr("a")' },
  ];
  const description = {
    id: 'a',
    scripts: [
      { code: 'start', commands },
      { code: 'wrong', menu: 5 },
    ],
    routes: [
      { regex: '(', script: 'start' },
      { regex: 'а', script: 'нет' },
      { regex: 'а', script: 'start' },
    ],
  };
  const rest = ['a.js:1 TS2551', 'a.js:2 unknown-script', 'ждёт.js:2 TS2551'];
  const described = ['bot.json macro-unknown', 'bot.json condition-no-return', 'bot.json route-unreachable'];
  const library = 'libraries/Business.A.C.js:1 TS2551?';
  expect((await found(description, files)).toSorted()).toEqual([...rest, ...described, library].toSorted());
  // Without a description nobody knows which scripts there are.
  const unknown = await found('{ "id": ', { ...files, 'b.js': 'bot.sendMesage(1);' });
  expect(unknown.toSorted()).toEqual(['a.js:1 TS2551', 'b.js:1 TS2551', 'ждёт.js:2 TS2551', library].toSorted());
  const { problems } = await readBot(await botFolder(description, files));
  expect(problems).toHaveLength(9);
  expect(problems.map(({ ru }) => ru)).toContainEqual(
    expect.stringContaining('такого файла нет (может быть, "a.js"?)'),
  );
});

test('an explanation says what is right', async () => {
  const folder = await botFolder(...botOf(EXPLAINED.map(([code]) => code)));
  const { problems } = await checkBot({ reading: await readBot(folder), typings: authorTypings() });
  const told = EXPLAINED.map((_row, index) =>
    problems.filter(({ file }) => file === `${index}.js`).map(({ ru }) => ru),
  );
  expect(told).toEqual(EXPLAINED.map(([, words]) => [expect.stringContaining(words)]));
});

test('names that a snippet brings are known, and what it takes from the script is too', async () => {
  const [bot] = botOf(['', '', '', '', '', '']);
  expect(
    await found(bot, {
      '0.js': "snippet('Business.A.B');\nreturn f();",
      '1.js': "var outer = 1;\nsnippet('Business.A.C');\nreturn snip();",
      '2.js': "snippet('Business.A.D')\nreturn total + deep();",
      '3.js': "snippet('Business.A.B'); return g();",
      '4.js': '[[:Business.A.B:]]\nreturn f();',
      '5.js':
        "function later() { return inner() + f(); }\nsnippet('Business.A.B');\nsnippet('Business.A.E');\nreturn later();",
      'libraries/Business.A.B.js': 'function f() { return 1; }',
      'libraries/Business.A.C.js': 'function snip() { return outer; }',
      'libraries/Business.A.E.js': 'var inner = function () { return 2; };',
      'libraries/Business.A.D.js': "snippet('Business.A.B'); var total = f(); function deep() { return total; }",
    }),
  ).toEqual(['3.js:1 TS2304']);
});
