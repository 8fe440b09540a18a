import { expect, test } from 'vitest';
import { found } from './check-folder.ts';

const text = (words: string, more: object = {}): unknown => ({ type: 'send_text', text: words, ...more });
const sentence = (script: string, more: object = {}): unknown => ({ type: 'run_sentence', script, ...more });

test.each([
  ["lead.getAttr('x') == 1", 'condition-no-return'],
  ["if (lead.getAttr('x')) { (function () { return true; })(); }", 'condition-no-return'],
  ["return lead.getAttr('x')", 'condition-never-true'],
  ['return livetex.isWorkingTime', 'condition-never-true'],
  ["return 'да'", 'condition-never-true'],
  ["var v = lead.getAttr('x'); return v && v.length", 'condition-never-true'],
  ["return lead.getAttr('x').indexOf('a')", 'condition-never-true'],
  ["return lead.getAttr('x') == 1"],
  ["return !lead.getAttr('x')"],
  ["return lead.isTagExist('x')"],
  ["var ok = false; if (lead.getAttr('x') > 5) ok = true; return ok"],
  ["return lead.getAttr('x') || true"],
  ["return lead.getJsonAttr('x')"],
] as Array<[string, string?]>)('the condition %s: %s', async (condition, rule) => {
  const scripts = [{ code: 'start', commands: [text('a', { condition })] }];
  expect(await found({ id: 'a', scripts }, {})).toEqual(rule === undefined ? [] : [`bot.json ${rule}`]);
});

test('what does nothing in bot.json is found: macros, addresses, menus, types, routes, files', async () => {
  const scripts = [
    {
      code: 'start',
      commands: [
        text('{{ name }}'),
        text('{{ $never }} {{ &$never }}'),
        text('{{ $name }}{{ #vip }}{{ $q }}'),
        text('{{ #never }} {{ @never }} {{ #a }}{{ #b }}{{ #c }} {{ @d }}{{ @e }}'),
      ],
    },
    {
      code: 'q',
      commands: [{ type: 'value_input', text: '?', attribute: 'q' }],
      menu: [{ code: '1', caption: 'x', script: 'm' }],
    },
    { code: 'm', menu: [{ code: '1', caption: '{{ botName }}', script: 'start' }] },
    {
      code: 'f',
      commands: [
        { type: 'send_image', url: '/a.png' },
        { type: 'send_file', url: 'https://example.com/{{ $q }}.pdf' },
      ],
    },
    { code: 'r1', type: 'return', commands: [text('1')] },
    { code: 'r2', type: 'return', commands: [text('1')] },
    { code: 'braces', commands: [text('{$name} 5 {$100}'), text('{{ $name }{{ $name }}')] },
    {
      code: 'tags',
      commands: [
        { type: 'add_lead_tags', tags: ['vip'] },
        { type: 'add_lead_contexts', contexts: 'd, x' },
        { type: 'value_input', text: '?', attribute: 'q', pattern: '/^\\d+$/u' },
        { type: 'run_javascript', file: 't.js' },
      ],
    },
    { code: 'long', commands: [text('а'.repeat(4_097))] },
  ];
  const routes = [
    { regex: '/бот/i', script: 'q' },
    { regex: 'бот', script: 'q' },
    { regex: '^бот$', script: 'm' },
    { regex: 'меню', script: 'm' },
    { regex: '.*', script: 'f' },
    { regex: 'цена', script: 'long' },
    { regex: 'стоп', script: 'r1', actsDuringTransfer: true },
  ];
  const lines = await found(
    { id: 'a', scripts, routes },
    {
      'old.js': 'return 1;',
      'lib/also.js': '',
      't.js': "lead.addTags(['a', 'b']).setContext('e', 1); bot.scheduleJob({ script_code: 'q', add_tags: 'c,x' });",
    },
  );
  const expected = [
    'bot.json macro-unknown',
    'bot.json macro-unknown',
    'bot.json macro-unknown',
    'bot.json macro-unknown',
    'bot.json menu-without-text',
    'bot.json script-unreached?',
    'bot.json script-unreached?',
    'bot.json return-keeps-dialog?',
    'bot.json relative-address',
    'bot.json type-twice',
    'bot.json route-slashes',
    'bot.json route-unreachable',
    'bot.json route-unreachable',
    'bot.json pattern-slashes',
    'bot.json macro-never-set?',
    'bot.json macro-never-set?',
    'bot.json macro-never-set?',
    'bot.json macro-never-set?',
    'bot.json text-too-long?',
    'lib/also.js:1 file-unused?',
    'old.js:1 file-unused?',
  ];
  expect(lines.toSorted()).toEqual(expected.toSorted());
});

const javascript = (file: string): unknown => ({ type: 'run_javascript', file });
const asking = {
  type: 'value_input',
  text: '?',
  attribute: 'q',
  onFailed: 'c',
  cancel: { words: ['нет'], script: 'd' },
};
const answered = [
  { code: 'c', commands: [text('1')] },
  { code: 'd', commands: [text('2')] },
];

