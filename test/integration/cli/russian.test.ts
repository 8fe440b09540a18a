/** `--lang ru`: all that a bot's author reads of the commands is Russian, and nothing but that changes. */
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../../runtime-shim/cli/commands.ts';
import { runCommandLine } from '../../../runtime-shim/cli/main.ts';
import { languageOf, splitLanguage } from '../../../runtime-shim/cli/parse-arguments.ts';
import { botFolder } from '../../support/bot-folder.ts';
import { ROOT, runCommand, startCommand, temporaryFolder } from '../../support/command.ts';
import { englishWords } from '../../support/english-words.ts';

/** A command line in this process. */
async function say(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const terminal = {
    out: (text: string) => void out.push(text),
    err: (text: string) => void err.push(text),
    colour: false,
    width: 100,
  };
  const code = await runCommandLine(argv, terminal);
  return { code, out: out.join('\n'), err: err.join('\n') };
}

/** What stands in bots and scripts of these tests, and words of the language that a text must name. */
const WORDS = [
  'return',
  'script',
  'snippet',
  'require',
  'await',
  'async',
  'const',
  'lead',
  'bot',
  'name',
  'true',
  'false',
  'null',
  'undefined',
];

function expectRussian(text: string, known: readonly string[] = WORDS): void {
  expect({ text, english: englishWords(text, known) }).toEqual({
    text: expect.stringMatching(/[а-яё]/iu) as string,
    english: [],
  });
}

describe('the language', () => {
  test.each<[string, string[], Record<string, string>, 'en' | 'ru']>([
    ['nothing', ['check', 'a'], {}, 'en'],
    ['--lang', ['check', 'a', '--lang', 'ru'], { LANG: 'en_US.UTF-8' }, 'ru'],
    ['--lang=', ['check', '--lang=en', 'a'], { LANG: 'ru_RU.UTF-8' }, 'en'],
    ['before the command', ['--lang', 'ru', 'check', 'a'], {}, 'ru'],
    ['LANG', [], { LANG: 'ru_RU.UTF-8' }, 'ru'],
    ['LANG, short', [], { LANG: 'ru' }, 'ru'],
    ['a language that begins alike', [], { LANG: 'run_RD' }, 'en'],
    ['LC_ALL before LANG', [], { LC_ALL: 'en_US.UTF-8', LANG: 'ru_RU.UTF-8' }, 'en'],
    ['LC_MESSAGES before LANG', [], { LC_MESSAGES: 'ru_RU', LANG: 'en_US' }, 'ru'],
    ['an encoding without a language', [], { LC_ALL: 'C.UTF-8', LANG: 'ru_RU.UTF-8' }, 'ru'],
    ['C asks for no translation', [], { LC_ALL: 'C', LANG: 'ru_RU.UTF-8' }, 'en'],
    ['another language', [], { LANG: 'de_DE.UTF-8' }, 'en'],
    ['an unknown one', ['--lang', 'de'], { LANG: 'ru_RU' }, 'ru'],
  ])('is chosen by %s', (_by, argv, env, language) => {
    expect(languageOf(splitLanguage(argv).given, env)).toBe(language);
  });

  test('is no argument of a command, wherever it stands; a wrong one is left for the check', () => {
    expect(splitLanguage(['--lang', 'ru', 'check', 'a', '--lang=en']).rest).toEqual(['check', 'a']);
    expect(splitLanguage(['--lang', 'de', 'check', 'a']).rest).toEqual(['check', 'a', '--lang', 'de']);
    expect(splitLanguage(['check', '--lang']).rest).toEqual(['check', '--lang']);
  });

  test('that there is not is a usage error', async () => {
    const { code, err } = await say('check', 'a', '--lang', 'de');
    expect(code).toBe(2);
    expect(err).toContain('--lang must be en or ru, got "de"');
    expect((await say('check', 'a', '--lang')).err).toContain('--lang needs a value: LANG');
  });
});

