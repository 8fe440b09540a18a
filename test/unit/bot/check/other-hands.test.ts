/** Scripts of people who had not seen how `check` judges. */
import { expect, test } from 'vitest';
import { botOf, found } from './check-folder.ts';

/** One person's ordinary scripts. */
const OF_ANOTHER_HAND = [
  `var age = parseInt(lead.getAttr('age')); if (age >= 18) bot.sendMessage('Можно');`,
  `var total = lead.getAttr('price') * lead.getAttr('qty'); bot.sendMessage('Итого: ' + total + ' руб.');`,
  `bot.sendMessage(lead.getAttr('city') || 'Город не указан');`,
  `lead.setAttr('visits', (lead.getAttr('visits') || 0) + 1);`,
  `var parts = lead.getAttr('fio').split(' '); bot.sendMessage(parts[0]);`,
  `answers = { 1: 'да', 2: 'нет' }; bot.sendMessage(answers[lead.getAttr('answer')]);`,
  `var rows = []; [1, 2, 3].forEach(function (n) { rows.push([{ text: 'Вариант ' + n, callback_data: 'v' + n }]); }); bot.sendMessage('Выберите', rows);`,
  `bot.sendMessage('Выберите', [[{ text: 1, callback_data: 1 }]]);`,
  `try { JSON.parse(lead.getAttr('json')); } catch (e) { bot.sendMessage('Ошибка: ' + e.message); }`,
  `var o = {}; o.name = lead.getData('name'); o.total = 5; lead.setJsonAttr('order', o);`,
  `var order = lead.getJsonAttr('order'); if (order) bot.sendMessage(order.number);`,
  `if (!lead.getAttr('phone').match(/^\\+7\\d{10}$/)) bot.sendMessage('Неверный телефон');`,
  `var d = new Date(lead.getAttr('birthday')); bot.sendMessage('Вам ' + (new Date().getFullYear() - d.getFullYear()));`,
  `if (lead.getAttr('a') > lead.getAttr('b')) bot.sendMessage('a больше');`,
  `lead.setLiveTexAttr('возраст', +lead.getAttr('age'));`,
  `if (lead.getLiveTexAttr('номер') > 700) bot.sendMessage('много');`,
  `memory.setAttr('n', (memory.getAttr('n') | 0) + 1);`,
  'function sum(a, b) { return a + b; } bot.sendMessage(sum(1, 2));',
  `while (lead.getAttr('step') < 3) lead.setAttr('step', Number(lead.getAttr('step')) + 1);`,
  `var s = 'a'; s = s.length; if (s == '1') bot.sendMessage(s);`,
  `return !!lead.getAttr('phone') && lead.getAttr('phone').length == 11;`,
  `const { name, phone } = lead.getAllAttr(); bot.sendMessage(name + ' ' + phone);`,
  `var user = { name: 'A' }; user.phone = '123'; bot.sendMessage(user.phone);`,
  `if (Math.round(lead.getAttr('sum')) % 2 == 0) bot.sendMessage('чётная');`,
  `var date = new Date; date.setDate(date.getDate() + 1); bot.sendMessage(date.toLocaleDateString('ru-RU'));`,
  `var f = parseFloat(lead.getAttr('sum').replace(',', '.')).toFixed(2); bot.sendMessage(f);`,
  `bot.sendMessage(String(lead.getData('id')).padStart(5, 0));`,
  `bot.sendMessage('цена: X'.replace('X', 5));`,
  `isFinite(lead.getAttr('n')) && bot.sendMessage('число');`,
  `if (new Date(lead.getAttr('until')) > new Date()) bot.sendMessage('ещё действует');`,
  `bot.sendMessage('x'.repeat('3') + parseInt(5.7) + encodeURIComponent(lead.getAttr('q')));`,
  `var t = setLine(1); function setLine(a, b) { b = b || 'нет'; return a + b; } bot.sendMessage(t);`,
  `var i, out = ''; for (i = 0; i < lead.getAttr('count'); i++) out += '*'; bot.sendMessage(out);`,
  `lead.setAttr('flag', true); lead.setAttr('n', 5); lead.setAttr('пусто', null);`,
  `var now = Date.now(); if (now - lead.getAttr('last') > 3600 * 1000) lead.setAttr('last', now);`,
  `var map = { 'да': 1 }; var key = lead.getAttr('answer'); if (map[key] === undefined) bot.sendMessage('не понял');`,
  `bot.sendMessage(['Понедельник', 'Вторник'][new Date().getDay() - 1] || 'Выходной');`,
  'var res = null; res = { ok: 1 }; bot.sendMessage(res.ok);',
  `if (lead.getAttr('step') == undefined) bot.sendMessage('начало');`,
];

