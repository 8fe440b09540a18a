import { describe, expect, it } from 'vitest';
import { foldedNames, foldRows } from '../../../runtime-shim/simulator/page/between/fold-rows.ts';
import { attributeCount, outcomesOf } from '../../../runtime-shim/simulator/page/lead/chat-facts.ts';
import { EMPTY_STATE, stepsDone } from '../../../runtime-shim/simulator/page/state/store.ts';
import type {
  ConversationRecord,
  EntryFacts,
  EntryRecord,
  LeadRecord,
} from '../../../runtime-shim/simulator/records.ts';

const USER = 'support:telegram:olga';

function lead(more: Partial<LeadRecord> = {}): LeadRecord {
  return {
    userId: USER,
    channel: 'telegram',
    externalId: 'olga',
    name: 'Ольга',
    attributes: {},
    systemAttributes: {},
    tags: [],
    scheduled: [],
    dialog: null,
    ...more,
  };
}

function entry(id: number, facts: EntryFacts, more: Partial<EntryRecord> = {}): EntryRecord {
  return { id, at: id, userId: USER, chain: id, level: 'info', facts, ...more };
}
const said = (id: number, seq: number): EntryRecord =>
  entry(id, { kind: 'lead_message', text: 'да', attachments: 0, seq });
const ran = (id: number, chain: number, failed = false): EntryRecord =>
  entry(
    id,
    {
      kind: 'script',
      script: 'start',
      because: { code: 'new_lead' },
      logLines: 0,
      ...(failed ? { error: { code: 'script_error', message: 'x', file: 'a.js', line: 1, column: 1 } } : {}),
    },
    { chain, level: failed ? 'error' : 'info' },
  );
const mode = (id: number, from: 'bot' | 'waiting' | 'operator', to: 'bot' | 'waiting' | 'operator'): EntryRecord =>
  entry(id, { kind: 'mode', from, to, transfer: 1, cause: 'x' });
const sent = (id: number, method = 'sendText'): EntryRecord =>
  entry(id, { kind: 'request', method, status: 200, ms: 1, text: '' });

describe('what came of a lead’s message', () => {
  it('is the script that failed because of it, and of no other', () => {
    const failed = ran(4, 3, true);
    const outcomes = outcomesOf([said(1, 1), ran(2, 1), said(3, 3), failed], lead());
    expect([...outcomes]).toEqual([[3, { failed }]]);
  });

  it('is the bot’s silence while an operator has the dialog, told once, and not where a route answered', () => {
    const entries = [
      said(1, 1),
      ran(2, 1),
      mode(3, 'bot', 'waiting'),
      said(4, 5),
      said(5, 6),
      mode(6, 'waiting', 'operator'),
      said(7, 8),
      ran(8, 7),
      said(9, 9),
      mode(10, 'operator', 'bot'),
      said(11, 11),
    ];
    expect([...outcomesOf(entries, lead())]).toEqual([
      [5, { silent: 'waiting' }],
      [9, { silent: 'operator' }],
    ]);
  });

  it('is known from the lead where nothing else tells of the mode, and never from another lead', () => {
    const dialog = { mode: 'operator', transfer: 1, operator: null, forwarded: true, binding: 'main' } as const;
    expect([...outcomesOf([said(1, 1)], lead({ dialog }))]).toEqual([[1, { silent: 'operator' }]]);
    const others = [mode(1, 'bot', 'operator'), said(2, 1)].map((one) => ({ ...one, userId: 'support:vk:x' }));
    expect([...outcomesOf(others, lead())]).toEqual([]);
  });
});

it('counts attributes, not the objects that hold them', () => {
  const systemAttributes = { sys_livetex_attrs: { номер_заявки: 705, имя_заявки: 'Test' }, sys_list: [1, 2, 3] };
  expect(attributeCount(lead({ attributes: { phone: '+7' }, systemAttributes }))).toBe(4);
  expect(attributeCount(lead())).toBe(0);
});

describe('the folded wire', () => {
  it('is one line for what stands together and went well', () => {
    const failed = entry(5, { kind: 'request', method: 'sendText', status: 500, ms: 1, text: '' }, { level: 'error' });
    const entries = [said(1, 1), sent(2), sent(3), sent(4, 'getDestinations'), failed, sent(6)];
    const rows = foldRows(entries, new Set());
    expect(rows.map(({ id }) => id)).toEqual(['1', 'fold-2', '5', 'fold-6']);
    const [, fold] = rows;
    expect(fold !== undefined && 'folded' in fold && foldedNames(fold.folded)).toBe('sendText ×2, getDestinations');
  });

  it('shows what it holds once it is opened', () => {
    const rows = foldRows([said(1, 1), sent(2), sent(3)], new Set(['fold-2']));
    expect(rows.map(({ id }) => id)).toEqual(['1', 'fold-2', '2', '3']);
  });
});

describe('the guide', () => {
  const conversation = (state: ConversationRecord['state']): ConversationRecord => ({
    userId: USER,
    name: 'Ольга',
    state,
    operatorId: null,
    group: null,
    attributes: {},
    hiddenAttributes: {},
    unread: 0,
    lastText: '',
    lastAt: 0,
  });
  const state = { ...EMPTY_STATE, leads: [lead()], messages: new Map() };

  it('ticks the transfer by the transfer, however it came about', () => {
    expect(stepsDone({ ...state, conversations: [conversation('stored')] })).toEqual([false, false, false, false]);
    expect(stepsDone({ ...state, conversations: [conversation('queued')] })[1]).toBe(true);
    const back = { conversations: [conversation('stored')], entries: [mode(1, 'bot', 'waiting')] };
    expect(stepsDone({ ...state, ...back })[1]).toBe(true);
  });

  it('counts nothing of the dialog that plays by itself', () => {
    const demo = { ...state, leads: [lead({ externalId: 'demo-1' })] };
    expect(stepsDone({ ...demo, conversations: [conversation('queued')] })[1]).toBe(false);
  });
});