describe('--help in Russian', () => {
  const commands = COMMANDS.map(({ name }) => name);

  test('lists the commands, with and without a command asked for', async () => {
    for (const argv of [['--help', '--lang', 'ru'], ['--lang', 'ru', '--help'], ['--lang=ru']]) {
      const { out, err } = await say(...argv);
      expect(out + err).toContain('Команды:');
      expectRussian(out + err, commands);
    }
    expect((await say('help', 'check', '--lang', 'ru')).out).toContain('Вызов: metabot-livetex check');
  });

  test.each(commands)('%s', async (name) => {
    const { code, out } = await say(name, '--help', '--lang', 'ru');
    expect(code).toBe(0);
    const options = [
      'online',
      'offline',
      'unreachable',
      'storage',
      'http',
      'token',
      'bots',
      'webhook',
      'export',
      'forget',
      'mode',
      'secret',
      'publicUrl',
      'channels',
    ];
    const actions = [
      'set',
      'show',
      'telegram',
      'release',
      'path',
      'migrate',
      'copy',
      'list',
      'retry',
      'resend',
      'drop',
      'backup',
      'restore',
      'all',
      'ru',
      'en',
    ];
    const spec = COMMANDS.find((one) => one.name === name);
    const own = (spec?.positionals ?? []).map((one) => one.name);
    expectRussian(out.replaceAll(/^ {2}metabot-livetex .*$|^Вызов: .*$/gmu, ''), [
      ...commands,
      ...options,
      ...actions,
      ...own,
    ]);
  });
});

test('wrong usage is told in Russian', async () => {
  for (const argv of [
    ['chek'],
    ['--port'],
    ['check'],
    ['check', 'a', 'b', '--jsno', '--json=1'],
    ['run', 'a.js', '--operators', 'some', '--lead'],
    ['simulate', '--port', '99999', '--port', '1'],
    ['webhook', 'sett'],
    ['outbox', 'list'],
  ]) {
    const { code, err } = await say(...argv, '--lang', 'ru');
    expect(code).toBe(2);
    const own = [
      'online',
      'offline',
      'unreachable',
      'set',
      'show',
      'remove',
      'file',
      'config',
      'check',
      'outbox',
      'list',
      'resend',
    ];
    expectRussian(err.replaceAll(/^(?:Вызов|Подробнее|Все команды): .*$/gmu, ''), own);
  }
});

test('files that cannot be read are told in Russian', async () => {
  const folder = await temporaryFolder({
    'latin.js': Buffer.from([0xcf, 0xf0]),
    'comma.json': '{ "name": "Иван", }',
    'twice.json': '{ "name": "a", "name": "b" }',
    'wrong.json':
      '{ "name": 5, "tgas": [], "attributes": { "sys_a": "b", "": "c" }, "externalId": "\\u0000", "tags": [""] }',
    'script.js': 'return 1;',
  });
  const at = (name: string): string => join(folder, name);
  for (const argv of [
    ['run', at('none.js')],
    ['run', folder],
    ['run', at('latin.js')],
    ['run', at('script.js'), '--lead', at('comma.json')],
    ['run', at('script.js'), '--lead', at('twice.json')],
    ['run', at('script.js'), '--lead', at('wrong.json')],
  ]) {
    const { code, err } = await say(...argv, '--lang', 'ru');
    expect(code).toBe(2);
    expectRussian(err.replaceAll(folder, ''), ['attributes', 'tags', 'externalId', 'tgas', 'name']);
  }
});

test('what a configuration as a whole lacks, and a wrong allowed address, are told in Russian', async () => {
  const folder = await temporaryFolder({
    'none.json': JSON.stringify({ api: { allow: ['crm.example.com', 5, { url: 5 }] } }),
    'both.json': JSON.stringify({ bot: '.', bots: ['.'] }),
  });
  for (const [name, place] of [
    ['none.json', 'bot: не хватает'],
    ['none.json', 'api.allow[1]: здесь нужен полный адрес'],
    ['both.json', 'bots: стоит рядом с "bot"'],
  ] as const) {
    const { code, err } = await say('serve', '--check', '--config', join(folder, name), '--lang', 'ru');
    expect(code).toBe(2);
    expect(err).toContain(place);
    expectRussian(err.replaceAll(folder, ''), ['bots', 'api', 'allow', 'url', 'private', 'both', ...WORDS]);
  }
});

