import { expect, test } from 'vitest';
import { ERRORS } from '../../../plugin/errors.ts';
import { SHIM_ERRORS } from '../../../runtime-shim/errors.ts';
import { entryText, requestError, scriptHint } from '../../../runtime-shim/simulator/page/between/entry-text.ts';
import { en } from '../../../runtime-shim/simulator/page/texts/en.ts';
import { ru } from '../../../runtime-shim/simulator/page/texts/ru.ts';
import type { EntryRecord } from '../../../runtime-shim/simulator/records.ts';

test('the page says, in both languages, what to do about every error of a script', () => {
  const codes = Object.entries({ ...ERRORS, ...SHIM_ERRORS })
    .filter(([, row]) => row.fault === 'script')
    .map(([code]) => code);
  expect(codes.length).toBeGreaterThan(10);
  for (const texts of [ru, en]) expect(codes.filter((code) => scriptHint(code, texts) === undefined)).toEqual([]);
  expect(scriptHint('constructor', ru)).toBeUndefined();
});

test('a failed request is told in the language of the page, one that is new to it as it came', () => {
  for (const code of Object.keys(ERRORS).filter((name) => name.startsWith('livetex_'))) {
    for (const texts of [ru, en]) expect(requestError(code, texts)).not.toContain(code);
  }
  expect(requestError('livetex_unreachable: LiveTex could not be reached', ru)).toBe('LiveTex недоступен');
  expect(requestError('storage_busy: try later', ru)).toBe('storage_busy: try later');
  expect(requestError('toString', ru)).toBe('toString');
});

test.each([
  ['ru', 'скрипт занял больше 16 МБ памяти'],
  ['en', 'the script used more than 16 MB of memory'],
] as const)('a script’s error is told in the language of the page: %s', (language, about) => {
  const error = {
    code: 'script_memory',
    message: 'the script used more than 16 MB of memory',
    ru: 'скрипт занял больше 16 МБ памяти',
    file: 'a.js',
    line: null,
    column: null,
  };
  const facts = { kind: 'script' as const, script: 'start', because: { code: 'start' as const }, logLines: 0, error };
  const entry = { seq: 1, at: 0, level: 'error' as const, facts } as unknown as EntryRecord;
  expect(entryText(entry, language === 'ru' ? ru : en, language).about).toBe(about);
});
