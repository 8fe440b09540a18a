/** A lead who goes back to the bot, operators who write unasked, messages that are left, and texts for who waits. */
import { describe, expect, it } from 'vitest';
import type { DialogRunOptions } from './dialog-run.ts';
import {
  ANNA,
  BORIS,
  closed,
  leadSays,
  operatorDialog,
  short,
  startDialog,
  text,
  waitingDialog,
} from './dialog-run.ts';

const EXIT = { exit: { phrases: ['бот', '/bot'], script: 'return' } };
const RETURN = { type: 'return' } as const;
const GONE = 'mirror:note:Клиент вернулся к боту, отвечает бот';
const LEAVE = { type: 'LeaveMessageRequested' } as const;
const ASK = { type: 'TransferRequested' } as const;
const hold = { type: 'HoldText', at: null, text: 'Все заняты' } as const;
const read = (employee = ANNA, at: number | null = null) => ({ type: 'EmployeeRead', at, employee }) as const;

const transferring = (options: DialogRunOptions) => {
  const run = startDialog(options);
  run.feed(ASK);
  return run;
};

describe('the lead goes back to the bot', () => {
  const options = { settings: EXIT, exitScript: RETURN };
  it.each([
    ['transferring', transferring, ['unschedule:transfer']],
    ['waiting', waitingDialog, ['forwarded:false']],
    ['operator', operatorDialog, ['forwarded:false']],
  ])('from mode %s, and the operator reads it', (_, make, ended) => {
    const run = make(options);
    expect(short(run.feed(leadSays(' БОТ! ')))).toEqual(['mirror:lead: БОТ! ', GONE, ...ended, 'run:return:lead_exit']);
    expect(run.state).toMatchObject({ mode: 'bot', lastTransfer: { endedBy: 'lead' } });
    // Whatever is still on its way for the transfer changes nothing.
    expect(short(run.feed({ type: 'Selected', transfer: 1, notBefore: null }))).toEqual(['log:warn']);
    expect(run.state.mode).toBe('bot');
  });

  it('with a notice when the bot has no such script, and not by other words or by a correction', () => {
    const run = operatorDialog({ settings: EXIT });
    expect(short(run.feed(leadSays('бот не понял')))).toEqual(['mirror:lead:бот не понял']);
    expect(short(run.feed({ ...leadSays('бот'), isEdit: true }))).toEqual(['mirror:lead:бот']);
    expect(short(run.feed(leadSays('/bot')))).toEqual(['mirror:lead:/bot', GONE, 'forwarded:false', 'notice:exited']);
    expect(short(run.feed(leadSays('бот')))).toEqual(['mirror:lead:бот']);
  });

  it('by a script or a route, which the operator reads too; one that the operator called is no news to them', () => {
    const run = operatorDialog();
    expect(short(run.feed({ type: 'ReturnRequested', by: 'lead' }))).toEqual([GONE, 'forwarded:false']);
    expect(run.state.lastTransfer?.endedBy).toBe('lead');
    const own = operatorDialog({ scripts: ['return'] });
    own.feed(text('/bot'));
    expect(short(own.feed({ type: 'ReturnRequested', scriptType: 'return' }))).toEqual(['forwarded:false']);
  });
});

describe('an operator writes while the bot has the dialog', () => {
  const starts = ['forwarded:true', 'notice:operatorConnected:Анна Котова', 'show:Анна Котова:Вернитесь'];

  it('after the end: it is theirs, with a transfer of its own; before it: it is shown, and changes nothing', () => {
    const run = operatorDialog({ settings: EXIT, liveTexTime: 5_000 });
    run.feed(leadSays('бот'));
    expect(short(run.feed(text('Вернитесь', ANNA, 4_999)))).toEqual(['show:Анна Котова:Вернитесь', 'log:info']);
    expect(run.state).toMatchObject({ mode: 'bot', transfer: 1 });
    expect(short(run.feed(read(ANNA, 6_000)))).toEqual([]);
    expect(short(run.feed(text('Вернитесь', ANNA, 6_000)))).toEqual(starts);
    expect(run.state).toMatchObject({ mode: 'operator', transfer: 2, forwarded: true, answered: true });
    expect(run.state.lastTransfer).toMatchObject({ number: 2, connectedAt: run.now, answeredAt: run.now });
    run.feed(closed(7_000));
    expect(run.state.mode).toBe('bot');
    expect(short(run.feed(text('Поздно', ANNA, 7_000)))).toEqual(['show:Анна Котова:Поздно', 'log:info']);
  });

  it('first of all, to a lead of the bot; without a usable time it could be a late one', () => {
    const run = startDialog();
    expect(short(run.feed(text('Вернитесь')))).toEqual(['show:Анна Котова:Вернитесь', 'log:info']);
    expect(short(run.feed(text('/bot', ANNA, 1)))).toEqual(['log:info']);
    expect(short(run.feed(text('Вернитесь', null, 2)))).toEqual([
      'unschedule:transfer',
      'forwarded:true',
      'notice:transferred',
      'show:-:Вернитесь',
    ]);
    expect(run.state).toMatchObject({ mode: 'waiting', transfer: 1 });
    expect(short(startDialog().feed(text('Вернитесь', ANNA, 1)))).toEqual(starts);
  });

  it('when the binding does not want it, it is shown only', () => {
    const run = startDialog({ settings: { reopenOnOperatorText: false } });
    expect(short(run.feed(text('Вернитесь', ANNA, 1)))).toEqual(['show:Анна Котова:Вернитесь', 'log:info']);
    expect(run.state.mode).toBe('bot');
  });
});