const BROKEN = `{
  "id": "a b", "nmae": 5, "timeZone": "Moscow",
  "scripts": [
    { "code": "start", "commands": [
      { "type": "send_txt", "text": "а" }, { "text": "б" }, { "type": "send_text" }, { "type": "send_text", "text": "" },
      { "type": "run_javascript", "file": "нет.js" }, { "type": "run_javascript", "file": "../a.js" },
      { "type": "run_javascript", "file": "плохо.js" }, { "type": "run_javascript", "file": "вставка.js" },
      { "type": "run_sentence", "script": "strat" }, { "type": "run_sentence", "script": "Возврат" },
      { "type": "set_lead_status", "status": {} }, { "type": "stop", "condition": "return (" },
      { "type": "value_input", "text": "в", "attribute": "sys_x" } ],
      "menu": [{ "code": "1", "caption": "a", "script": "start" }, { "code": "1", "caption": "b", "script": "start" }, { "code": " 2", "caption": "c", "script": "start", "row": 0 }] },
    { "code": "start", "type": "Возрват" }
  ],
  "routes": [{ "regex": "(", "script": "start" }, { "regex": "a", "script": 5, "regex": "b" }],
  "libraries": { "a": "Business.No.No" }
}`;

test('check: a folder that cannot be loaded', async () => {
  const folder = await botFolder(BROKEN, { 'плохо.js': 'if (', 'вставка.js': "snippet('Business.No.No');" });
  const russian = await say('check', folder, '--lang', 'ru');
  expect(russian.code).toBe(2);
  const [head = '', ...problems] = russian.err.split('\n');
  expect(head).toMatch(/^metabot-livetex: в папке бота ".*" ошибок: \d+$/u);
  expect(problems.length).toBeGreaterThan(18);
  // What there is (after "есть:") are names.
  for (const problem of problems) expectRussian(problem.replace(/(?:есть|один из): .*$/u, ''));
  const english = await say('check', folder);
  expect(english.err.split('\n').length).toBe(problems.length + 1);
});

const DOUBTFUL = {
  id: 'b',
  scripts: [
    {
      code: 'start',
      commands: [
        { type: 'run_javascript', file: 'а.js' },
        { type: 'send_text', text: 'Привет, {{ name }} и {{ $никто }}', condition: 'lead.getAttr("a")' },
        { type: 'send_image', url: 'images/a.png', condition: 'return lead.getAttr("a")' },
      ],
    },
    { code: 'menu', menu: [{ code: '1', caption: 'Да', script: 'start' }] },
    {
      code: 'круг',
      commands: [
        { type: 'send_text', text: 'а' },
        { type: 'run_sentence', script: 'круг' },
      ],
    },
    { code: 'круг1', commands: [{ type: 'run_sentence', script: 'круг2' }] },
    { code: 'круг2', commands: [{ type: 'run_sentence', script: 'круг1' }] },
    { code: 'f1', type: 'fallback', commands: [{ type: 'send_text', text: 'а' }] },
    { code: 'f2', type: 'fallback', commands: [{ type: 'send_text', text: 'х'.repeat(5_000) }] },
  ],
  routes: [
    { name: 'всё', regex: '.*', script: 'start' },
    { regex: '^бот$', script: 'start' },
    { regex: '/привет/i', script: 'start' },
  ],
};

const SCRIPT = `async function f() {}
setTimeout(f, 1);
new Promise(f);
bot.run({ script_code: 'strat' });
require('Business.A.C');
require('Business.A.B').formt();
lead.setLiveTexAttr('', 1);
lead.setLiveTexAttr(' ', 1);
lead.setLiveTexAttr('a', {});
lead.setLiveTexAttr('a');
bot.sendMessage('', [[{ text: 'а' }]]);
bot.sendMessage('а', null, [{ type: 'file', url: 'a.pdf' }]);
lead.getAtr('a');
нетИмени();
lead.addTag({});
lead.getAttr();
'текст'.push(1);
const к = 1;
к = 2;
ранше; let ранше = 1;
`;

