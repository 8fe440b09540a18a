import { afterAll, expect, test } from 'vitest';
import { createScriptRunner } from '../../support/sandbox-under-test.ts';

const scripts = createScriptRunner();
afterAll(() => scripts.close());

const lead = {
  data: { id: '7', name: 'Анна', manager_id: null, more: { list: [1] } },
  channel: 'telegram',
  attributes: {
    имя: { kind: 'text', value: 'Анна' },
    число: { kind: 'text', value: ' -12.7 ' },
    корзина: { kind: 'json', value: '{"a":[1,2]}' },
    плохой: { kind: 'text', value: '{' },
  },
  systemAttributes: { sys_livetex_attrs: { номер: 705 } },
  tags: ['vip', 'old'],
} as const;

test('reads what the run was given', async () => {
  const code = `
    return [
      lead.getData('id'), lead.getData('name'), lead.getData('nothing'), lead.getData('more'), lead.getChannelCode(),
      lead.getAttr('имя'), lead.getAttr('нет'), lead.getAttr('корзина'), lead.getAttr('sys_livetex_attrs'),
      lead.isAttrExist('имя'), lead.issetAttr('нет'), lead.isAttrExist('sys_livetex_attrs'), lead.getAllAttr(),
    ];`;
  expect(await scripts.returned(code, { lead })).toEqual([
    '7',
    'Анна',
    null,
    { list: [1] },
    'telegram',
    'Анна',
    null,
    '{"a":[1,2]}',
    '{"номер":705}',
    true,
    false,
    true,
    { имя: 'Анна', число: ' -12.7 ', корзина: '{"a":[1,2]}', плохой: '{' },
  ]);
});

test('reads numbers, yes and no, and JSON', async () => {
  const code = `
    return [
      lead.getIntAttr('число'), lead.getFloatAttr('число'), lead.getIntAttr('имя'), lead.getFloatAttr('нет'),
      ['1', 'true', 'ДА', ' yes ', 'on', '0', 'нет', ''].map((v) => lead.setAttr('f', v).getBoolAttr('f')), lead.getBoolAttr('нет'),
      lead.getJsonAttr('корзина'), lead.getJsonAttr('нет'), lead.getJsonAttr('sys_livetex_attrs').номер,
    ];`;
  expect(await scripts.returned(code, { lead })).toEqual([
    -12,
    -12.7,
    null,
    null,
    [true, true, true, true, true, false, false, false],
    false,
    { a: [1, 2] },
    null,
    705,
  ]);
});

test('collects writes, reads them back and gives itself for a chain', async () => {
  const code = `
    lead.setAttr('a', 'x').setAttr('b', 5).setAttr('c', true).setJsonAttr('d', { k: [1] }).deleteAttr('имя').setAttr('число', null);
    lead.deleteAttrs(['корзина']).addTag('new').addTags(['t1', 't2']).deleteTag('vip').deleteTags(['t2']).setForwarded(true);
    return [lead.getAttr('b'), lead.getAttr('имя'), lead.getJsonAttr('d'), lead.isAttrExist('число'), Object.keys(lead.getAllAttr()),
      lead.isTagExist('vip'), lead.isTagExist('new'), lead.getAllTags()];`;
  const result = await scripts.run(code, { lead });
  expect(result).toMatchObject({
    ok: true,
    returned: ['5', null, { k: [1] }, false, ['плохой', 'a', 'b', 'c', 'd'], false, true, ['old', 'new', 't1']],
    writes: {
      attributes: {
        a: { kind: 'text', value: 'x' },
        b: { kind: 'text', value: '5' },
        c: { kind: 'text', value: 'true' },
        d: { kind: 'json', value: '{"k":[1]}' },
        имя: null,
        число: null,
        корзина: null,
      },
      tags: { add: ['new', 't1'], remove: ['t2', 'vip'] },
    },
    actions: [{ type: 'set_forwarded', forwarded: true }],
  });
});

