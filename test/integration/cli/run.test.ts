/** `run`: the exact document of `--json`, and every bad script as its author meets it. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readLeadFile } from '../../../runtime-shim/cli/run/lead-file.ts';
import type { RunReport } from '../../../runtime-shim/cli/run/run-report.ts';
import { type Operators, runScriptOnce, sandboxForOne } from '../../../runtime-shim/cli/run/run-script-once.ts';
import { botFolder } from '../../support/bot-folder.ts';
import { ROOT, runCommand, temporaryFolder } from '../../support/command.ts';

/** One for all scripts of this file: two processes to start once, not for each. */
const sandbox = sandboxForOne();
afterAll(() => sandbox.close());

/** Without a process of its own for each: what the command adds is tested below. */
async function runScript(code: string, operators: Operators = 'online', folder?: string): Promise<RunReport> {
  const path = join(folder ?? (await temporaryFolder()), 'script.js');
  return await runFile(path, operators, code);
}

async function runFile(path: string, operators: Operators, code?: string): Promise<RunReport> {
  const lead = await readLeadFile(undefined);
  const text = code ?? (await readFile(path, 'utf8'));
  const { report } = await runScriptOnce({ path, code: text, operators, lead, sandbox });
  return report;
}

test('the three lines of the README', async () => {
  const { code, stdout, stderr } = await runCommand([
    'run',
    'scripts-examples/01-request-number/номер_заявки.js',
    '--json',
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toEqual({
    ok: true,
    returned: null,
    messages: [],
    attributes: {},
    systemAttributes: { sys_livetex_attrs: { номер_заявки: 705, имя_заявки: 'Test' } },
    transfer: null,
    scripts: ['номер_заявки'],
    log: [],
    error: null,
    usage: { cpuMs: expect.any(Number), wallMs: expect.any(Number), hostCalls: 0 },
  });
});

test('a long document arrives whole through a pipe', async () => {
  // Six times what a pipe holds.
  const folder = await temporaryFolder({ 'long.js': "return 'ж'.repeat(200000);" });
  const { stdout } = await runCommand(['run', 'long.js', '--json'], { cwd: folder });
  expect(JSON.parse(stdout)).toMatchObject({ ok: true, returned: 'ж'.repeat(200_000) });
});

test('messages, attributes, log, result and usage', async () => {
  const report = await runScript(`
    lead.setAttr('phone', '+7926');
    bot.sendMessage('Верно?', [[{ text: 'Да', callback_data: 'yes' }]]);
    console.log('канал', lead.getChannelCode());
    return { online: livetex.hasOnlineOperators() };
  `);
  expect(report).toMatchObject({
    ok: true,
    returned: { online: true },
    messages: [{ text: 'Верно?', buttons: [[{ text: 'Да', callback_data: 'yes' }]] }],
    attributes: { phone: '+7926' },
    log: [{ text: 'канал telegram' }],
    usage: { hostCalls: 1 },
  });
});

describe('a transfer', () => {
  const SCRIPT = "lead.setLiveTexAttr({ a: 705, b: true }); bot.sendMessage('Зову'); livetex.transferToOperator();";
  const attributes = { a: '705', b: 'да' };
  const shown = { Канал: 'telegram', ...attributes };

  test('with operators online', async () => {
    const report = await runScript(SCRIPT);
    expect(report.transfer).toEqual({ outcome: 'transferred', attributes: shown });
  });

  test.each(['offline', 'unreachable'] as const)(
    '%s, without a script for it: LiveTex keeps or will get the dialog',
    async (state) => {
      const report = await runScript(SCRIPT, state);
      // A LiveTex that is not reached has got no header yet: what the script has set is known.
      expect(report.transfer).toEqual({ outcome: 'queued', attributes: state === 'offline' ? shown : attributes });
    },
  );

  test.each(['offline', 'unreachable'] as const)(
    '%s, in a bot folder with «Нет доступных операторов»',
    async (state) => {
      const folder = await temporaryFolder();
      const commands = [{ type: 'send_text', text: 'Никого нет' }];
      const scripts = [{ code: 'start' }, { code: 'nobody', type: 'Нет доступных операторов', commands }];
      await writeFile(join(folder, 'bot.json'), JSON.stringify({ id: 'b', scripts }));
      const report = await runScript(SCRIPT, state, folder);
      expect(report).toMatchObject({
        ok: true,
        transfer: { outcome: 'no_operators', attributes },
        scripts: ['script', 'nobody'],
        messages: [{ text: 'Зову' }, { text: 'Никого нет' }],
      });
    },
  );

  test.each([
    ['online', 'transfer_online', 'transferred'],
    ['offline', 'transfer_offline', undefined],
  ] as const)('the script is chosen by availability: %s', async (state, script, outcome) => {
    const report = await runFile(join(ROOT, 'scripts-examples/02-choose-by-availability/выбор.js'), state);
    expect(report.scripts).toEqual(['выбор', script]);
    expect(report.transfer?.outcome).toBe(outcome);
  });

  test('a script in a folder below its bot folder belongs to the bot', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'скрипты'));
    const scripts = [{ code: 'start' }, { code: 'other', commands: [{ type: 'send_text', text: 'Да' }] }];
    await writeFile(join(folder, 'bot.json'), JSON.stringify({ id: 'b', scripts }));
    const report = await runFile(join(folder, 'скрипты', 'а.js'), 'online', "bot.run({ script_code: 'other' });");
    expect(report).toMatchObject({ scripts: ['а', 'other'], messages: [{ text: 'Да' }] });
  });
});