test('check: everything that it finds in a folder', async () => {
  const folder = await botFolder(JSON.stringify(DOUBTFUL), {
    'а.js': SCRIPT,
    'лишний.js': 'return 1;',
    'libraries/Business.A.B.js': 'module.exports = { format: function () {} };',
  });
  const { code, out, err } = await say('check', folder, '--lang', 'ru');
  expect({ code, err }).toEqual({ code: 1, err: '' });
  expect(out).toMatch(
    /ошибок: \d+; проверено скриптов, библиотек и условий: \d+, с TypeScript [\d.]+; подсказок: \d+$/u,
  );
  for (const line of out.split('\n').filter((one) => /\([\w-]+\)$/u.test(one))) {
    expectRussian(line.replace(/^подсказка: /u, '').replace(/^\S+ {2}/u, ''));
  }
  const json = await say('check', folder, '--json', '--lang', 'ru');
  expect(json.out).toBe((await say('check', folder, '--json')).out);
  const document = JSON.parse(json.out) as { problems: Array<{ rule: string; message: string }>; hints: object[] };
  expect(document.problems.length + document.hints.length).toBeGreaterThan(25);
  expect(Object.keys(document.problems[0] ?? {})).toEqual(['file', 'line', 'column', 'rule', 'message']);
});

test('run: a report and an error', async () => {
  const folder = await temporaryFolder({
    'a.js':
      "bot.sendMessage('Да'); lead.setAttr('a', '1'); console.log('раз'); livetex.transferToOperator(); return { 'год': 5 };",
    'b.js': 'const order = undefined;\norder.number;',
  });
  const good = await runCommand(['run', join(folder, 'a.js'), '--lang', 'ru']);
  expect(good.code).toBe(0);
  expectRussian(good.stdout, ['info', 'transferred']);
  for (const heading of ['Лид видит', 'Атрибуты', 'Перевод', 'Журнал', 'Скрипт вернул\n  {"год":5}', 'готово: '])
    expect(good.stdout).toContain(heading);
  const bad = await runCommand(['run', join(folder, 'b.js')], { env: { LC_ALL: 'ru_RU.UTF-8' } });
  expect(bad.stdout).toContain('script_error: TypeError: нельзя взять "number": перед ним undefined, а не объект');
  expect(bad.stdout).toContain('в b.js, строка 2, столбец 7');
  expectRussian(bad.stdout, ['undefined']);
  const json = await runCommand(['run', join(folder, 'b.js'), '--json', '--lang', 'ru']);
  expect(json.stdout).not.toMatch(/[а-яё]/iu);
});

test('replay: what differs', async () => {
  const folder = join(await temporaryFolder(), 'bot');
  await cp(join(ROOT, 'scripts-examples', '02-choose-by-availability'), folder, { recursive: true });
  const same = await runCommand(['replay', join(folder, 'scenario.json'), '--lang', 'ru']);
  expect(same.stdout).toMatch(/^\d+ шаг\S*, всё как записано\n$/u);
  await writeFile(join(folder, 'выбор.js'), "bot.sendMessage('другое'); неизвестно();");
  const other = await runCommand(['replay', join(folder, 'scenario.json'), '--lang', 'ru']);
  expect(other.code).toBe(1);
  expect(other.stdout).toContain('шаг 1, лид пишет');
  expect(other.stdout).toContain('имени неизвестно нет');
  expectRussian(other.stdout.replaceAll(/^ {2}[ +-] (?!.*\(\w+\)$).*$/gmu, ''), ['start']);
});

test('simulate: what is printed from the start to the end of the demonstration', async () => {
  const running = startCommand(['simulate', '--port', '0', '--no-open', '--lang', 'ru']);
  await running.seen(/Откройте http:\S+ и пишите боту/u);
  running.child.kill('SIGTERM');
  const { code, stdout, stderr } = await running.end;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('Показываем: Анна пишет боту, оператор Мария в сети.');
  // Scripts by their codes, modes of a dialog and their causes, a request of LiveTex.
  const codes = [
    'start',
    'main',
    'menu',
    'bot',
    'transferring',
    'waiting',
    'operator',
    'selectDestination',
    'return',
    'back',
  ];
  expectRussian(stdout, codes);
});
