import { afterAll, expect, test } from 'vitest';
import { createScriptRunner } from '../../support/sandbox-under-test.ts';

const scripts = createScriptRunner();
afterAll(() => scripts.close());

test('reads and writes attributes of the whole bot', async () => {
  const code = `
    bot.setAttr('b', 2).setAttr('a', null).deleteAttr('c');
    return [bot.getAttr('a'), bot.getAttr('b'), bot.isAttrExist('c'), bot.getAllAttr(), bot.getAttr('нет')];`;
  const result = await scripts.run(code, { bot: { attributes: { a: '1', c: '3', d: '4' } } });
  expect(result).toMatchObject({
    ok: true,
    returned: [null, '2', false, { d: '4', b: '2' }, null],
    writes: { bot: { a: null, b: '2', c: null } },
  });
});

test('sends messages with buttons and attachments', async () => {
  const code = `
    return [
      bot.sendMessage('Привет'),
      bot.sendMessage('Меню', [[{ text: 'Да', callback_data: '1' }, { text: 'Нет' }], []], null, { parse_mode: 'x' }, false, true),
      bot.sendMessage(null, null, [{ type: 'image', url: 'https://example.org/a.png', name: 'a.png' }]),
      bot.sendMessage(42),
    ];`;
  expect(await scripts.run(code)).toMatchObject({
    ok: true,
    returned: [true, true, true, true],
    actions: [
      { type: 'send_message', text: 'Привет' },
      {
        type: 'send_message',
        text: 'Меню',
        buttons: [
          [
            { text: 'Да', callback_data: '1' },
            { text: 'Нет', callback_data: 'Нет' },
          ],
        ],
      },
      { type: 'send_message', attachments: [{ type: 'image', url: 'https://example.org/a.png', name: 'a.png' }] },
      { type: 'send_message', text: '42' },
    ],
  });
});

test('buttons may stand alone with the number of their row, and objects where lists are expected', async () => {
  const code = `
    bot.sendMessage('a', [{ text: 'В', callback_data: 'v', line_num: 2 }, { text: 'А', line_num: 1 }, { text: 'Г', line_num: 2 }, { text: 'Д' }]);
    bot.sendMessage('b', { 0: { 0: { text: 'А' }, 1: { text: 'Б' } }, 1: { 0: { text: 'В' } } }, { 0: { type: 'image', url: 'https://example.org/a' } });
    return bot.issetAttr('x');`;
  const result = await scripts.run(code);
  const shown = result.ok
    ? result.actions.map((one) => one.type === 'send_message' && one.buttons?.map((row) => row.map(({ text }) => text)))
    : [];
  expect(shown).toEqual([
    [['А'], ['В', 'Г'], ['Д']],
    [['А', 'Б'], ['В']],
  ]);
  expect(result).toMatchObject({ returned: false, actions: [{}, { attachments: [{ type: 'image' }] }] });
});

test.each([
  ["[{ text: 'Да', callback_data: 'y', line_num: 1 }]", [[{ text: 'Да', callback_data: 'y' }]]],
  ["[{ text: 'Да' }]", [[{ text: 'Да', callback_data: 'Да' }]]],
  ["[[{ text: 'Да' }]]", [[{ text: 'Да', callback_data: 'Да' }]]],
  ["{ 0: { text: 'Да', callback_data: 1 } }", [[{ text: 'Да', callback_data: '1' }]]],
  [
    "[{ text: 'Б', line_num: '2' }, { text: 'А', line_num: 1 }]",
    [[{ text: 'А', callback_data: 'А' }], [{ text: 'Б', callback_data: 'Б' }]],
  ],
  [
    "[[{ text: 'Сайт', url: 'https://example.org/' }]]",
    [[{ text: 'Сайт', callback_data: 'Сайт', url: 'https://example.org/' }]],
  ],
])('buttons %s', async (given, buttons) => {
  const result = await scripts.run(`bot.sendMessage('x', ${given});`);
  expect(result).toMatchObject({ ok: true, actions: [{ type: 'send_message', text: 'x', buttons }] });
});

test('asks for other scripts, in its order', async () => {
  const code =
    "bot.run({ script_code: 'menu' }); bot.runScriptByCodeForLead('hello', 15); bot.sendMessage('x'); return 1;";
  expect(await scripts.run(code)).toMatchObject({
    actions: [
      { type: 'run_script', code: 'menu', at: { file: 'скрипт.js', line: 1, column: 5 } },
      { type: 'run_script', code: 'hello', leadId: '15', at: { file: 'скрипт.js', line: 1, column: 39 } },
      { type: 'send_message', text: 'x' },
    ],
  });
});

test('stop() ends the script like a return and keeps what was done', async () => {
  const code = "lead.setAttr('a', '1');\nbot.sendMessage('раз');\nbot.stop();\nbot.sendMessage('два');\nfoo.bar;";
  expect(await scripts.run(code)).toMatchObject({
    ok: true,
    returned: null,
    writes: { attributes: { a: { kind: 'text', value: '1' } } },
    actions: [{ type: 'send_message', text: 'раз' }, { type: 'stop' }],
  });
});

