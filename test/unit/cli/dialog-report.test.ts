import { expect, onTestFinished, test } from 'vitest';
import { createMemoryStorage, systemClock } from '../../../plugin/storage/index.ts';
import { dialogReport } from '../../../runtime-shim/cli/maintenance/dialog-report.ts';
import type { LeadView } from '../../../runtime-shim/runtime/contract.ts';

const view: LeadView = {
  lead: {
    botId: 'support',
    channel: 'telegram',
    externalId: '42',
    id: '1',
    name: null,
    tags: [],
  },
  attributes: {},
  systemAttributes: {},
  dialog: { mode: 'bot', transfer: 0, operator: null, forwarded: false, binding: 'main' },
};

test('what waits for one lead, and why: its own failure, or that the whole queue is held back', async () => {
  const storage = createMemoryStorage({ clock: systemClock });
  onTestFinished(() => storage.close());
  const runtime = { lead: async () => view, messages: async () => [] };
  const report = async () =>
    (await dialogReport(runtime, storage, { channel: 'telegram', externalId: '42', last: 20 }))?.waiting;
  const job = (queue: string, lane: string) => ({ queue, lane, kind: 'sendText', payload: {} });
  await storage.transaction((tx) =>
    tx.enqueue([
      job('livetex:main', 'support:telegram:42'),
      job('livetex:main', 'support:telegram:7'),
      job('livetex-host', 'main/support:telegram:42'),
    ]),
  );
  const waits = { jobs: 1, attempts: 0, error: null };
  expect(await report()).toEqual([
    { queue: 'livetex-host', ...waits, heldBack: null },
    { queue: 'livetex:main', ...waits, heldBack: null },
  ]);
  const [claimed] = await storage.claim({ queue: 'livetex-host', limit: 1, leaseMs: 60_000 });
  if (claimed === undefined) throw new Error('nothing to claim');
  await storage.transaction(async (tx) => {
    await tx.retry(claimed, { notBefore: 0, error: 'host_failed: no' });
    await tx.setGate('livetex:main', { until: systemClock.now(), reason: 'livetex_token_refused' });
  });
  expect(await report()).toEqual([
    { queue: 'livetex-host', jobs: 1, attempts: 1, error: 'host_failed: no', heldBack: null },
    { queue: 'livetex:main', ...waits, heldBack: 'livetex_token_refused' },
  ]);
});
