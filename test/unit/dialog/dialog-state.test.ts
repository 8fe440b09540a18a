import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { STATE_FORMAT } from '../../../plugin/contract/dialog.ts';
import { NEW_DIALOG, loadDialog, viewOf } from '../../../plugin/dialog/dialog-state.ts';
import { noticeText } from '../../../plugin/runner/delivery-of.ts';
import { DEFAULT_NOTICES } from '../../../plugin/contract/binding-config.ts';
import { closed, operatorDialog, startDialog } from './dialog-run.ts';

const FOLDER = new URL('../../fixtures/dialog-states/', import.meta.url);

describe('saved dialogs', () => {
  it.each(readdirSync(FOLDER))('%s, as an earlier version stored it, loads and goes on', (name) => {
    const stored = JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as unknown;
    const run = startDialog();
    run.state = loadDialog(stored);
    expect(run.state.format).toBe(STATE_FORMAT);
    expect(viewOf(run.state, 'main')).toEqual({
      mode: 'operator',
      transfer: 3,
      operator: { id: 'e1', name: 'Анна Котова' },
      forwarded: true,
      binding: 'main',
    });
    run.feed(closed(1_772_355_700_000));
    expect(run.state).toMatchObject({ mode: 'bot', transfer: 3 });
  });

  it('there is a fixture of the present format', () => {
    expect(readdirSync(FOLDER)).toContain(`format-${STATE_FORMAT}.json`);
  });

  it('a dialog survives storage as it is', () => {
    const { state } = operatorDialog({ replyMs: 1_000 });
    expect(loadDialog(JSON.parse(JSON.stringify(state)))).toEqual(state);
    expect(loadDialog(undefined)).toBe(NEW_DIALOG);
  });

  it('a format of a newer version is refused, not guessed at', () => {
    expect(() => loadDialog({ ...NEW_DIALOG, format: STATE_FORMAT + 1 })).toThrow(/format/);
  });
});

describe('notices', () => {
  it('are exactly these by default', () => {
    expect(noticeText(DEFAULT_NOTICES, 'transferred', undefined)).toBe('Диалог переведён на оператора');
    expect(noticeText(DEFAULT_NOTICES, 'operatorConnected', 'Анна')).toBe('Оператор Анна подключился к диалогу');
    expect(noticeText(DEFAULT_NOTICES, 'returned', undefined)).toBe('Оператор вернул диалог боту');
  });

  it.each(['$&', "$'", '$1', '{operator}', '<b>'])('put the name %j in as it is, once', (name) => {
    const templates = { ...DEFAULT_NOTICES, operatorConnected: '{operator} и ещё раз {operator}' };
    expect(noticeText(templates, 'operatorConnected', name)).toBe(`${name} и ещё раз ${name}`);
  });

  it('are not sent when empty, and read well without a name', () => {
    expect(noticeText({ ...DEFAULT_NOTICES, returned: ' ' }, 'returned', undefined)).toBeUndefined();
    expect(noticeText(DEFAULT_NOTICES, 'operatorConnected', '')).toBe('Оператор подключился к диалогу');
  });
});
