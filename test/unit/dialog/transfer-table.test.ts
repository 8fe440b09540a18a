import { describe, expect, it } from 'vitest';
import type { ScriptType } from '../../../plugin/contract/script-types.ts';
import { TRANSFER_MS, operatorDialog, short, startDialog, text, waitingDialog } from './dialog-run.ts';

const BEGINS = ['select:1', 'schedule:transfer'];
const ASK = { type: 'TransferRequested' } as const;

describe('the transfer table', () => {
  const rows: ReadonlyArray<{
    operators: 'online' | 'none' | 'unknown';
    scripts: ScriptType[];
    mode: string;
    effects: string[];
  }> = [
    { operators: 'online', scripts: [], mode: 'transferring', effects: BEGINS },
    { operators: 'online', scripts: ['no_operators'], mode: 'transferring', effects: BEGINS },
    { operators: 'none', scripts: ['no_operators'], mode: 'bot', effects: ['run:no_operators:no_operators'] },
    { operators: 'none', scripts: [], mode: 'transferring', effects: BEGINS },
    {
      operators: 'unknown',
      scripts: ['no_operators'],
      mode: 'bot',
      effects: ['log:warn', 'run:no_operators:no_operators'],
    },
    { operators: 'unknown', scripts: [], mode: 'transferring', effects: ['log:warn', ...BEGINS] },
  ];
  it.each(rows)('operators $operators, scripts $scripts: mode $mode', ({ operators, scripts, mode, effects }) => {
    const run = startDialog({ scripts, availability: { state: operators, groupId: null, reason: 'LiveTex is down' } });
    expect(short(run.feed(ASK))).toEqual(effects);
    expect(run.state.mode).toBe(mode);
  });

  it('tells the author why the availability is unknown', () => {
    const run = startDialog({ availability: { state: 'unknown', groupId: null, reason: 'LiveTex is down' } });
    expect(run.feed(ASK)[0]).toMatchObject({ do: 'authorLog', text: expect.stringContaining('LiveTex is down') });
  });

  it('selects the group with the name and the attributes of the moment of the transfer', () => {
    const run = startDialog();
    expect(run.feed(ASK)[0]).toEqual({
      do: 'select',
      transfer: 1,
      again: false,
      selection: { groupId: 'g1', name: 'Иван', attributes: { номер_заявки: '705' }, hidden: {} },
    });
  });

  it('a second request while one is under way does nothing, in each mode', () => {
    const transferring = startDialog();
    transferring.feed(ASK);
    for (const run of [transferring, waitingDialog(), operatorDialog()]) {
      const before = run.state;
      expect(run.feed(ASK)).toEqual([]);
      expect(run.state).toBe(before);
    }
  });

  it('runs «Нет доступных операторов» once until the lead says something, so that it cannot call itself for ever', () => {
    const run = startDialog({ scripts: ['no_operators'], availability: { state: 'none', groupId: 'g1' } });
    expect(short(run.feed(ASK))).toEqual(['run:no_operators:no_operators']);
    expect(short(run.feed(ASK))).toEqual(['log:warn']);
    run.feed({ type: 'LeadMessage', content: { text: 'и всё же' } });
    expect(short(run.feed(ASK))).toEqual(['run:no_operators:no_operators']);
  });

  it('puts the dialog into the queue when the script for no operators itself asks', () => {
    const run = startDialog({ scripts: ['no_operators'], availability: { state: 'none', groupId: 'g1' } });
    expect(short(run.feed(ASK, { ...ASK, scriptType: 'no_operators' }))).toEqual(BEGINS);
  });
});

