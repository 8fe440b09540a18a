/** The bot asks for an operator itself when it could not help so many times in a row. */
import { describe, expect, it } from 'vitest';
import { bindingsSchema } from '../../../plugin/contract/binding-config.ts';
import {
  ANNA,
  botSays,
  closed,
  type DialogRunOptions,
  leadSays,
  NOBODY,
  operatorDialog,
  short,
  startDialog,
  text,
} from './dialog-run.ts';

const NET = { settings: { safetyNet: { scriptErrors: 2, misunderstandings: 3 } } } satisfies DialogRunOptions;
const FAILED = { type: 'BotStumbled', kind: 'script_error', script: 'Заказ' } as const;
const LOST = { type: 'BotStumbled', kind: 'misunderstanding' } as const;
/** A message on which the bot stumbled. */
const failed = [leadSays('заказ'), FAILED] as const;
const lost = [leadSays('ммм'), botSays('Не понял'), LOST] as const;
const fine = [leadSays('привет'), botSays('Здравствуйте')] as const;
const RESCUED = ['log:warn', 'select:1', 'schedule:transfer'];

describe('the safety net', () => {
  it('asks for an operator at the last of a row, with the reason, and counts anew afterwards', () => {
    const run = startDialog(NET);
    expect(short(run.feed(...lost, ...lost))).toEqual([]);
    expect(short(run.feed(...lost))).toEqual(RESCUED);
    expect(run.state).toMatchObject({
      mode: 'transferring',
      stumbles: null,
      lastTransfer: { reason: 'Бот не понял клиента: непонятых сообщений подряд — 3', script: null },
    });
    run.feed({ type: 'Selected', transfer: 1, notBefore: null }, text('Слушаю'), closed());
    expect(short(run.feed(...failed))).toEqual([]);
    run.feed(...failed);
    expect(run.state.lastTransfer).toMatchObject({
      number: 2,
      reason: 'Бот не справился: ошибок в скриптах подряд — 2',
      script: 'Заказ',
    });
  });

  it('a message that was handled well ends the row; what stumbles otherwise, or is corrected, does not', () => {
    const run = startDialog(NET);
    run.feed(...failed, ...fine, ...failed);
    expect(run.state).toMatchObject({ mode: 'bot', stumbles: { errors: 1 } });
    run.feed(...lost, { ...leadSays('закас'), isEdit: true });
    expect(short(run.feed(...failed))).toEqual(RESCUED);
  });

  it('is off by default, and for a kind that has no limit', () => {
    const run = startDialog();
    run.feed(...failed, ...failed, ...failed, ...lost, ...lost, ...lost);
    expect(run.state).toMatchObject({ mode: 'bot', transfer: 0, stumbles: null });
    run.options = { settings: { safetyNet: { misunderstandings: 1 } } };
    run.feed(...failed, ...failed, ...failed);
    expect(run.state.mode).toBe('bot');
    expect(short(run.feed(...lost))).toEqual(RESCUED);
  });

  it('never while an operator has the dialog, nor for what happened before', () => {
    const run = operatorDialog(NET);
    run.feed(...failed, ...failed, ...failed);
    expect(run.state).toMatchObject({ mode: 'operator', transfer: 1, stumbles: null });
    run.feed(closed(), ...failed);
    expect(run.state).toMatchObject({ mode: 'bot', transfer: 1 });
    // Whoever asks before the net does, and an operator who writes first, end the row too.
    const asked = startDialog(NET);
    asked.feed(...failed, { type: 'TransferRequested' });
    expect(asked.state.stumbles).toBeNull();
    const called = startDialog(NET);
    called.feed(...failed, text('Помочь?', ANNA, 5));
    expect(called.state).toMatchObject({ mode: 'operator', stumbles: null });
  });

  it('with nobody online is a transfer as any other: the script for that, once for a word of the lead', () => {
    const run = startDialog({ ...NET, availability: NOBODY, scripts: ['no_operators'] });
    run.feed(...failed);
    expect(short(run.feed(...failed))).toEqual(['log:warn', 'run:no_operators:no_operators']);
    expect(run.state).toMatchObject({ mode: 'bot', stumbles: null, noOperatorsScriptRan: true });
    // The bot asks by itself on the same message: the lead has heard it already.
    expect(short(run.feed(FAILED, FAILED, FAILED))).toEqual([]);
    expect(short(run.feed(...failed))).toEqual(['log:warn', 'run:no_operators:no_operators']);
  });

  it.each([
    [{}, 'catches nothing: give "scriptErrors" or "misunderstandings"'],
    [{ scriptErrors: 0 }, 'safetyNet'],
    [{ misunderstandings: 1.5 }, 'safetyNet'],
    [{ errors: 2 }, 'errors'],
  ])('a wrong one is refused with its place: %o', (safetyNet, problem) => {
    const issues = bindingsSchema.safeParse([{ token: 't', safetyNet }]).error?.issues ?? [];
    expect(issues[0]?.path.slice(0, 2)).toEqual([0, 'safetyNet']);
    expect(JSON.stringify(issues)).toContain(JSON.stringify(problem).slice(1, -1));
  });
});
