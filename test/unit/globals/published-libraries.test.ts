import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, describe, expect, test } from 'vitest';
import type { ScriptRun } from '../../../runtime-shim/sandbox/contract.ts';
import { createScriptRunner } from '../../support/sandbox-under-test.ts';

const scripts = createScriptRunner();
afterAll(() => scripts.close());

const resolve = createRequire(import.meta.url).resolve;
const published = (file: string): { file: string; code: string } => ({
  file: `libraries/${file}`,
  code: readFileSync(resolve(file), 'utf8'),
});
const dayjs = published('dayjs/dayjs.min.js');
const moment = published('moment/moment.js');
const LIBRARIES: ScriptRun['libraries'] = {
  'Business.L.Lodash': published('lodash/lodash.min.js'),
  'Business.M.Moment': moment,
  'Business.M.Russian': published('moment/locale/ru.js'),
  'Business.D.Dayjs': dayjs,
  'Business.D.Russian': published('dayjs/locale/ru.js'),
  dayjs: { ...dayjs, sameAs: 'Business.D.Dayjs' },
  '../moment': { ...moment, sameAs: 'Business.M.Moment' },
};
const given = { libraries: LIBRARIES };

test.each([
  [
    "return require('Business.L.Lodash').groupBy([1, 2, 3], (n) => n % 2 ? 'odd' : 'even');",
    { odd: [1, 3], even: [2] },
  ],
  ["return require('Business.M.Moment').utc(0).format('YYYY-MM-DD');", '1970-01-01'],
  [
    "const m = require('Business.M.Moment'); require('Business.M.Russian'); return m.utc(0).locale('ru').format('D MMMM');",
    '1 января',
  ],
  [
    "const d = require('Business.D.Dayjs'); require('Business.D.Russian'); return d('2024-05-01').locale('ru').format('D MMMM');",
    '1 мая',
  ],
  ["return require('dayjs') === require('Business.D.Dayjs');", true],
])('%s', async (code, value) => {
  expect(await scripts.run(code, given)).toMatchObject({ ok: true, returned: value, log: [] });
});

test('a name that is put together finds its library too', async () => {
  const code = "return require('Business.' + ['L', 'Lodash'].join('.')).sum([1, 2]);";
  expect(await scripts.returned(code, given)).toBe(3);
});

test('an error inside one names its file and line', async () => {
  const result = await scripts.run(
    "require('Business.M.Moment').locale({ get x() { return 1; } }, 5).nothing();",
    given,
  );
  expect(result).toMatchObject({ ok: false, error: { code: 'script_error' } });
  const inside = await scripts.run(
    "require('Business.M.Moment').defineLocale('x', { get calendar() { null.x; } });",
    given,
  );
  expect(inside).toMatchObject({ ok: false, error: { file: 'скрипт.js', line: 1 } });
});

describe('a library that exports nothing', () => {
  const empty = (code: string): Partial<ScriptRun> => ({
    libraries: { 'Business.A.B': { file: 'libraries/B.js', code } },
  });
  const WARNING = {
    level: 'warn',
    text: 'the library "Business.A.B" (libraries/B.js) exports nothing: it sets neither module.exports nor a member of exports',
  };

  test('is named once in the log of a run', async () => {
    const code = "require('Business.A.B'); require('Business.A.B'); return 1;";
    expect((await scripts.run(code, empty('const helper = () => 1;'))).log).toEqual([WARNING]);
  });

  test.each([
    'exports.a = 1;',
    'module.exports = 0;',
    'module.exports = {};',
    "Object.defineProperty(exports, 'a', { value: 1 });",
  ])('is not one with %s', async (code) => {
    expect((await scripts.run("require('Business.A.B');", empty(code))).log).toEqual([]);
  });
});
