import { expect, test } from 'vitest';
import { SCRIPT_CAUSE_CODES, scriptCauseSchema } from '../../../runtime-shim/leads/script-cause.ts';
import { SCRIPT_CAUSE_TEXTS, scriptCauseText } from '../../../runtime-shim/leads/script-cause-text.ts';
import { positionSchema } from '../../../runtime-shim/leads/lead-record.ts';
import { en } from '../../../runtime-shim/simulator/page/texts/en.ts';

test('says what a cause is about, whatever characters it has', () => {
  expect(scriptCauseText({ code: 'menu_item', of: '2 Позвать за $& {of}' })).toBe('пункт меню "2 Позвать за $& {of}"');
  expect(scriptCauseText({ code: 'new_lead' }, en.between.scriptCauses)).toBe('new lead');
});

test('every language speaks of the same thing', () => {
  const about = (texts: Readonly<Record<string, string>>): string[] =>
    SCRIPT_CAUSE_CODES.filter((code) => texts[code]?.includes('{of}') === true);
  expect(about(en.between.scriptCauses)).toEqual(about(SCRIPT_CAUSE_TEXTS));
});

test('a cause that an earlier version stored as a sentence is told as it was', () => {
  expect(scriptCauseText(scriptCauseSchema.parse('новый лид'))).toBe('новый лид');
  const frames = [{ script: 'start', cause: 'пункт меню "1 Да"', begun: true, next: 1, pending: [] }];
  const waiting = { attribute: 'name', frames, memory: {} };
  expect(positionSchema.parse({ started: true, waiting, menu: null }).waiting?.frames[0]?.cause).toEqual({
    code: 'told',
    of: 'пункт меню "1 Да"',
  });
});