describe('LiveTex accepts or not', () => {
  it('waits only once LiveTex has accepted: flag and notice', () => {
    const run = startDialog();
    run.feed(ASK);
    expect(run.state.forwarded).toBe(false);
    expect(short(run.feed({ type: 'Selected', transfer: 1, notBefore: null }))).toEqual([
      'unschedule:transfer',
      'forwarded:true',
      'notice:transferred',
    ]);
    expect(run.state).toMatchObject({ mode: 'waiting', forwarded: true, transfer: 1 });
  });

  it('tells the lead once, though LiveTex accepts twice', () => {
    const run = waitingDialog();
    expect(run.feed({ type: 'Selected', transfer: 1, notBefore: null })).toEqual([]);
  });

  it.each([
    ['refused', { type: 'SelectionRefused', transfer: 1, reason: 'livetex_refused: no' } as const],
    ['not accepted in time', { type: 'TimerFired', timer: 'transfer', transfer: 1, number: 0 } as const],
  ])('%s: back to the bot, error in the log, the script for it', (_, event) => {
    const run = startDialog({ scripts: ['no_operators'] });
    run.feed(ASK);
    run.now += TRANSFER_MS;
    expect(short(run.feed(event))).toEqual(['unschedule:transfer', 'log:error', 'run:no_operators:transfer_failed']);
    expect(run.state.mode).toBe('bot');
    expect(short(startDialogThenFail(event))).toEqual(['unschedule:transfer', 'log:error']);
  });

  it.each(['waiting', 'operator'] as const)('in mode %s a repeat that LiveTex refuses takes nobody away', (mode) => {
    const run = mode === 'waiting' ? waitingDialog() : operatorDialog();
    const asked = { type: 'SelectionAsked', receivedAt: run.now + 1, groupId: null } as const;
    expect(short(run.feed(asked))).toEqual(['select:1:again']);
    const refused = { type: 'SelectionRefused', transfer: 1, reason: 'livetex_refused: already selected' } as const;
    expect(short(run.feed(refused))).toEqual(['log:warn']);
    expect(run.state).toMatchObject({ mode, transfer: 1, forwarded: true });
    expect(short(run.feed(asked))).toEqual(['select:1:again']);
  });

  it('a refused repeat of a selection whose answer was lost takes nobody away who has the dialog already', () => {
    const run = startDialog({ scripts: ['no_operators'] });
    run.feed(ASK, text('Здравствуйте'));
    expect(short(run.feed({ type: 'SelectionRefused', transfer: 1, reason: 'livetex_refused: no' }))).toEqual([
      'log:warn',
    ]);
    expect(run.state.mode).toBe('operator');
  });

  it('an acceptance that comes after the dialog went back changes nothing but the log', () => {
    const run = startDialog();
    run.feed(ASK, { type: 'ReturnRequested' });
    const before = run.state;
    expect(short(run.feed({ type: 'Selected', transfer: 1, notBefore: null }))).toEqual(['log:warn']);
    expect(run.state).toBe(before);
  });

  it('what comes for an older transfer does not touch the next one', () => {
    const run = startDialog({ scripts: ['no_operators'] });
    run.feed(ASK, { type: 'ReturnRequested' }, ASK);
    const before = run.state;
    run.feed({ type: 'SelectionRefused', transfer: 1, reason: 'late' });
    run.feed({ type: 'TimerFired', timer: 'transfer', transfer: 1, number: 0 });
    run.feed({ type: 'Selected', transfer: 1, notBefore: null });
    expect(run.state).toBe(before);
    expect(run.state).toMatchObject({ mode: 'transferring', transfer: 2 });
  });

  it("an operator's message proves the acceptance whose answer was lost", () => {
    const run = startDialog();
    run.feed(ASK);
    expect(short(run.feed(text('Здравствуйте')))).toEqual([
      'unschedule:transfer',
      'forwarded:true',
      'notice:transferred',
      'notice:operatorConnected:Анна Котова',
      'show:Анна Котова:Здравствуйте',
    ]);
    expect(run.feed({ type: 'Selected', transfer: 1, notBefore: null })).toEqual([]);
    expect(run.state.mode).toBe('operator');
  });
});

function startDialogThenFail(event: Parameters<ReturnType<typeof startDialog>['feed']>[0]) {
  const run = startDialog();
  return run.feed(ASK, event);
}

describe('LiveTex asks for a group', () => {
  const asked = (receivedAt: number, groupId: string | null = 'g2') =>
    ({ type: 'SelectionAsked', receivedAt, groupId }) as const;

  it('in mode bot and while a selection is on its way nothing is sent', () => {
    const run = startDialog();
    expect(run.feed(asked(run.now))).toEqual([]);
    run.feed(ASK);
    expect(run.feed(asked(run.now))).toEqual([]);
  });

  it.each([
    ['waiting', waitingDialog],
    ['operator', operatorDialog],
  ])('in mode %s the selection is sent again, one at a time, to the group that is there', (_, make) => {
    const run = make();
    const effects = run.feed(asked(run.now + 1));
    expect(effects).toMatchObject([
      { do: 'select', transfer: 1, again: true, selection: { groupId: 'g2', name: 'Иван' } },
    ]);
    expect(run.feed(asked(run.now + 2))).toEqual([]);
    run.feed({ type: 'Selected', transfer: 1, notBefore: null });
    run.now += 10;
    expect(short(run.feed(asked(run.now)))).toEqual(['select:1:again']);
  });

  it('a question asked before the selection was accepted is answered already', () => {
    const run = waitingDialog();
    expect(run.feed(asked(run.now))).toEqual([]);
  });
});