/** Another's. */
const OF_A_THIRD_HAND = [
  String.raw`var phone = (lead.getAttr('phone') || '').replace(/\D/g, ''); if (phone.length === 11) lead.setAttr('phone_ok', 1);`,
  "const cart = lead.getJsonAttr('cart') ?? []; const sum = cart.reduce((a, x) => a + x.price * x.qty, 0); bot.sendMessage(`Итого ${sum.toFixed(2)} ₽`);",
  String.raw`let name = lead.getData('name')?.trim()?.split(/\s+/)?.[0] || 'друг'; bot.sendMessage('Привет, ' + name);`,
  `var d = new Date(); d.setHours(0, 0, 0, 0); var left = Math.ceil((new Date(d.getFullYear(), 11, 31) - d) / 864e5); bot.sendMessage('Осталось дней: ' + left);`,
  `const opts = { day: '2-digit', month: 'long', year: 'numeric' }; bot.sendMessage(new Date().toLocaleDateString('ru-RU', opts));`,
  `var n = parseInt(lead.getAttr('n'), 10); n = isNaN(n) ? 0 : n; lead.setAttr('n', ++n); bot.sendMessage(n + '-й раз');`,
  `const word = ['день', 'дня', 'дней'][lead.getAttr('d') % 10 == 1 ? 0 : lead.getAttr('d') % 10 < 5 ? 1 : 2]; bot.sendMessage(word);`,
  `switch (true) { case lead.getAttr('age') < 18: bot.sendMessage('рано'); break; default: bot.sendMessage('можно'); }`,
  `for (const [k, v] of Object.entries(lead.getAllAttr())) { if (v === '') lead.deleteAttr(k); }`,
  `var seen = new Set(lead.getAllTags()); if (!seen.has('vip')) { seen.add('vip'); lead.addTags([...seen]); }`,
  `var counter = new Map(); 'молоко'.split('').forEach(c => counter.set(c, (counter.get(c) || 0) + 1)); console.log(JSON.stringify([...counter]));`,
  `const rows = table.find('products', null, [['price', '<', lead.getAttr('budget')]]); rows.length ? rows.map(r => bot.sendMessage(r.name + ': ' + r.price)) : bot.sendMessage('Пусто');`,
  `var resp = api.getJson('https://example.com/rate'); if (resp && resp.rates && resp.rates.USD) bot.sendMessage(+(resp.rates.USD * lead.getAttr('sum')).toFixed(2));`,
  String.raw`var t = lead.getAttr('time'), m = /^(\d{1,2}):(\d{2})$/.exec(t); if (m && +m[1] < 24 && m[2] < 60) memory.setAttr('minutes', m[1] * 60 + +m[2]);`,
  `if (!~['да', 'ага', 'угу'].indexOf(String(lead.getLastRequest()).toLowerCase())) bot.sendMessage('Не понял');`,
  `const text = lead.getLastRequest() || ''; const up = text[0] ? text[0].toUpperCase() + text.slice(1) : text; lead.setAttr('city', up);`,
  `var a = [3, 1, 2]; a.sort((x, y) => y - x); a = a.join(', '); bot.sendMessage(a);`,
  `var cfg = bot.getAttr('config'); cfg = cfg ? JSON.parse(cfg) : { limit: 3 }; if (lead.getAttr('tries') >= cfg.limit) livetex.transferToOperator({ reason: 'попыток: ' + cfg.limit });`,
  `function plural(n, a, b, c) { n = Math.abs(n) % 100; var k = n % 10; if (n > 10 && n < 20) return c; return k > 1 && k < 5 ? b : k == 1 ? a : c; } bot.sendMessage('5 ' + plural(5, 'рубль', 'рубля', 'рублей'));`,
  `var last = livetex.getLastTransfer(); if (last && last.endedAt && Date.now() - last.endedAt < 6e4) bot.sendMessage('Вы только что говорили с ' + last.operator);`,
  `do { var code = Math.floor(Math.random() * 9000) + 1000; } while (code == bot.getAttr('last_code')); bot.setAttr('last_code', code); bot.sendMessage('Код: ' + code);`,
  `outer: for (var i = 0; i < 3; i++) for (var j = 0; j < 3; j++) if (i * j == 2) { bot.sendMessage(i + '×' + j); break outer; }`,
  `var btn = []; 'Пн Вт Ср'.split(' ').forEach((day, i) => { if (i % 2 == 0) btn.push([]); btn[btn.length - 1].push({ text: day, callback_data: 'day_' + i }); }); bot.sendMessage('Когда?', btn);`,
  `var order = Object.assign({}, lead.getJsonAttr('order'), { status: 'paid', at: new Date().toISOString() }); lead.setJsonAttr('order', order);`,
  `const { price = 0, ...rest } = lead.getJsonAttr('item') || {}; lead.setLiveTexAttr({ 'цена': price, 'ещё': JSON.stringify(rest) });`,
  String.raw`var s = '' + lead.getAttr('sum'); s = s.replace(/\B(?=(\d{3})+(?!\d))/g, ' '); bot.sendMessage(s + ' ₽');`,
  `var result; try { result = JSON.parse(lead.getLastRequest()); } catch (e) { result = null; } finally { memory.setAttr('parsed', result !== null); }`,
  `if (new Date().getDay() in { 0: 1, 6: 1 }) bot.sendMessage('Сегодня выходной'); else if (livetex.isWorkingTime() && livetex.hasFreeOperators()) livetex.runTransferScript();`,
  `var moment = require('moment'); var at = moment().add(1, 'day').hour(9).minute(0); bot.scheduleJob({ script_code: 'start', run_at: at.format('YYYY-MM-DD HH:mm:00') });`,
  `(function () { var self = this; self.total = (self.total || 0) + Number(lead.getAttr('x') ?? 0); bot.sendMessage(String(self.total)); })();`,
  `var groups = livetex.getGroups().filter(g => g.free).map(g => g.name); if (groups.length) livetex.transferToOperator(groups[0]); else livetex.leaveMessage({ reason: 'никого' });`,
  `lead.setAttr('score', Math.min(5, Math.max(1, lead.getLastRequest() | 0))); lead.getAttr('score') > 3 && lead.addTag('доволен').deleteTag('недоволен');`,
];

