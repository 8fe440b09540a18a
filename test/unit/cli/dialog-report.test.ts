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
  scheduled: [],
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
    await tx.setPause('livetex:main', { until: systemClock.now(), reason: 'livetex_token_refused' });
  });
  expect(await report()).toEqual([
    { queue: 'livetex-host', jobs: 1, attempts: 1, error: 'host_failed: no', heldBack: null },
    { queue: 'livetex:main', ...waits, heldBack: 'livetex_token_refused' },
  ]);
});

test('of a long transcript only the newest lines are kept, by number and by size', async () => {
  const storage = createMemoryStorage({ clock: systemClock });
  onTestFinished(() => storage.close());
  const text = 'x'.repeat(100_000);
  const pages: number[] = [];
  const runtime = {
    lead: async () => view,
    messages: async (_channel: string, _lead: string, after: number, page?: { readonly maxLines?: number }) => {
      pages.push(page?.maxLines ?? Infinity);
      const length = Math.min(10, 200 - after);
      return Array.from({ length }, (_, index) => ({ seq: after + index + 1, from: 'lead' as const, text, at: 0 }));
    },
  };
  const of = async (last: number) =>
    await dialogReport(runtime, storage, { channel: 'telegram', externalId: '42', last });
  const few = await of(3);
  expect(few?.messages.map(({ seq }) => seq)).toEqual([198, 199, 200]);
  expect(few?.earlier).toBe(197);
  const many = await of(1_000);
  // 4 MiB are 41 lines of this length.
  expect(many?.messages.length).toBe(41);
  expect(many?.messages.at(-1)?.seq).toBe(200);
  expect(many?.earlier).toBe(159);
  expect(Math.max(...pages)).toBeLessThan(1_000);
});