test.each([
  ['nothing leads to', [text('x')], answered, {}, 2],
  ['leads only to itself', [text('x')], [{ code: 'c', commands: [sentence('c')] }], {}, 1, 'bot.json circle'],
  ['a question leads to', [asking], answered, {}, 0],
  ['a library leads to', [text('x')], answered.slice(1), { 'libraries/Business.A.B.js': "exports.to = 'd';" }, 0],
  [
    'a schedule leads to',
    [javascript('a.js')],
    answered.slice(1),
    { 'a.js': "bot.scheduleJob({ script_code: 'd' });" },
    0,
  ],
  [
    'its number leads to',
    [javascript('a.js')],
    answered,
    { 'a.js': "var ids = ['c', 'd']; bot.scheduleScript(bot.getScriptIdByCode(ids[leadId % 2]), leadId);" },
    0,
  ],
  [
    'a made name may lead to',
    [javascript('a.js')],
    answered,
    { 'a.js': "bot.run({ script_code: lead.getAttr('to') });" },
    0,
  ],
] as Array<[string, unknown[], unknown[], Record<string, string>, number, string?]>)(
  'a script that %s',
  async (_how, commands, more, files, unreached, ...others) => {
    const bot = { id: 'a', scripts: [{ code: 'start', commands }, ...more] };
    const hints = Array.from({ length: unreached }, () => 'bot.json script-unreached?');
    expect(await found(bot, files)).toEqual([...others, ...hints]);
  },
);

test.each([
  ['says a word only', [text('x')], {}, ['bot.json return-keeps-dialog?']],
  ['gives the dialog back', [text('x'), { type: 'return_to_bot' }], {}, []],
  ['runs one that does', [sentence('c')], {}, []],
  ['does it in its file', [javascript('a.js')], { 'a.js': 'livetex.returnToBot();' }, []],
  [
    'does it in a library',
    [javascript('a.js')],
    { 'a.js': 'f();', 'libraries/Business.A.B.js': 'f = livetex.returnToBot' },
    [],
  ],
  ['may run any', [javascript('a.js')], { 'a.js': "bot.run({ script_code: lead.getAttr('to') });" }, []],
] as Array<[string, unknown[], Record<string, string>, string[]]>)(
  'a «Возврат» that %s',
  async (_how, commands, files, hints) => {
    const scripts = [
      { code: 'start', menu: [{ code: '1', caption: 'a', script: 'c' }], commands: [text('x')] },
      { code: 'c', commands: [{ type: 'return_to_bot' }] },
      { code: 'back', type: 'Возврат', commands },
    ];
    expect(await found({ id: 'a', scripts }, files)).toEqual(hints);
  },
);

test.each([
  ['itself', [{ code: 'c', commands: [sentence('c')] }], {}, 1],
  [
    'each other',
    [
      { code: 'd', commands: [text('x'), sentence('e')] },
      { code: 'e', commands: [sentence('d')] },
    ],
    {},
    1,
  ],
  [
    'itself by bot.run',
    [{ code: 'c', commands: [{ type: 'run_javascript', file: 'c.js' }] }],
    { 'c.js': "bot.run({ script_code: 'c' });" },
    1,
  ],
  [
    'itself by runScriptByCodeForLead',
    [{ code: 'c', commands: [{ type: 'run_javascript', file: 'c.js' }] }],
    { 'c.js': "bot.runScriptByCodeForLead('c', leadId);" },
    1,
  ],
  [
    'behind a question',
    [{ code: 'c', commands: [{ type: 'value_input', text: '?', attribute: 'q' }, sentence('c')] }],
    {},
    0,
  ],
  [
    'behind a question of another script',
    [
      { code: 'c', commands: [sentence('q'), sentence('c')] },
      { code: 'q', commands: [{ type: 'value_input', text: '?', attribute: 'q' }] },
    ],
    {},
    0,
  ],
  [
    'under a condition',
    [{ code: 'c', commands: [sentence('c', { condition: "return lead.isTagExist('a')" })] }],
    {},
    0,
  ],
  [
    'if something is so',
    [{ code: 'c', commands: [{ type: 'run_javascript', file: 'c.js' }] }],
    { 'c.js': "if (lead.isTagExist('a')) bot.run({ script_code: 'c' });" },
    0,
  ],
  [
    'unless it returned before',
    [{ code: 'c', commands: [{ type: 'run_javascript', file: 'c.js' }] }],
    { 'c.js': "if (lead.isTagExist('a')) return;\nbot.run({ script_code: 'c' });" },
    0,
  ],
])('a script that runs %s', async (_how, scripts, files, circles) => {
  const routes = scripts.map(({ code }) => ({ regex: `^${code}$`, script: code }));
  const bot = { id: 'a', scripts: [{ code: 'start', commands: [text('x')] }, ...scripts], routes };
  expect(await found(bot, files)).toEqual(Array.from({ length: circles }, () => 'bot.json circle'));
});