test('--lead: what the script sees', async () => {
  const lead = {
    name: 'Иван',
    channel: 'viber',
    attributes: { phone: '+7926' },
    systemAttributes: { sys_livetex_attrs: { n: 1 } },
    tags: ['клиент'],
  };
  const folder = await temporaryFolder({
    'lead.json': JSON.stringify(lead),
    'script.js': `return [lead.getData('name'), lead.getChannelCode(), lead.getAttr('phone'), lead.getLiveTexAttr('n'), lead.isTagExist('клиент')];`,
  });
  const { stdout } = await runCommand(['run', 'script.js', '--json', '--lead', 'lead.json'], { cwd: folder });
  expect((JSON.parse(stdout) as RunReport).returned).toEqual(['Иван', 'viber', '+7926', 1, true]);
});

describe.each([
  ['a wrong value', "const o = {};\n lead.setLiveTexAttr('заказ', o);", 'attr_value_invalid', 2, '"заказ"'],
  ['a wrong key', "lead.setLiveTexAttr('', 1);", 'attr_key_invalid', 1, 'non-empty string'],
  ['a wrong argument', 'lead.setLiveTexAttr(5);', 'attr_argument_invalid', 1, 'number'],
  ['a syntax error', 'const a = 1;\nconst b = = 2;', 'script_syntax', 2, 'Unexpected token'],
  ['a name that is not there', '\n\nnotThere();', 'script_error', 3, 'notThere is not defined'],
  // On a machine so busy that a second of CPU takes five of wall clock, the other limit is first.
  ['an endless loop', 'for (;;);', 'script_(timeout|deadline)', null, 'was stopped'],
  ['too much memory', 'const all = []; for (;;) all.push(new Array(4e6).fill(1));', 'script_memory', null, 'memory'],
  ['an unknown library', "require('Business.No.Such');", 'script_library_missing', 1, 'Business.No.Such'],
  ['an unknown script', "\nbot.run({ script_code: 'nowhere' });", 'script_unknown', 2, 'nowhere'],
  ['one for another lead', "\n\nbot.runScriptByCodeForLead('nowhere', 5);", 'script_unknown', 3, 'nowhere'],
  ['a promise', 'return Promise.resolve(1);', 'script_async', null, 'synchronously'],
])('%s', (_name, script, code, line, text) => {
  test('is told with code, words and place', async () => {
    const report = await runScript(script);
    expect(report.ok).toBe(false);
    const place = line === null ? {} : { line };
    expect(report.error).toMatchObject({
      code: expect.stringMatching(new RegExp(`^${code}$`)),
      message: expect.stringContaining(text),
      ...place,
    });
    expect(report.systemAttributes).toEqual({});
  });
});

test('for a person: the line, a caret, the place', async () => {
  const folder = await temporaryFolder({ 'а.js': "console.log('раз');\nlead.setLiveTexAttr('заказ', {});\n" });
  const { code, stdout } = await runCommand(['run', 'а.js'], { cwd: folder });
  expect(code).toBe(1);
  expect(stdout).toMatch(/Log\n {2}info {2}раз/);
  expect(stdout).toContain('attr_value_invalid: ');
  expect(stdout).toContain('in а.js, line 2, column ');
  expect(stdout).toMatch(/ {2}> 2 \| lead\.setLiveTexAttr\('заказ', \{\}\);\n {6}\| {6}\^/);
  expect(stdout).not.toContain(folder);
});