test('ordinary JavaScript of other hands is not reported, not even as a hint', async () => {
  const [bot, files] = botOf([...OF_ANOTHER_HAND, ...OF_A_THIRD_HAND]);
  expect(await found(bot, files)).toEqual([]);
});

const MISTAKES: ReadonlyArray<readonly [string, string]> = [
  ["lead.setAtr('phone', '1');", 'TS2551'],
  ["bot.SendMessage('Привет');", 'TS2551'],
  ["lead.getLivetexAttr('номер');", 'TS2551'],
  ["bot.sendMessage({ text: 'Привет' });", 'TS2345'],
  ["lead.setLiveTexAttr({ 'телефоны': ['1', '2'] });", 'attribute-value'],
  ['livetex.hasOnlineOperator();', 'TS2551'],
  ["bot.run('start');", 'TS2345'],
  ["bot.run({ code: 'start' });", 'unknown-key'],
  ["require('Buisness.A.B').f();", 'unknown-library'],
  ["setTimeout(() => bot.sendMessage('Вы тут?'), 5000);", 'timer'],
  ["api.get('https://example.com/a');", 'TS2339'],
  ["table.find('products', ['name'], 'price > 5');", 'TS2345'],
  ["lead.setTags(['a']);", 'TS2551'],
  ["memory.set('a', 1);", 'TS2339'],
  ["lead.addTag(['a', 'b']);", 'TS2345'],
  ["bot.sendMessage('Файл', null, [{ type: 'photo', url: 'https://example.com/a.png' }]);", 'TS2322'],
  ["bot.sendMessage('Файл', null, 'https://example.com/a.png');", 'TS2345'],
  ["document.getElementById('a');", 'TS2584'],
  ["bot.setAttr('key', process.env.TOKEN);", 'TS2591'],
  ["$('a').text();", 'TS2592'],
  ["let phone = lead.getAttr('phone'); phon = phone.trim(); bot.sendMessage(phnoe);", 'TS2552'],
  ['bot.sendMessage(lead.attr.phone);', 'TS2339'],
  ['lead.name?.trim();', 'TS2339?'],
  ["bot.scheduleJob({ script_code: 'start', run_after_seconds: 5 });", 'unknown-key'],
  ["bot.scheduleJob({ script_code: 'start', run_at: '15.01.2027 09:30' });", 'schedule-time'],
  ["bot.scheduleScript(1, leadId, null, { run_at: 'завтра' });", 'schedule-time'],
  ["livetex.transferToOperator({ group: 'A', reserved: ['B'] });", 'unknown-key'],
  ["return lead.getAttr('a').lenght > 3;", 'TS2551?'],
];

test('common mistakes of another hand are found, and nothing else beside them', async () => {
  const [bot, files] = botOf(MISTAKES.map(([code]) => code));
  const lines = await found(bot, { ...files, 'libraries/Business.A.B.js': 'module.exports = { f: function () {} };' });
  expect(lines.toSorted()).toEqual(MISTAKES.map(([, rule], index) => `${index}.js:1 ${rule}`).toSorted());
});