test.each([
  [1, true],
  [0, false],
  [true, true],
  [false, false],
])('setForwarded(%s) sets the flag to %s', async (given, forwarded) => {
  const result = await scripts.run(`lead.setForwarded(${given});`, { lead });
  expect(result).toMatchObject({ ok: true, actions: [{ type: 'set_forwarded', forwarded }] });
});

test.each([
  ['Новый', false],
  ['Клиент', true],
  ['Друг', false],
  ['', false],
])('isInStatus("%s") of a client is %s, and of whoever has no status never true', async (name, isClient) => {
  const code = `return lead.isInStatus(${JSON.stringify(name)});`;
  expect(await scripts.returned(code, { lead })).toBe(false);
  const statuses = [
    { id: 1, name: 'Новый' },
    { id: 2, name: 'Клиент' },
  ];
  const set = `lead.setStatusByName('Клиент'); ${code}`;
  expect(await scripts.returned(set, { lead: { ...lead, statuses } })).toBe(isClient);
});

test('contexts, statuses and the other names of the reference', async () => {
  const code = `
    lead.setContext('b', 2).setContext('c').deleteContexts('a, c').setTag('t').forceDeleteTags({ 0: 'old' });
    lead.setStatusById('1').setStatusByName('Клиент').setData('name', 'Ира').forceDeleteAttrs('имя,число').setJsonAttr('j', [1]).forceDeleteJsonAttr('корзина');
    return [lead.getAllContexts(), lead.getContext('b'), lead.issetContext('a'), lead.getStatusId(), lead.getStatusName(), lead.isInStatus('Клиент'),
      lead.getAllStatuses(), lead.getStatusIdByName('Новый'), lead.issetStatusById(9), lead.issetStatusById('2'), lead.getData('name'), lead.issetTag('old'), lead.getTag('t'),
      lead.getAllJsonAttrs(), lead.issetJsonAttr('корзина'), lead.getLastRequest(), lead.isInlineButtonsAvailable(), lead.getSerialNumber()];`;
  const statuses = [
    { id: 1, name: 'Новый' },
    { id: 2, name: 'Клиент' },
  ];
  const known = { ...lead, contexts: { a: '1' }, statuses, said: 'привет', buttons: false };
  const result = await scripts.run(code, { lead: known });
  expect(result).toMatchObject({
    returned: [
      { b: '2' },
      '2',
      false,
      2,
      'Клиент',
      true,
      statuses,
      1,
      false,
      true,
      'Ира',
      false,
      't',
      { j: [1] },
      false,
      'привет',
      false,
      null,
    ],
    writes: { contexts: { a: null, b: '2', c: null }, tags: { add: ['t'], remove: ['old'] } },
    actions: [
      { type: 'set_status', status: 1 },
      { type: 'set_status', status: 2 },
      { type: 'set_name', name: 'Ира' },
    ],
  });
  expect(await scripts.failure(`lead.setStatusByName('Друг')`, { lead: known })).toContain(
    'lead.setStatusByName: the bot has no status "Друг"; known: Новый, Клиент',
  );
});

