import { expect, onTestFinished, test } from 'vitest';
import { userIdOf } from '../../../plugin/contract/lead.ts';
import type { PlatformEvent } from '../../../plugin/contract/events.ts';
import { NEW_DIALOG } from '../../../plugin/dialog/dialog-state.ts';
import { createLiveTexPlugin, type LiveTexPlugin } from '../../../plugin/index.ts';
import { DIALOG_QUEUE, DIALOGS, dialogLane, HOST_QUEUE, liveTexQueue } from '../../../plugin/core/jobs.ts';
import { openStorage, type Storage, systemClock } from '../../../plugin/storage/index.ts';
import { LEAD } from '../../support/minimal-host.ts';
import { stand } from '../../support/standing-plugin.ts';

const USER = userIdOf(LEAD);
const LANE = dialogLane('main', USER);
let number = 0;

function said(text: string): PlatformEvent {
  number += 1;
  return { type: 'LeadMessage', id: `said ${number}`, lead: LEAD, at: 1, content: { text } };
}
const ASKED: PlatformEvent = { type: 'TransferRequested', id: 'asked', lead: LEAD, at: 1 };

/** A plugin whose workers do not run: what is stored stays where it was put. */
async function standing(): Promise<{ plugin: LiveTexPlugin; storage: Storage }> {
  const storage = await openStorage('memory:', { clock: systemClock });
  const plugin = await createLiveTexPlugin({
    storage,
    bindings: [{ token: 'token', baseUrl: 'http://127.0.0.1:9' }],
    host: {
      attributes: { get: async () => ({ attributes: {} }) },
      hasScript: async () => false,
      runScript: async () => undefined,
      deliver: async () => undefined,
      setForwarded: async () => undefined,
    },
  });
  onTestFinished(async () => {
    await plugin.close();
    await storage.close();
  });
  return { plugin, storage };
}

async function waiting(storage: Storage): Promise<{ dialog: string[]; livetex: unknown[] }> {
  return storage.read(async (tx) => ({
    dialog: (await tx.listJobs(DIALOG_QUEUE, LANE, 10)).map(({ kind }) => kind),
    livetex: (await tx.listJobs(liveTexQueue('main'), USER, 10)).map(({ payload }) => payload),
  }));
}

test('a message that nothing waits before is on its way to LiveTex in the transaction that accepts it', async () => {
  const { plugin, storage } = await standing();
  await plugin.accept([said('один'), said('два')]);
  expect(await waiting(storage)).toEqual({
    dialog: [],
    livetex: [
      {
        kind: 'sendText',
        text: '👤 Пользователь\nодин',
        origin: { binding: 'main', platformEvent: 'said 1' },
      },
      {
        kind: 'sendText',
        text: '👤 Пользователь\nдва',
        origin: { binding: 'main', platformEvent: 'said 2' },
      },
    ],
  });
});

test('behind an event that must ask outside, everything keeps its place in the lane', async () => {
  const { plugin, storage } = await standing();
  await plugin.accept([said('раз'), ASKED, said('после')]);
  await plugin.accept([said('ещё')]);
  expect(await waiting(storage)).toMatchObject({
    dialog: ['TransferRequested', 'LeadMessage', 'LeadMessage'],
    livetex: [{ text: '👤 Пользователь\nраз' }],
  });
});

test('a job under way counts as waiting: its lane is claimed until its end is stored', async () => {
  const { plugin, storage } = await standing();
  await plugin.accept([ASKED]);
  await storage.claim({ queue: DIALOG_QUEUE, limit: 1, leaseMs: 60_000 });
  await plugin.accept([said('после')]);
  expect((await waiting(storage)).dialog).toEqual(['TransferRequested', 'LeadMessage']);
});

test('a dialog that this version cannot read keeps its events in the lane, and accepting goes on', async () => {
  const { plugin, storage } = await standing();
  await storage.transaction((tx) => tx.putRecord(DIALOGS, LANE, { format: 999 }));
  await plugin.accept([said('раз')]);
  expect(await waiting(storage)).toEqual({ dialog: ['LeadMessage'], livetex: [] });
});

test('a transaction that the platform takes back takes the step with it', async () => {
  const { plugin, storage } = await standing();
  const taken = storage.transaction(async (tx) => {
    await plugin.accept([said('раз')], tx);
    throw new Error('taken back');
  });
  await expect(taken).rejects.toThrow('taken back');
  expect(await waiting(storage)).toEqual({ dialog: [], livetex: [] });
});

/** The lead's dialog is with an operator. */
async function withOperator(storage: Storage): Promise<void> {
  const state = {
    ...NEW_DIALOG,
    mode: 'operator',
    transfer: 1,
    forwarded: true,
    employee: { id: 'a', name: 'Анна', at: 1 },
    selection: { groupId: null, name: null, attributes: {} },
    selectedAt: 1,
    notBefore: 1,
  };
  await storage.transaction((tx) => tx.putRecord(DIALOGS, LANE, state));
}

test('a webhook is in force as soon as it has its 200, also before the plugin is started', async () => {
  const storage = await openStorage('memory:', { clock: systemClock });
  onTestFinished(() => storage.close());
  const { plugin, post } = await stand(storage);
  await withOperator(storage);
  expect(await post('first')).toBe(200);
  const boris = { employee_id: 'b', first_name: 'Борис' };
  expect(await post('second', { employee: boris, timestamp: Date.now() + 1 })).toBe(200);
  expect(await plugin.dialog(LEAD)).toMatchObject({ mode: 'operator', operator: { id: 'b', name: 'Борис' } });
  const deliveries = await storage.read((tx) => tx.listJobs(HOST_QUEUE, LANE, 10));
  expect(deliveries.map(({ payload }) => JSON.stringify(payload).match(/first|Борис|second/)?.[0])).toEqual([
    'first',
    'Борис',
    'second',
  ]);
});
