import { describe, expect, it } from 'vitest';
import type { Group } from '../../../plugin/contract/groups.ts';
import type { ScriptType } from '../../../plugin/contract/script-types.ts';
import {
  groupIn,
  NOBODY,
  ONLINE,
  TRANSFER_MS,
  UNKNOWN,
  operatorDialog,
  short,
  startDialog,
  text,
  waitingDialog,
} from './dialog-run.ts';

const BEGINS = ['select:1', 'schedule:transfer'];
const AVAILABILITY = { online: ONLINE, none: NOBODY, unknown: UNKNOWN };
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
    const run = startDialog({ scripts, availability: AVAILABILITY[operators] });
    expect(short(run.feed(ASK))).toEqual(effects);
    expect(run.state.mode).toBe(mode);
  });

  it('tells the author why the availability is unknown', () => {
    const run = startDialog({ availability: UNKNOWN });
    expect(run.feed(ASK)[0]).toMatchObject({ do: 'authorLog', text: expect.stringContaining('LiveTex is down') });
  });

  it('selects the group with the name and the attributes of the moment of the transfer', () => {
    const run = startDialog();
    expect(run.feed(ASK)[0]).toEqual({
      do: 'select',
      transfer: 1,
      again: false,
      selection: {
        groupId: 'g1',
        groupName: 'Группа g1',
        name: 'Иван',
        attributes: { номер_заявки: '705' },
        hidden: {},
      },
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
    const run = startDialog({ scripts: ['no_operators'], availability: NOBODY });
    expect(short(run.feed(ASK))).toEqual(['run:no_operators:no_operators']);
    expect(short(run.feed(ASK))).toEqual(['log:warn']);
    run.feed({ type: 'LeadMessage', content: { text: 'и всё же' } });
    expect(short(run.feed(ASK))).toEqual(['run:no_operators:no_operators']);
  });

  it('puts the dialog into the queue when the script for no operators itself asks', () => {
    const run = startDialog({ scripts: ['no_operators'], availability: NOBODY });
    expect(short(run.feed(ASK, { ...ASK, scriptType: 'no_operators' }))).toEqual(BEGINS);
  });
});

describe('the group of a transfer', () => {
  const groups = (...all: Group[]) => ({ availability: { groups: all } });
  const [sales, support, duty] = ['Продажи', 'Поддержка', 'Дежурные'].map((name, index) => ({
    ...groupIn(`g${index + 1}`, false),
    name,
  })) as [Group, Group, Group];
  const online = { online: true, free: true };
  const full = { online: true, free: false };

  it.each<{ title: string; there: Group[]; event?: object; settings?: object; group: string }>([
    {
      title: 'the first of LiveTex',
      there: [
        { ...sales, ...online },
        { ...support, ...online },
      ],
      group: 'g1',
    },
    {
      title: 'the one of the settings',
      there: [sales, { ...support, ...online }],
      settings: { group: 'поддержка' },
      group: 'g2',
    },
    {
      title: 'the one that was asked for, by its id',
      there: [{ ...sales, ...online }, support, { ...duty, ...online }],
      event: { group: 'g3' },
      settings: { group: 'Продажи' },
      group: 'g3',
    },
    {
      title: 'the first of the reserve that has somebody',
      there: [sales, support, { ...duty, ...online }],
      settings: { reserveGroups: ['Поддержка', 'Дежурные'] },
      group: 'g3',
    },
    {
      title: 'the reserve of whoever asks goes before that of the settings',
      there: [sales, { ...support, ...online }, { ...duty, ...online }],
      event: { reserve: ['Дежурные'] },
      settings: { reserveGroups: ['Поддержка'] },
      group: 'g3',
    },
    {
      title: 'a group with a free operator goes before one whose operators are all busy',
      there: [{ ...sales, ...full }, support, { ...duty, ...online }],
      settings: { reserveGroups: ['Поддержка', 'Дежурные'] },
      group: 'g3',
    },
    {
      title: 'when all are busy, the first of them',
      there: [sales, { ...support, ...full }, { ...duty, ...full }],
      settings: { reserveGroups: ['Поддержка', 'Дежурные'] },
      group: 'g2',
    },
    {
      title: 'when nobody is anywhere, the queue of the first',
      there: [sales, support],
      settings: { group: 'Поддержка', reserveGroups: ['Продажи'] },
      group: 'g2',
    },
  ])('is $title', ({ there, event, settings, group }) => {
    const run = startDialog({ ...groups(...there), settings: { reserveGroups: [], ...settings } });
    expect(run.feed({ ...ASK, ...event })[0]).toMatchObject({ do: 'select', selection: { groupId: group } });
  });

  it('one that is not there is the default one, and the author reads which there are', () => {
    const run = startDialog({ ...groups(sales, { ...support, ...online }), settings: { group: 'Поддержка' } });
    expect(run.feed({ ...ASK, group: 'Прадажи', reserve: ['Никто'] })).toMatchObject([
      {
        do: 'authorLog',
        level: 'warn',
        text: 'В LiveTex нет группы «Прадажи», «Никто», диалог идёт в группу «Поддержка»: в LiveTex есть «Продажи», «Поддержка»',
      },
      { do: 'select', selection: { groupId: 'g2' } },
      {},
    ]);
  });

  it('is chosen when the selection is sent if LiveTex did not answer, and the dialog keeps it from then on', () => {
    const run = startDialog({ availability: UNKNOWN });
    expect(run.feed({ ...ASK, group: 'Продажи' })[1]).toMatchObject({
      selection: { groupId: null, wanted: { group: 'Продажи' } },
    });
    const effects = run.feed({ type: 'Selected', transfer: 1, notBefore: null, groupId: 'g9', note: 'Группа другая' });
    expect(effects.at(-1)).toEqual({ do: 'authorLog', level: 'warn', text: 'Группа другая' });
    expect(run.state.selection).toMatchObject({ groupId: 'g9' });
  });
});

