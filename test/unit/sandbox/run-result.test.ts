import { expect, test } from 'vitest';
import { runResult } from '../../../runtime-shim/sandbox/run-result.ts';

const WRITES = {
  attributes: {},
  systemAttributes: {},
  tags: { add: [], remove: [] },
  contexts: {},
  bot: {},
  memory: {},
};
const SCRIPT = {
  file: 'a.js',
  code: "snippet('Business.Texts.Menu');\nbot.run({ script_code: 'x' });",
  libraries: { 'Business.Texts.Menu': { file: 'libraries/menu.js', code: "bot.run({\n  script_code: 'y',\n});" } },
};
const usage = { cpuMs: 1, wallMs: 1, hostCalls: 0 };

function resultOf(report: unknown) {
  const text = typeof report === 'string' ? report : JSON.stringify(report);
  return runResult(SCRIPT, { t: 'end', id: 1, report: text, log: [], usage });
}

test('reads a report that is as it should be', () => {
  const actions = [
    { type: 'send_message', text: 'x' },
    { type: 'plugin', plugin: 'p', action: { a: [null] } },
  ];
  expect(resultOf({ ok: true, returned: null, writes: WRITES, actions })).toMatchObject({ ok: true, actions });
});

test('the place of a call is told in the file that it stands in, also behind and in a snippet', () => {
  const at = (library: string | null, line: number, column: number): unknown => ({
    type: 'run_script',
    code: 'x',
    at: { library, line, column },
  });
  const actions = [at(null, 4, 5), at(null, 1, 5), at('Business.Texts.Menu', 1, 5)];
  expect(resultOf({ ok: true, returned: null, writes: WRITES, actions })).toMatchObject({
    actions: [
      { at: { file: 'a.js', line: 2, column: 5 } },
      { at: { file: 'libraries/menu.js', line: 1, column: 5 } },
      { at: { file: 'libraries/menu.js', line: 1, column: 5 } },
    ],
  });
});

test.each([
  [''],
  ['not JSON'],
  ['null'],
  ['{"ok":true}'],
  [{ ok: true, returned: 1, writes: { ...WRITES, attributes: { a: 'x' } }, actions: [] }],
  [{ ok: true, returned: 1, writes: { ...WRITES, extra: 1 }, actions: [] }],
  [{ ok: true, returned: 1, writes: WRITES, actions: [{ type: 'rm' }] }],
  [{ ok: true, returned: 1, writes: WRITES, actions: [{ type: 'send_message' }] }],
  [
    {
      ok: true,
      returned: 1,
      writes: WRITES,
      actions: [{ type: 'send_message', attachments: [{ type: 'file', url: 'javascript:1' }] }],
    },
  ],
  [{ ok: true, returned: 1, writes: WRITES, actions: [{ type: 'stop', extra: 1 }] }],
  [{ ok: true, returned: 1, writes: WRITES, actions: [{ type: 'run_script', code: 'x', at: { line: 1 } }] }],
  [{ ok: false, error: { code: 1 } }],
  [{ ok: true, returned: 1, writes: { ...WRITES, attributes: { sys_x: { kind: 'text', value: 'x' } } }, actions: [] }],
  [{ ok: true, returned: 1, writes: { ...WRITES, attributes: { a: { kind: 'json', value: '{' } } }, actions: [] }],
  [{ ok: true, returned: 1, writes: { ...WRITES, systemAttributes: { a: 1 } }, actions: [] }],
  [{ ok: true, returned: 1, writes: { ...WRITES, tags: { add: [1], remove: [] } }, actions: [] }],
  [{ ok: true, returned: 1, writes: { ...WRITES, bot: { a: 1 } }, actions: [] }],
  [{ ok: true, returned: 1, writes: { ...WRITES, memory: [] }, actions: [] }],
  [{ ok: true, returned: 1, writes: WRITES, actions: Array.from({ length: 201 }, () => ({ type: 'stop' })) }],
  [`{"ok":true,"returned":${'['.repeat(200)}${']'.repeat(200)},"writes":${JSON.stringify(WRITES)},"actions":[]}`],
])('a forged report is a failure of the script: %j', (report) => {
  expect(resultOf(report)).toMatchObject({ ok: false, error: { code: 'script_error', file: 'a.js', line: null } });
});

test('the places of two hundred calls behind a long snippet are found with little work', () => {
  const lines = 100_000;
  const libraries = { 'Business.Texts.Long': { file: 'libraries/long.js', code: 'x = 1;\n'.repeat(lines) } };
  const script = { file: 'a.js', code: "snippet('Business.Texts.Long');\nbot.run({ script_code: 'x' });", libraries };
  const action = { type: 'run_script', code: 'x', at: { library: null, line: lines + 2, column: 5 } };
  const report = JSON.stringify({
    ok: true,
    returned: null,
    writes: WRITES,
    actions: Array.from({ length: 200 }, () => action),
  });
  const before = process.threadCpuUsage();
  const result = runResult(script, { t: 'end', id: 1, report, log: [], usage });
  const { user, system } = process.threadCpuUsage(before);
  const places = Array.from({ length: 200 }, () => ({ at: { file: 'a.js', line: 2, column: 5 } }));
  expect(result).toMatchObject({ ok: true, actions: places });
  // Each of them alone takes some 10 ms; all together took two seconds.
  expect((user + system) / 1_000).toBeLessThan(500);
});