describe('a file that is no script: code 2', () => {
  test.each([
    ['missing', 'нет.js', 'cli_file_missing'],
    ['a folder', '.', 'cli_file_is_folder'],
    ['not UTF-8', 'cp1251.js', 'cli_file_not_utf8'],
  ])('%s', async (_name, file, errorCode) => {
    const folder = await temporaryFolder({ 'cp1251.js': Buffer.from([0x2f, 0x2f, 0xcf, 0xf0]) });
    const { code, stdout, stderr } = await runCommand(['run', file, '--json'], { cwd: folder });
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: errorCode, line: null } });
    expect(stderr).toContain(join(folder, file === '.' ? '' : file).replace(/\/$/, ''));
  });

  test('wrong usage gives the same document', async () => {
    const { code, stdout } = await runCommand(['run', 'a.js', '--operators', 'some', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      ok: false,
      returned: null,
      messages: [],
      attributes: {},
      systemAttributes: {},
      transfer: null,
      scripts: [],
      log: [],
      error: {
        code: 'cli_usage',
        message: '--operators must be online, offline or unreachable, got "some"',
        line: null,
        column: null,
      },
      usage: { cpuMs: 0, wallMs: 0, hostCalls: 0 },
    });
  });

  test('a lead file with mistakes: all of them', async () => {
    const lead = {
      nam: 'x',
      channel: 'a b',
      attributes: { sys_x: '1', n: 5 },
      systemAttributes: { sys_livetex_attrs: { a: {} }, ordinary: 1 },
    };
    const folder = await temporaryFolder({ 'a.js': '', 'lead.json': JSON.stringify(lead) });
    const { code, stderr } = await runCommand(['run', 'a.js', '--lead', 'lead.json'], { cwd: folder });
    expect(code).toBe(2);
    for (const path of [
      'nam: unknown key (did you mean "name"?)',
      'channel:',
      'attributes.n: must be a string, got a number',
      'attributes.sys_x: wrong key: a key that starts with "sys_" belongs into "systemAttributes"',
      'systemAttributes.sys_livetex_attrs.a: must be a string, a number, true or false',
      'systemAttributes: keys must start with "sys_"',
    ]) {
      expect(stderr).toContain(path);
    }
  });
});

test('dates of a script are in the time zone of TZ', async () => {
  const hours = 'return new Date(Date.UTC(2026, 0, 15, 6, 30)).getHours();';
  const folder = await temporaryFolder({ 'hours.js': hours });
  const { stdout } = await runCommand(['run', 'hours.js', '--json'], { cwd: folder, env: { TZ: 'Europe/Moscow' } });
  expect(JSON.parse(stdout)).toMatchObject({ returned: 9 });
});

test('a bot folder with problems does not hide the error of the file itself', async () => {
  const folder = await temporaryFolder({ 'a.js': 'const = 5;', 'bot.json': '{ "id": "b" }' });
  const { code, stdout, stderr } = await runCommand(['run', 'a.js', '--json'], { cwd: folder });
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'script_syntax', line: 1 } });
  expect(stderr).toContain('the file runs with the libraries only, because the bot folder');
});

test.each([
  ['another script', { 'other.js': 'var x = ;' }, 'other.js:1:9'],
  ['another library', { 'libraries/Business.A.C.js': 'var x = ;' }, 'Business.A.C.js:1:9'],
  ['a file that is missing', {}, 'there is no such file'],
  ['a table', { 'other.js': '', 'tables/a.json': '[' }, 'tables/a.json:1:'],
])('%s that is broken hides no library, and the reason stands in the document', async (_what, files, reason) => {
  const commands = (file: string): unknown => [{ type: 'run_javascript', file }];
  const scripts = [
    { code: 'start', commands: commands('good.js') },
    { code: 'other', commands: commands('other.js') },
  ];
  const folder = await botFolder(
    { id: 'a', scripts },
    {
      'good.js': "return require('Business.A.B').f() + Number(memory.getAttr('step'));",
      'libraries/Business.A.B.js': 'module.exports = { f: function () { return 1; } };',
      'lead.json': '{ "memory": { "step": "2" } }',
      ...files,
    },
  );
  const { code, stdout } = await runCommand(['run', 'good.js', '--json', '--lead', 'lead.json'], { cwd: folder });
  expect(JSON.parse(stdout)).toMatchObject({ ok: true, returned: 3, problem: expect.stringContaining(reason) });
  expect(code).toBe(0);
});

test('runScriptByCodeForLead for a lead that does not exist says so', async () => {
  const report = await runScript("bot.runScriptByCodeForLead('script', 99);");
  expect(report.log).toContainEqual({ level: 'error', text: 'bot.runScriptByCodeForLead: нет лида с номером 99' });
});
