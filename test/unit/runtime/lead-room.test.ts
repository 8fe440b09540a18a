import { expect, test } from 'vitest';
import { LeadRoom, MAX_LEADS_CHARS, roomOf } from '../../../runtime-shim/runtime/lead-room.ts';
import { NEW_POSITION } from '../../../runtime-shim/leads/lead-record.ts';

const NEVER = new AbortController().signal;
const LEAD = {
  ref: { botId: 'test', channel: 'telegram', externalId: '1' },
  id: 1,
  name: null,
  status: null,
  tags: [],
  attributes: {},
  systemAttributes: {},
  position: NEW_POSITION,
  createdAt: 0,
};

test('large leads of a bot wait for each other in their order, and small ones for nobody', async () => {
  const room = new LeadRoom();
  const order: string[] = [];
  const enter = async (name: string, chars: number, signal = NEVER): Promise<() => void> => {
    const leave = await room.enter(chars, signal);
    order.push(name);
    return leave;
  };
  const first = await enter('first', MAX_LEADS_CHARS / 2);
  const second = await enter('second', MAX_LEADS_CHARS / 2);
  const third = enter('third', MAX_LEADS_CHARS * 2);
  const given = new AbortController();
  const fourth = enter('fourth', 1, given.signal);
  const fifth = enter('fifth', 1);
  given.abort(new Error('nobody waits'));
  await expect(fourth).rejects.toThrow('nobody waits');
  first();
  second();
  (await third)();
  (await fifth)();
  expect(order).toEqual(['first', 'second', 'third', 'fifth']);
});

test('what is kept of a person counts nothing; attributes, tags and the memory of a question count', () => {
  const text = 'x'.repeat(20_000);
  const kept = { kind: 'text' as const, value: text };
  expect(roomOf({ ...LEAD, attributes: { a: kept } })).toBe(0);
  const waiting = { attribute: 'a', frames: [], memory: { a: text, b: text } };
  for (const lead of [
    { ...LEAD, attributes: { a: kept, b: kept } },
    { ...LEAD, systemAttributes: { sys_a: text }, tags: [text] },
    { ...LEAD, position: { ...NEW_POSITION, waiting } },
  ]) {
    expect(roomOf(lead)).toBeGreaterThan(40_000);
  }
});