describe('a message is left', () => {
  it('the bot keeps the dialog until an operator opens it, who is announced', () => {
    const run = startDialog({ pickupMs: 1_000 });
    expect(short(run.feed(LEAVE))).toEqual(['select:1']);
    expect(short(run.feed({ type: 'Selected', transfer: 1, notBefore: 10 }))).toEqual([]);
    expect(run.state).toMatchObject({ mode: 'bot', messageLeft: true, forwarded: false });
    expect(short(run.feed(LEAVE))).toEqual(['log:info']);
    expect(short(run.feed(read(ANNA, 9)))).toEqual([]);
    expect(short(run.feed(read(ANNA, 11)))).toEqual([
      'forwarded:true',
      'unschedule:pickup',
      'notice:operatorConnected:Анна Котова',
    ]);
    expect(run.state).toMatchObject({ mode: 'operator', transfer: 1, messageLeft: false });
    expect(short(run.feed(LEAVE))).toEqual(['log:info']);
  });

  it('goes to the group that was named, also with nobody online, and runs no script for it', () => {
    const run = startDialog({
      scripts: ['no_operators'],
      availability: { groups: [{ id: 'g', name: 'Г', online: false, free: false }] },
    });
    expect(run.feed({ ...LEAVE, group: 'Г', reason: 'ночь' })).toMatchObject([
      { do: 'select', selection: { groupId: 'g' } },
    ]);
    expect(run.state.lastTransfer).toMatchObject({
      number: 1,
      reason: 'ночь',
      group: { id: 'g', name: 'Г' },
      operators: 'none',
    });
  });

  it('is asked for again by LiveTex, refused by it, or closed unread', () => {
    const run = startDialog();
    run.feed(LEAVE, { type: 'Selected', transfer: 1, notBefore: null });
    run.now += 10;
    expect(short(run.feed({ type: 'SelectionAsked', receivedAt: run.now, groups: [] }))).toEqual(['select:1:again']);
    expect(short(run.feed({ type: 'SelectionRefused', transfer: 1, reason: 'открыт' }))).toEqual(['log:warn']);
    expect(run.state.messageLeft).toBe(true);
    expect(short(run.feed(closed(5)))).toEqual(['log:info']);
    expect(run.state).toMatchObject({ mode: 'bot', messageLeft: false, selection: null, notBefore: 6 });
    run.feed(LEAVE);
    expect(short(run.feed({ type: 'SelectionRefused', transfer: 2, reason: 'нет' }))).toEqual(['log:error']);
    expect(run.state).toMatchObject({ messageLeft: false, lastTransfer: { endedBy: 'refused' } });
  });

  it('gives way to a transfer, whose number is another one', () => {
    const run = startDialog();
    run.feed(LEAVE);
    expect(short(run.feed(ASK))).toEqual(['select:2', 'schedule:transfer']);
    run.feed({ type: 'Selected', transfer: 2, notBefore: null });
    expect(run.state).toMatchObject({ mode: 'waiting', messageLeft: false, transfer: 2 });
  });

  it('an operator who only writes /bot on it gives it back by the script', () => {
    const run = startDialog({ scripts: ['return'] });
    run.feed(LEAVE, { type: 'Selected', transfer: 1, notBefore: null });
    expect(short(run.feed(text('/bot', BORIS, 5)))).toContain('run:return:operator_command:during');
  });
});

describe('a lead who waits', () => {
  const options = { settings: { waiting: { text: 'Скоро', everySeconds: 60, times: 2 } } };
  const tick = (number: number) => ({ type: 'TimerFired', timer: 'waiting', transfer: 1, number }) as const;

  it('reads a text so often and no oftener, and none once an operator is there', () => {
    const run = waitingDialog(options);
    expect(short(run.feed(tick(1)))).toEqual(['notice:waiting', 'schedule:waiting']);
    expect(short(run.feed(tick(1)))).toEqual([]);
    expect(short(run.feed(tick(2)))).toEqual(['notice:waiting']);
    expect(short(run.feed(tick(3)))).toEqual([]);
    expect(short(run.feed(read()))).toContain('unschedule:waiting');
    expect(short(run.feed(tick(2)))).toEqual([]);
  });

  it('never reads it beside the one of LiveTex', () => {
    const run = waitingDialog(options);
    // Its text has the turn: ours, due this moment, comes an interval later.
    expect(run.feed(hold)).toMatchObject([{ do: 'schedule', number: 2, at: run.now + 60_000 }, { do: 'showText' }]);
    expect(short(run.feed(tick(1)))).toEqual([]);
    run.now += 60_000;
    expect(short(run.feed(tick(2)))).toEqual(['notice:waiting', 'schedule:waiting']);
    run.now += 59_000;
    expect(short(run.feed(hold))).toEqual(['log:info']);
    run.now += 1_000;
    expect(short(run.feed(hold))).toEqual(['schedule:waiting', 'show:-:Все заняты']);
  });
});
