import type { Text } from '../../../plugin/contract/text.ts';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findScript, scriptRefOf, showsButtons } from '../../../runtime-shim/bot/bot.ts';
import { loadBot } from '../../../runtime-shim/bot/load/load-bot.ts';
import { botFolder } from '../../support/bot-folder.ts';

/** The problems of a folder, as a person would see them. */
async function problemsOf(folder: string): Promise<readonly string[]> {
  const error = await loadBot(folder).then(
    () => expect.fail('the folder was accepted'),
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ code: 'bot_invalid', fault: 'setup' });
  return (error as { facts: { problems: readonly Text[] } }).facts.problems.map(({ en }) => en);
}

const START = { code: 'start', commands: [{ type: 'send_text', text: 'Здравствуйте!' }] };

test('attributes to begin with are texts in the end, and a variable that there is not is told without any value', async () => {
  const attributes = { адрес: 'https://crm.example.com', число: 7, да: true, ключ: { env: 'CRM_KEY' } };
  const folder = await botFolder({ id: 'a', attributes, scripts: [START] });
  const bot = await loadBot(folder, { CRM_KEY: 'sesame-705' });
  expect(bot.attributes).toEqual({ адрес: 'https://crm.example.com', число: '7', да: 'true', ключ: 'sesame-705' });
  const unset = { a: { env: 'NO_SUCH_VARIABLE_OF_TESTS' }, b: { env: 'constructor' } };
  expect(await problemsOf(await botFolder({ id: 'a', attributes: unset, scripts: [START] }))).toEqual([
    'bot.json:4:10 attributes.a: the environment variable NO_SUCH_VARIABLE_OF_TESTS is not set',
    'bot.json:7:10 attributes.b: the environment variable constructor is not set',
  ]);
  const value = 'must be a text of at most 10000 characters, a number, true, false or { "env": "NAME" }';
  const wrong = { c: [1], d: { env: 'CRM_KEY', else: 1 }, e: null, '': 1 };
  const problems = await problemsOf(await botFolder({ id: 'a', attributes: wrong, scripts: [START] }));
  expect(problems.map((one) => one.replace(/^bot\.json:\d+:\d+ /, ''))).toEqual([
    `attributes.c: ${value}, got a list`,
    'attributes.d.else: unknown key "else"; known: env',
    `attributes.e: ${value}, got null`,
    'attributes.: wrong key: must not be empty',
  ]);
});

test('a right folder is read whole', async () => {
  const folder = await botFolder(
    {
      id: 'support',
      name: 'Поддержка',
      scripts: [
        {
          code: 'start',
          type: 'Стандарт',
          commands: [
            { type: 'run_javascript', file: 'номер_заявки.js', condition: "return lead.getAttr('known') == null" },
            { type: 'forward_to_operator' },
          ],
          menu: [{ code: '1', caption: 'Позвать оператора', script: 'Перевод на оператора' }],
        },
        { code: 'back', type: 'Возврат' },
      ],
      routes: [{ name: 'к боту', regex: '^бот$', script: 'back', actsDuringTransfer: true }],
      channels: { sms: { buttons: false } },
    },
    {
      'номер_заявки.js': 'attr = { "номер_заявки": 705, };\nlead.setLiveTexAttr(attr);\nreturn attr;\n',
      'libraries/Business.Orders.Format.js': 'module.exports = { f: 1 };',
      'libraries/README.md': 'for people',
    },
  );
  const bot = await loadBot(folder);
  expect([...bot.scripts.keys()]).toEqual(['start', 'back']);
  expect(findScript(bot, { type: 'return' })?.code).toBe('back');
  expect(scriptRefOf(bot, 'Перевод на оператора')).toEqual({ type: 'transfer' });
  expect(bot.sources.get('номер_заявки.js')?.code).toContain('705');
  expect(Object.keys(bot.libraries)).toEqual(['Business.Orders.Format']);
  expect(bot.routes[0]?.expression.test('БОТ')).toBe(true);
  expect([showsButtons(bot, 'telegram'), showsButtons(bot, 'sms'), showsButtons(bot, 'umnico')]).toEqual([
    true,
    false,
    false,
  ]);
});

test('five mistakes are reported at once, each with file, line, path and reason', async () => {
  const folder = await botFolder(
    `{
  "id": "support",
  "scripts": [
    { "code": "start",
      "commands": [
        { "type": "send_txt", "text": "Здравствуйте" },
        { "type": "run_javascript", "file": "заявка.js" },
        { "type": "send_text", "text": "?", "conditon": "return true" } ],
      "menu": [
        { "code": "1", "caption": "Оператор", "script": "operator" },
        { "code": "1", "caption": "Ещё раз", "script": "start" } ] }
  ],
  "routes": [{ "regex": "(бот", "script": "start" }]
}`,
    { 'заявка.js': 'var a = 1;\nlet b = ;\n' },
  );
  expect(await problemsOf(folder)).toEqual([
    'bot.json:6:19 scripts[0].commands[0].type: unknown command type "send_txt" (did you mean "send_text"?); known: send_text, send_image, send_file, set_lead_status, run_sentence, value_input, run_js_callback, add_lead_tags, remove_lead_tags, add_lead_contexts, remove_lead_contexts, repeat_sentence, run_javascript, stop, forward_to_operator, return_to_bot',
    'bot.json:8:57 scripts[0].commands[2].conditon: unknown key "conditon" (did you mean "condition"?); known: type, text, condition',
    'bot.json:10:57 scripts[0].menu[0].script: there is no script "operator"; known: start',
    'bot.json:11:19 scripts[0].menu[1].code: an earlier item of this menu has the code "1" too',
    'bot.json:13:25 routes[0].regex: invalid regular expression /(бот/iu: Unterminated group',
    "заявка.js:2:9: SyntaxError: Unexpected token ';'",
  ]);
});