test.each([
  [
    "lead.setAttr('', 'x')",
    'script_argument: lead.setAttr: the key must be a non-empty string, got an empty string @1:6',
  ],
  ["lead.setAttr(5, 'x')", 'script_argument: lead.setAttr: the key must be a non-empty string, got a number @1:6'],
  [
    "lead.setAttr('a')",
    'script_argument: lead.setAttr: the value of "a" must be a string, a number, true, false or null, got undefined @1:6',
  ],
  [
    "lead.setAttr('a', {})",
    'script_argument: lead.setAttr: the value of "a" must be a string, a number, true, false or null, got an object; use lead.setJsonAttr for objects @1:6',
  ],
  ["lead.setAttr('a', NaN)", 'got NaN'],
  [
    "lead.setJsonAttr('a', () => 1)",
    'script_argument: lead.setJsonAttr: the value of "a" cannot be JSON, got a function @1:6',
  ],
  ["lead.setJsonAttr('a', 1n)", 'script_error: TypeError: Do not know how to serialize a BigInt'],
  ["lead.getJsonAttr('плохой')", 'script_argument: lead.getJsonAttr: the attribute "плохой" is not JSON @1:6'],
  ['lead.deleteAttrs(1)', 'script_argument: lead.deleteAttrs: the keys must be a list, got a number @1:6'],
  [
    "lead.setStatus('')",
    'script_argument: lead.setStatus: the status must be a name or a number, got an empty string @1:6',
  ],
  ["lead.setContext('a', {})", 'script_argument: lead.setContext: the value of "a" must be a string'],
  ["lead.setData('id', 5)", 'script_unsupported: lead.setData("id") is not in the shim'],
  [
    'lead.setPersonId(1)',
    'script_unsupported: lead.setPersonId is not in the shim: persons work on the platform only @1:6',
  ],
  ['lead.createPersonForCurrentLead({})', 'script_unsupported: lead.createPersonForCurrentLead is not in the shim'],
  [
    "lead.setActiveNlpIntegrationByCode('a')",
    'script_unsupported: lead.setActiveNlpIntegrationByCode is not in the shim: NLP',
  ],
  [
    'lead.assignDialogToNextOperator()',
    'lead.assignDialogToNextOperator is not in the shim: it works on the platform only',
  ],
  ["lead.addTags(['a', 1])", 'script_argument: lead.addTags: the tag 2 must be a non-empty string, got a number @1:6'],
  ['lead.setForwarded(2)', 'script_argument: lead.setForwarded takes true or false, got a number @1:6'],
  [
    "lead.setAttr('sys_livetex_attrs', '{}')",
    'scripts do not write this way; the attributes of LiveTex are set with lead.setLiveTexAttr',
  ],
  ["lead.setJsonAttr('sys_x', {})", 'lead.setLiveTexAttr'],
  ["lead.deleteAttr('sys_x')", 'lead.setLiveTexAttr'],
  ["lead.setAttr('a', '\\ud83d')", 'half of a surrogate pair'],
  ["lead.setAttr('a', '\\u0000')", 'NUL'],
  ["lead.getAttr('x'.repeat(501))", 'longer than 500 characters'],
  ['lead.nothing()', 'script_error: TypeError: lead.nothing is not a function @1:6'],
])('%s is an error that says what is wrong', async (code, words) => {
  expect(await scripts.failure(code, { lead })).toContain(words);
});

test('a script that fails keeps nothing, whatever it wrote before', async () => {
  const result = await scripts.run("lead.setAttr('a', 'b');\nbot.sendMessage('x');\nthrow new Error('no')", { lead });
  expect(result).toEqual({
    ok: false,
    error: { code: 'script_error', message: 'Error: no', file: 'скрипт.js', line: 3, column: 7 },
    log: [],
    usage: expect.any(Object) as unknown,
  });
});

test('cannot be tampered with', async () => {
  const code = `
    'use strict';
    const tried = [
      () => { lead.setAttr = () => 1; }, () => { lead.extra = 1; }, () => { delete lead.getAttr; },
      () => { lead = {}; }, () => { Object.defineProperty(lead, 'getAttr', { value: 1 }); },
      () => { Object.setPrototypeOf(lead, {}); },
    ];
    return tried.map((act) => { try { act(); return 'changed'; } catch (e) { return e.name; } });`;
  expect(await scripts.returned(code, { lead })).toEqual(Array.from({ length: 6 }, () => 'TypeError'));
});

test('what it hands out is a copy', async () => {
  const code = `
    lead.getData('more').list.push(2); lead.getJsonAttr('корзина').a.push(3); lead.getAllAttr().имя = 'x'; lead.getAllTags().push('y');
    return [lead.getData('more').list, lead.getJsonAttr('корзина').a, lead.getAttr('имя'), lead.getAllTags()];`;
  expect(await scripts.returned(code, { lead })).toEqual([[1], [1, 2], 'Анна', ['vip', 'old']]);
});