test('hands out the webhook payload as a copy', async () => {
  const code = 'bot.getWebhookPayload().a.push(2); return bot.getWebhookPayload();';
  expect(await scripts.returned(code, { webhookPayload: { a: [1] } })).toEqual({ a: [1] });
  expect(await scripts.returned('return bot.getWebhookPayload()')).toBeNull();
});

test.each([
  [
    'bot.sendMessage()',
    'script_argument: bot.sendMessage: a message needs a text, buttons or an attachment, got undefined @1:5',
  ],
  ["bot.sendMessage('')", 'a message needs a text'],
  ['bot.sendMessage({})', 'bot.sendMessage: the text must be a string, got an object'],
  ["bot.sendMessage('x'.repeat(100001))", 'longer than 100000 characters'],
  ["bot.sendMessage('x', 5)", 'buttons are an array of rows, got a number'],
  ["bot.sendMessage('x', [5])", 'row 1 of the buttons must be an array, got a number'],
  ["bot.sendMessage('x', [{ callback_data: '1' }])", 'the text of button 1 must be a non-empty string, got undefined'],
  ["bot.sendMessage('x', [[], ['a']])", 'button 1 of row 2 must be { text, callback_data }, got a string'],
  [
    "bot.sendMessage('x', [[{ callback_data: '1' }]])",
    'the text of button 1 of row 1 must be a non-empty string, got undefined',
  ],
  ["bot.sendMessage('x', [Array(101).fill({ text: 'a' })])", 'more than 100 buttons'],
  ["bot.sendMessage('x', null, 'a')", 'attachments are an array, got a string'],
  [
    "bot.sendMessage('x', null, [{ type: 'photo', url: 'https://a' }])",
    'the type of attachment 1 must be "image", "video", "audio" or "file"',
  ],
  [
    "bot.sendMessage('x', null, [{ type: 'file', url: 'javascript:1' }])",
    'the url of attachment 1 must be a link that starts with http:// or https://',
  ],
  ["bot.run('menu')", 'bot.run takes an object { script_code: "…" }, got a string'],
  ['bot.run({})', 'bot.run: script_code must be a non-empty string, got undefined'],
  ["bot.runScriptByCodeForLead('a')", "the lead's id must be a string or a number, got undefined"],
  [
    'bot.runTriggerByCodeForLead()',
    'script_unsupported: bot.runTriggerByCodeForLead is not in the shim: triggers work on the platform only @1:5',
  ],
  ["var t = bot.findTickets([['id', 1]])[0];", 'script_unsupported: bot.findTickets is not in the shim: tickets work'],
  ['const { createPersons } = bot; createPersons()', 'script_unsupported: bot.createPersons is not in the shim'],
  [
    "bot.sendEmail('a@b')",
    'script_unsupported: bot.sendEmail is not in the shim: e-mail works on the platform only @1:5',
  ],
  ["bot.runMailingByCode('a')", 'script_unsupported: bot.runMailingByCode is not in the shim: broadcasts work'],
  [
    "'use strict'; ticket.getData('a')",
    'script_unsupported: ticket is not defined here: tickets work on the platform only',
  ],
  ['return [typeof person, nlp]', 'script_unsupported: nlp is not defined here: NLP works on the platform only @1:24'],
  ['bot.nothing()', 'script_error: TypeError: bot.nothing is not a function @1:5'],
  ['bot.getPersonalData()', 'script_error: TypeError: bot.getPersonalData is not a function @1:5'],
  ['nothing.getData()', 'script_error: ReferenceError: nothing is not defined @1:1'],
])('%s is an error that says what is wrong', async (code, words) => {
  expect(await scripts.failure(code)).toContain(words);
});

test('an error of the platform that a script catches says its code, and the same in both languages', async () => {
  const code = `
    Object.defineProperty(Object.prototype, 'get', { value: () => 'mine' });
    const said = (act) => { try { act(); } catch (e) { return [e.code, e.message, e.ru, Object.keys(e).length]; } };
    return [() => bot.run({ script_code: 5, x: 1 }), () => lead.setLiveTexAttr(' ', {}), () => require('Business.A.B'),
      () => livetex.hasOnlineOperators('Нет'), () => null.x].map(said);`;
  const call = async (): Promise<string> => await Promise.reject(new Error('secret'));
  const [run, attribute, library, group, engine] = (await scripts.returned(code, { call })) as unknown[][];
  for (const told of [run, attribute, library, group]) {
    expect(told).toEqual([
      expect.stringMatching(/^[a-z_]+$/u),
      expect.stringMatching(/^[^а-яё]*$/iu),
      expect.stringMatching(/[а-яё]/iu),
      0,
    ]);
  }
  expect(engine?.slice(2)).toEqual([null, 0]);
});

test('cannot be tampered with', async () => {
  const code = `
    bot.sendMessage = () => 'mine'; bot.extra = 1; bot = null;
    const behind = Object.getPrototypeOf(bot);
    RegExp.prototype.test = () => true; RegExp.prototype.exec = () => ['x'];
    let said; try { bot.findTickets(); } catch (error) { said = error.code; }
    return [bot.sendMessage('x'), bot.extra === undefined, Object.isFrozen(bot), Reflect.setPrototypeOf(behind, Array.prototype), Object.keys(behind), said, bot.email === undefined];`;
  expect(await scripts.returned(code)).toEqual([true, true, true, false, [], 'script_unsupported', true]);
});
