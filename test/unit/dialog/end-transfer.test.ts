import { describe, expect, it } from 'vitest';
import { ANNA, closed, leadSays, operatorDialog, short, startDialog, text, waitingDialog } from './dialog-run.ts';

/** LiveTex has no method to close a conversation: its operator reads this. */
const GONE = 'mirror:note:Клиент вернулся к боту, отвечает бот';
const RETURN = { type: 'ReturnRequested' } as const;

describe('return', () => {
  it.each([
    ['waiting', waitingDialog],
    ['operator', operatorDialog],
  ])('Closed in mode %s: notice, flag cleared, script of type Возврат', (_, make) => {
    const run = make({ scripts: ['return'] });
    expect(short(run.feed(closed()))).toEqual(['notice:returned', 'forwarded:false', 'run:return:returned']);
    expect(run.state).toMatchObject({ mode: 'bot', forwarded: false, employee: null, transfer: 1 });
  });

  it.each([
    ['waiting', waitingDialog],
    ['operator', operatorDialog],
  ])('taken back in mode %s by whoever runs the bot: as after Closed, and the author reads why', (_, make) => {
    const run = make({ scripts: ['return'] });
    const effects = run.feed({ ...RETURN, reason: 'Подключение удалено' });
    expect(effects).toContainEqual({ do: 'authorLog', level: 'warn', text: 'Подключение удалено' });
    expect(short(effects)).toEqual(
      expect.arrayContaining(['notice:returned', 'forwarded:false', 'run:return:returned']),
    );
    expect(run.state.mode).toBe('bot');
    expect(run.feed({ ...RETURN, reason: 'Подключение удалено' })).toEqual([]);
  });

  it('without a script only the notice and the flag', () => {
    expect(short(operatorDialog().feed(closed()))).toEqual(['notice:returned', 'forwarded:false']);
  });

  it('from the bot side the same without the notice', () => {
    const run = operatorDialog({ scripts: ['return'] });
    expect(short(run.feed(RETURN))).toEqual([GONE, 'forwarded:false', 'run:return:returned']);
  });

  it('before an operator joined it runs no script of type Возврат', () => {
    const waiting = waitingDialog({ scripts: ['return'] });
    expect(short(waiting.feed(RETURN))).toEqual([GONE, 'forwarded:false']);
    const asked = startDialog({ scripts: ['return'] });
    asked.feed({ type: 'TransferRequested' });
    expect(short(asked.feed({ ...RETURN, scriptType: 'standard' }))).toEqual([GONE, 'unschedule:transfer']);
    const again = operatorDialog({ scripts: ['return'] });
    again.feed(RETURN, { type: 'TransferRequested' }, { type: 'Selected', transfer: 2, notBefore: null });
    expect(short(again.feed(RETURN))).toEqual([GONE, 'forwarded:false']);
  });

  it('a script of type Возврат that returns the dialog is not started again', () => {
    const run = operatorDialog({ scripts: ['return'] });
    expect(short(run.feed({ ...RETURN, scriptType: 'return' }))).toEqual([GONE, 'forwarded:false']);
  });

  it('before LiveTex has accepted there is no flag to clear, and the timer ends', () => {
    const run = startDialog();
    run.feed({ type: 'TransferRequested' });
    expect(short(run.feed(RETURN))).toEqual([GONE, 'unschedule:transfer']);
    expect(run.state.mode).toBe('bot');
  });

  it('Closed changes nothing in mode bot, nor before LiveTex has accepted', () => {
    const run = startDialog({ scripts: ['return'] });
    expect(run.feed(closed(), RETURN)).toEqual([]);
    run.feed({ type: 'TransferRequested' });
    expect(run.feed(closed())).toEqual([]);
    expect(run.state.mode).toBe('transferring');
  });

  it('a second and a third transfer are numbered and work like the first', () => {
    const run = startDialog({ scripts: ['return'] });
    for (const transfer of [1, 2, 3]) {
      expect(short(run.feed({ type: 'TransferRequested' }))).toContain(`select:${transfer}`);
      expect(short(run.feed({ type: 'Selected', transfer, notBefore: null }))).toContain('notice:transferred');
      expect(short(run.feed(text('Здравствуйте')))[0]).toBe('notice:operatorConnected:Анна Котова');
      expect(short(run.feed(closed()))).toEqual(['notice:returned', 'forwarded:false', 'run:return:returned']);
    }
  });
});