test('names, types and places of all kinds of mistakes', async () => {
  const folder = await botFolder({
    id: 'my bot',
    nmae: 'x',
    scripts: [
      { code: 'begin', type: 'Возврт', commands: [{ type: 'send_text' }, { type: 'send_text', text: 5 }] },
      { code: 'begin', commands: [{ type: 'run_sentence', script: 'begn' }, { text: 'no type' }, 7] },
      { code: 'x', commands: [{ type: 'value_input', text: 'Имя?', attribute: 'sys_name' }] },
      {
        code: 'y',
        commands: [{ type: 'stop', condition: 'return (' }],
        menu: [{ code: '2', caption: 'a', script: 'Fallback' }],
      },
    ],
    routes: [{ regex: 'a', script: 'x', enabled: 'yes' }],
  });
  const problems = (await problemsOf(folder)).map((line) => line.replace(/^bot\.json:\d+:\d+ /, ''));
  expect(problems).toEqual([
    'id: letters, digits, "_", "." and "-" only',
    'nmae: unknown key "nmae" (did you mean "name"?); known: id, name, timeZone, scripts, routes, channels, statuses, attributes, endpoints, libraries',
    'scripts: there is no script with the code "start": a new lead starts with it',
    'scripts[0].type: unknown script type "Возврт" (did you mean "Возврат"?); known: standard, Стандарт, fallback, Fallback, return, Возврат, transfer, Перевод на оператора, no_operators, Нет доступных операторов, transfer_online, Перевод на оператора (онлайн), transfer_offline, Перевод на оператора (оффлайн), operator_timeout, Оператор не ответил, error, Ошибка',
    'scripts[0].commands[0].text: is missing (a string)',
    'scripts[0].commands[1].text: must be a string, got 5',
    'scripts[1].code: an earlier script has the code "begin" too',
    'scripts[1].commands[0].script: there is no script "begn" (did you mean "begin"?); known: begin, x, y',
    expect.stringContaining('scripts[1].commands[1].type: a command needs a "type": one of send_text,'),
    'scripts[1].commands[2]: must be an object, got 7',
    'scripts[2].commands[0].attribute: must not start with "sys_"',
    'scripts[3].commands[0].condition: SyntaxError: Unexpected end of input (line 1, column 9 of the condition)',
    'scripts[3].menu[0].script: there is no script of the type "Fallback" (fallback)',
    'routes[0].enabled: must be true or false, got "yes"',
  ]);
});

test.each([
  ['{ "id": "a", }', 'bot.json:1:14: a comma stands before "}"'],
  ['{\n  "id": bot\n}', 'bot.json:2:9: expected a value, found "b"'],
  ['{\n  "id": "a"\n  "name": "b"\n}', 'bot.json:3:3: expected "," or "}", found "\\""'],
  ['{ "id": "a" } x', 'bot.json:1:15: nothing may follow the closing bracket'],
  ['{ "id": "a\nb" }', 'bot.json:1:9: this string does not end on its line, or holds a wrong escape'],
  ['', 'bot.json:1:1: expected a value, found the end of the file'],
  ['['.repeat(100), 'bot.json:1:66: nested deeper than 64 levels'],
])('JSON that does not parse is shown with its place: %j', async (text, problem) => {
  expect(await problemsOf(await botFolder(text))).toEqual([problem]);
});

test('a folder without bot.json, or no folder at all', async () => {
  expect(await problemsOf(await botFolder(undefined))).toEqual(['bot.json: there is no such file']);
  expect(await problemsOf('/there/is/no/such/folder')).toEqual(['bot.json: there is no such folder']);
});

test('a key given twice is no silent loss', async () => {
  const problems = await problemsOf(
    await botFolder('{ "id": "a", "id": "b", "scripts": [{ "code": "start" }], "__proto__": {} }'),
  );
  expect(problems).toEqual([
    'bot.json:1:14 id: this key stands twice in the same object',
    expect.stringContaining('__proto__: unknown key "__proto__"'),
  ]);
});