describe('outside working hours', () => {
  // Thursday the first of January 1970, some minutes past midnight.
  const schedule = { timeZone: 'UTC', hours: { thu: '09:00-18:00' }, days: {} };
  const scripts = ['no_operators'] as const;

  it('a transfer is as with nobody online, and the author reads why', () => {
    const run = startDialog({ scripts, settings: { schedule } });
    expect(short(run.feed(ASK))).toEqual(['log:info', 'run:no_operators:no_operators']);
    run.now += 10 * 3_600_000;
    expect(short(run.feed(ASK))).toEqual(BEGINS);
    expect(short(startDialog({ settings: { schedule } }).feed(ASK))).toEqual(['log:info', ...BEGINS]);
  });

  it('whoever says so asks all the same, also with nobody online', () => {
    const ask = { ...ASK, ignoreOffline: true };
    expect(short(startDialog({ scripts, settings: { schedule } }).feed(ask))).toEqual(BEGINS);
    expect(short(startDialog({ scripts, availability: NOBODY }).feed(ask))).toEqual(BEGINS);
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
      { do: 'authorLog', level: 'warn' },
      { do: 'select', transfer: 1, again: true, selection: { groupId: 'g2', name: 'Иван' } },
    ]);
    expect(run.feed(asked(run.now + 2))).toEqual([]);
    run.feed({ type: 'Selected', transfer: 1, notBefore: null });
    run.now += 10;
    expect(short(run.feed(asked(run.now)))).toEqual(['select:1:again']);
  });

  it('its own group is selected again while it is there, else the one that a transfer would take, which the author reads', () => {
    const offered = (...ids: string[]) =>
      ({ type: 'SelectionAsked', receivedAt: Infinity, groups: ids.map((id) => groupIn(id, false)) }) as const;
    const settings = { reserveGroups: [], group: 'Группа g3' };
    const run = waitingDialog({ settings, availability: { groups: [groupIn('g3', true)] } });
    expect(run.feed(offered('g1', 'g3'))).toMatchObject([{ do: 'select', selection: { groupId: 'g3' } }]);
    run.feed({ type: 'Selected', transfer: 1, notBefore: null });
    expect(run.feed(offered('g1', 'g2'))).toMatchObject([
      {
        do: 'authorLog',
        text: 'В LiveTex нет группы «Группа g3», диалог идёт в группу «Группа g1»: в LiveTex есть «Группа g1», «Группа g2»',
      },
      { do: 'select', selection: { groupId: 'g1', groupName: 'Группа g1' } },
    ]);
    run.feed({ type: 'Selected', transfer: 1, notBefore: null });
    expect(run.feed(offered())).toMatchObject([{ do: 'select', selection: { groupId: 'g1' } }]);
  });

  it('a question asked before the selection was accepted is answered already', () => {
    const run = waitingDialog();
    expect(run.feed(asked(run.now))).toEqual([]);
  });
});