describe('nobody comes', () => {
  const pickup = (transfer = 1) => ({ type: 'TimerFired', timer: 'pickup', transfer, number: 0 }) as const;
  const reply = (number: number, transfer = 1) => ({ type: 'TimerFired', timer: 'reply', transfer, number }) as const;

  it('no operator within pickupTimeout: script, mode bot, no notice', () => {
    const run = waitingDialog({ pickupMs: 60_000, scripts: ['operator_timeout', 'return'] });
    expect(short(run.feed(pickup()))).toEqual([
      'unschedule:pickup',
      'forwarded:false',
      'log:warn',
      'run:operator_timeout:operator_timeout',
    ]);
    expect(run.state.mode).toBe('bot');
  });

  it('falls back to the script of type Возврат, then to none', () => {
    expect(short(waitingDialog({ pickupMs: 1, scripts: ['return'] }).feed(pickup()))).toContain(
      'run:return:operator_timeout',
    );
    expect(short(waitingDialog({ pickupMs: 1 }).feed(pickup())).join()).not.toContain('run:');
  });

  it('the pick-up timer ends when an operator comes', () => {
    const run = waitingDialog({ pickupMs: 60_000 });
    expect(short(run.feed({ type: 'EmployeeRead', at: null, employee: ANNA }))).toContain('unschedule:pickup');
    const before = run.state;
    expect(run.feed(pickup())).toEqual([]);
    expect(run.state).toBe(before);
  });

  it('an operator who opens the dialog and says nothing is silent, too', () => {
    const run = waitingDialog({ replyMs: 60_000 });
    expect(short(run.feed({ type: 'EmployeeRead', at: null, employee: ANNA }))).toContain('schedule:reply');
    // An automatic "please wait" is no answer.
    expect(short(run.feed({ type: 'HoldText', at: null, text: 'Подождите' }))).toEqual(['show:-:Подождите']);
    expect(short(run.feed(reply(1)))).toContain('log:warn');
    expect(run.state.mode).toBe('bot');
  });

  it('an answer ends the timer, the next message of the lead starts another, more messages do not prolong it', () => {
    const run = operatorDialog({ replyMs: 60_000 });
    expect(short(run.feed(text('Слушаю')))).toEqual(['show:Анна Котова:Слушаю', 'unschedule:reply']);
    expect(short(run.feed(leadSays('Вопрос')))).toEqual(['mirror:lead:Вопрос', 'schedule:reply']);
    expect(short(run.feed(leadSays('Ау')))).toEqual(['mirror:lead:Ау']);
    const before = run.state;
    expect(run.feed(reply(1))).toEqual([]);
    expect(run.state).toBe(before);
    expect(short(run.feed(reply(2)))).toEqual(['unschedule:reply', 'forwarded:false', 'log:warn']);
  });

  it('timers of an older transfer do nothing in the next one', () => {
    const run = operatorDialog({ replyMs: 60_000, pickupMs: 60_000 });
    run.feed(closed(), { type: 'TransferRequested' }, { type: 'Selected', transfer: 2, notBefore: null });
    const before = run.state;
    expect(run.feed(pickup(1), reply(1, 1))).toEqual([]);
    expect(run.state).toBe(before);
  });

  it('without the settings there are no timers', () => {
    const run = operatorDialog();
    expect(short(run.feed(leadSays('Вопрос')))).toEqual(['mirror:lead:Вопрос']);
  });
});
