import { expect, test } from 'vitest';
import { createMemoryStorage, type Storage } from '../../../plugin/storage/index.ts';
import type { LeadRef } from '../../../plugin/contract/lead.ts';
import {
  ensureLead,
  leadNumber,
  leadWithNumber,
  listLeads,
  SharedBotAttributes,
  readForwarded,
  readLead,
  writeBotAttributes,
  writeForwarded,
  writeLead,
} from '../../../runtime-shim/leads/lead-store.ts';
import { appendLine, readTranscript } from '../../../runtime-shim/leads/transcript.ts';
import { createTestClock } from '../../support/test-clock.ts';

const ANNA: LeadRef = { botId: 'support', channel: 'telegram', externalId: 'anna:1' };
const BORIS: LeadRef = { botId: 'support', channel: 'viber', externalId: 'борис' };

function memory(): Storage {
  return createMemoryStorage({ clock: createTestClock() });
}

test('a lead is made once, keeps its number, and is found by it', async () => {
  const storage = memory();
  const first = await storage.transaction((tx) => ensureLead(tx, ANNA, 'Анна', 5));
  const again = await storage.transaction((tx) => ensureLead(tx, ANNA, 'Другая', 6));
  expect(again).toEqual(first);
  expect(first.lead).toMatchObject({ name: 'Анна', id: leadNumber(ANNA), createdAt: 5 });
  expect(Number.isSafeInteger(first.lead.id)).toBe(true);
  expect(await storage.read((tx) => leadWithNumber(tx, String(first.lead.id)))).toEqual(ANNA);
  expect(await storage.read((tx) => leadWithNumber(tx, '1'))).toBeUndefined();
  expect(await storage.read((tx) => leadWithNumber(tx, 'x\u0000'))).toBeUndefined();
});

test('two leads whose numbers fall together get different ones', async () => {
  const storage = memory();
  await storage.transaction((tx) => tx.putRecord('lead_ids', String(leadNumber(ANNA)), { ...BORIS }));
  const { lead } = await storage.transaction((tx) => ensureLead(tx, ANNA, null, 0));
  expect(lead.id).toBe(leadNumber(ANNA) + 1);
});

test('a lead is written by compare-and-set', async () => {
  const storage = memory();
  const { lead, version } = await storage.transaction((tx) => ensureLead(tx, ANNA, null, 0));
  await storage.transaction((tx) => writeLead(tx, { ...lead, tags: ['vip'] }, version));
  await expect(storage.transaction((tx) => writeLead(tx, lead, version))).rejects.toMatchObject({
    code: 'storage_conflict',
  });
  expect((await storage.read((tx) => readLead(tx, ANNA)))?.lead.tags).toEqual(['vip']);
});

test('leads are listed by bot, in pages', async () => {
  const storage = memory();
  const others = { ...ANNA, botId: 'other' };
  for (const ref of [BORIS, ANNA, others]) await storage.transaction((tx) => ensureLead(tx, ref, null, 0));
  const page = await storage.read((tx) => listLeads(tx, 'support', { limit: 1 }));
  expect(page).toEqual([ANNA]);
  const rest = await storage.read((tx) => listLeads(tx, 'support', { limit: 5, after: 'support:telegram:anna:1' }));
  expect(rest).toEqual([BORIS]);
});

test('the flag, and the attributes of the bot', async () => {
  const storage = memory();
  expect(await storage.read((tx) => readForwarded(tx, ANNA))).toBe(false);
  await storage.transaction((tx) => writeForwarded(tx, ANNA, true));
  expect(await storage.read((tx) => readForwarded(tx, ANNA))).toBe(true);
  await storage.transaction((tx) =>
    writeBotAttributes(
      tx,
      'support',
      new Map([
        ['a', '1'],
        ['b', '2'],
      ]),
    ),
  );
  await storage.transaction((tx) =>
    writeBotAttributes(
      tx,
      'support',
      new Map([
        ['a', null],
        ['__proto__', 'x'],
      ]),
    ),
  );
  const attributes = await storage.read((tx) => new SharedBotAttributes().read(tx, 'support'));
  expect(attributes['b']).toBe('2');
  expect('a' in attributes).toBe(false);
});

test('a transcript keeps every kind of line in order', async () => {
  const storage = memory();
  const lines = [
    { from: 'lead', text: 'привет' },
    { from: 'bot', text: 'меню', buttons: [[{ text: 'Один', callback_data: '1' }]] },
    { from: 'operator', attachments: [{ type: 'file', url: 'https://example.com/a', name: 'a' }], operator: 'Олег' },
    { from: 'notice', text: 'Оператор вернул диалог боту' },
  ] as const;
  for (const [index, line] of lines.entries()) await storage.transaction((tx) => appendLine(tx, ANNA, line, index));
  const read = await storage.read((tx) => readTranscript(tx, ANNA, { after: 0, maxLines: 10, maxSize: 1_000_000 }));
  expect(read).toEqual(lines.map((line, index) => ({ seq: index + 1, ...line, at: index })));
  expect(
    await storage.read((tx) => readTranscript(tx, ANNA, { after: 3, maxLines: 10, maxSize: 1_000_000 })),
  ).toHaveLength(1);
});

test('a transcript is read up to a size as well as up to a number of lines, but at least one line', async () => {
  const storage = memory();
  const text = 'Ж'.repeat(1_000);
  for (let at = 0; at < 100; at += 1) {
    await storage.transaction((tx) => appendLine(tx, ANNA, { from: 'lead', text }, at));
  }
  const seqs = async (page: { after: number; maxLines: number; maxSize: number }): Promise<number[]> =>
    (await storage.read((tx) => readTranscript(tx, ANNA, page))).map(({ seq }) => seq);
  expect(await seqs({ after: 0, maxLines: 1_000, maxSize: 5_500 })).toEqual([1, 2, 3, 4, 5]);
  expect(await seqs({ after: 5, maxLines: 2, maxSize: 5_500 })).toEqual([6, 7]);
  expect(await seqs({ after: 97, maxLines: 1_000, maxSize: 10 })).toEqual([98]);
  expect(await seqs({ after: 0, maxLines: 1_000, maxSize: 1_000_000 })).toHaveLength(100);
  expect(await seqs({ after: 100, maxLines: 1_000, maxSize: 1_000_000 })).toEqual([]);
});