test('a script file must lie inside the folder, be small and be UTF-8', async () => {
  const files = [
    '../outside.js',
    '/etc/outside.js',
    'link.js',
    'big.js',
    'latin.js',
    'missing.js',
    'folder.js',
    'page.html',
  ];
  const folder = await botFolder(
    { id: 'a', scripts: [{ code: 'start', commands: files.map((file) => ({ type: 'run_javascript', file })) }] },
    { 'big.js': ' '.repeat(256 * 1024 + 1), 'latin.js': new Uint8Array([0x27, 0xff, 0x27]) },
  );
  const outside = await botFolder(undefined, { 'secret.js': 'SECRET' });
  await symlink(join(outside, 'secret.js'), join(folder, 'link.js'));
  await mkdir(join(folder, 'folder.js'));
  const problems = (await problemsOf(folder)).map((line) => line.replace(/^bot\.json:\d+:\d+ /, ''));
  expect(problems).toEqual([
    'scripts[0].commands[0].file: "../outside.js" must not leave the bot folder',
    'scripts[0].commands[1].file: "/etc/outside.js" must be a path relative to the bot folder',
    'scripts[0].commands[2].file: "link.js" is a link to a place outside the bot folder',
    'scripts[0].commands[3].file: "big.js" is larger than 262144 bytes',
    'scripts[0].commands[4].file: "latin.js" is not valid UTF-8: save it in the encoding UTF-8',
    'scripts[0].commands[5].file: "missing.js" there is no such file',
    'scripts[0].commands[6].file: "folder.js" is not a file',
    'scripts[0].commands[7].file: "page.html" is not a .js file',
  ]);
});

test('a whole folder may be reached through a link', async () => {
  const real = await botFolder({ id: 'a', scripts: [START] });
  const other = await botFolder(undefined);
  await symlink(real, join(other, 'bot'));
  expect((await loadBot(join(other, 'bot'))).id).toBe('a');
});

test('a file in place of the bot folder, or of its libraries, is a problem like any other', async () => {
  const folder = await botFolder({ id: 'b', scripts: [START] }, { libraries: 'no folder' });
  expect(await problemsOf(folder)).toEqual(['libraries: is a file, a folder is needed']);
  expect(await problemsOf(join(folder, 'bot.json'))).toEqual([
    'bot.json: a file was named: name the folder that it lies in',
  ]);
});

test('libraries: the name of the file and its syntax', async () => {
  const folder = await botFolder({ id: 'a', scripts: [START] });
  await mkdir(join(folder, 'libraries'));
  await writeFile(join(folder, 'libraries/format.js'), '');
  await writeFile(join(folder, 'libraries/Business.Orders.Format.js'), 'module.exports = {');
  expect(await problemsOf(folder)).toEqual([
    'libraries/Business.Orders.Format.js:1:19: SyntaxError: Unexpected end of input',
    'libraries/format.js: a library\'s file is named "Business.<Plugin>.<Script>.js", a stand-in for one of the vendor\'s "Common.<Plugin>.<Script>.js"',
  ]);
});

test('snippets are checked where they are pasted: a missing one, and a wrong one in its own file, once', async () => {
  const folder = await botFolder(
    {
      id: 'a',
      scripts: [
        {
          code: 'start',
          commands: [
            { type: 'run_javascript', file: 'a.js' },
            { type: 'run_javascript', file: 'b.js' },
          ],
        },
      ],
    },
    {
      'a.js': "snippet('Business.A.B');\nvar a = 1;",
      'b.js': "\nsnippet('Business.A.C');",
      'libraries/Business.A.B.js': 'var x = ;',
    },
  );
  expect(await problemsOf(folder)).toEqual([
    'b.js:2:1: there is no library "Business.A.C"; known: Business.A.B',
    "libraries/Business.A.B.js:1:9: SyntaxError: Unexpected token ';'",
  ]);
});

test('gives libraries other names, and says which are wrong', async () => {
  const code = 'module.exports = 1;';
  const files = {
    'libraries/Business.D.Dayjs.js': code,
    'libraries/Business.D.Big.js': `${code}//${'x'.repeat(500_000)}`,
  };
  const description = { id: 'b', scripts: [{ code: 'start' }] };
  const bot = await loadBot(await botFolder({ ...description, libraries: { dayjs: 'Business.D.Dayjs' } }, files));
  expect(bot.libraries['dayjs']).toEqual({ file: 'libraries/Business.D.Dayjs.js', code, sameAs: 'Business.D.Dayjs' });
  const wrong = { dayjs: 'Business.D.Dajys', 'Business.D.Dayjs': 'Business.D.Dayjs', 'Common.A': 'Business.D.Dayjs' };
  await expect(loadBot(await botFolder({ ...description, libraries: wrong }, files))).rejects.toThrow(
    /there is no library "Business.D.Dajys" \(did you mean "Business.D.Dayjs"\?\)[^]*is the name of a library itself[^]*"Common.A" is the name/,
  );
});

test('a library may have 512 KiB', async () => {
  const folder = await botFolder(
    { id: 'b', scripts: [{ code: 'start' }] },
    { 'libraries/Business.D.Big.js': ' '.repeat(512 * 1024 + 1) },
  );
  await expect(loadBot(folder)).rejects.toThrow(/Business.D.Big.js.*512|larger|524/u);
});
