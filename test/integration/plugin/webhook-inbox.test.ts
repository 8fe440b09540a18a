import { expect, onTestFinished, test } from 'vitest';
import { DIALOG_QUEUE, HOST_QUEUE, INBOX } from '../../../plugin/core/jobs.ts';
import { openStorage, type Storage, systemClock, type Transaction } from '../../../plugin/storage/index.ts';
import { WEBHOOK_KEY } from '../../support/desk.ts';
import { LEAD } from '../../support/minimal-host.ts';
import { LANE, stand, withOperator } from '../../support/standing-plugin.ts';

async function memory(): Promise<Storage> {
  const storage = await openStorage('memory:', { clock: systemClock });
  onTestFinished(() => storage.close());
  return storage;
}

/** Storage whose transactions fail when `spoil` says so, by what they are about to write. */
function spoilt(inner: Storage, spoil: (id: string, written: number) => boolean): Storage {
  return {
    ...inner,
    transaction: (work) =>
      inner.transaction((tx) => {
        let written = 0;
        const remember: Transaction['remember'] = (scope, id, value) => {
          written += 1;
          if (spoil(id, written)) throw new Error(`spoilt: ${id}`);
          return tx.remember(scope, id, value);
        };
        // A proxy, since a transaction's methods live on its class.
        return work(new Proxy(tx, { get: (target, name) => (name === 'remember' ? remember : bound(target, name)) }));
      }),
  };
}

function bound(target: Transaction, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name);
  return typeof value === 'function' ? value.bind(target) : value;
}

const records = (storage: Storage) => storage.read((tx) => tx.listRecords(INBOX, { limit: 1_000 }));

test('what was acknowledged is on the disk before it is taken, and the next start takes it, in order and once', async () => {
  const storage = await memory();
  await withOperator(storage);
  const first = await stand(storage);
  const ids = Array.from({ length: 300 }, (_, index) => `e${index}`);
  for (const id of ids.slice(0, 10)) expect(await first.post(id)).toBe(200);
  // Repeats while it waits, beside the others and one by one.
  const answers = await Promise.all([...ids, ...ids.slice(0, 20)].map((id) => first.post(id)));
  expect(new Set(answers)).toEqual(new Set([200]));
  expect(await first.post('e5')).toBe(200);
  expect(first.delivered).toEqual([]);
  expect((await records(storage)).length).toBeGreaterThan(1);

  await first.plugin.close();
  const next = await stand(storage);
  await next.plugin.start();
  await next.plugin.idle();
  expect(next.delivered).toEqual(ids);
  expect(await records(storage)).toEqual([]);
  const outcomes = next.activities.flatMap((one) => (one.kind === 'webhook' ? [one.outcome] : []));
  expect(outcomes.filter((outcome) => outcome === 'stored')).toHaveLength(300);
  expect(outcomes.filter((outcome) => outcome === 'duplicate')).toHaveLength(31);
});

test('the key of a webhook is in no record of the inbox', async () => {
  const storage = await memory();
  const { post } = await stand(storage);
  await post('e1');
  const stored = JSON.stringify(await records(storage));
  expect(stored).toContain('"e1"');
  expect(stored).not.toContain(WEBHOOK_KEY);
});

test('what LiveTex was told 200 for is in force for everything that comes after, though nobody works yet', async () => {
  const storage = await memory();
  await withOperator(storage);
  const { plugin, post } = await stand(storage);
  const jobs = async (queue: string) =>
    (await storage.read((tx) => tx.listJobs(queue, LANE, 10))).map(({ kind }) => kind);
  const boris = { employee_id: 'b', first_name: 'Борис' };
  await post('e1', { employee: boris });
  expect(await jobs(HOST_QUEUE)).toEqual([]);
  expect(await plugin.dialog(LEAD)).toMatchObject({ mode: 'operator', operator: { name: 'Борис' } });
  expect(await jobs(HOST_QUEUE)).toEqual(['deliver', 'deliver']);

  await post('closed', { type: 'Closed' });
  expect(await jobs(DIALOG_QUEUE)).toEqual([]);
  await plugin.accept([{ type: 'LeadMessage', id: 'said', lead: LEAD, at: Date.now(), content: { text: 'Спасибо' } }]);
  expect(await jobs(DIALOG_QUEUE)).toEqual(['Closed', 'LeadMessage']);
});

test('an event taken in a transaction that is taken back is taken again, and told as stored once it is', async () => {
  const storage = await memory();
  await withOperator(storage);
  const { plugin, post, delivered, activities } = await stand(storage);
  await post('e1');
  const lost = storage.transaction(async (tx) => {
    expect(await plugin.dialog(LEAD, tx)).toMatchObject({ mode: 'operator' });
    throw new Error('taken back');
  });
  await expect(lost).rejects.toThrow('taken back');
  await storage.transaction((tx) => plugin.dialog(LEAD, tx));
  await plugin.start();
  await plugin.idle();
  expect(delivered).toEqual(['e1']);
  const outcomes = activities.flatMap((one) => (one.kind === 'webhook' ? [one.outcome] : []));
  expect(new Set(outcomes)).toEqual(new Set(['stored']));
  const counter = (await plugin.metrics()).find(({ name }) => name === 'livetex_webhooks_total');
  expect(counter?.samples).toEqual([{ labels: { binding: 'main', outcome: 'stored' }, value: 1 }]);
});

test('one event that cannot be taken holds up no other: its lane gets it, and what follows in its dialog waits there', async () => {
  const storage = await memory();
  await withOperator(storage);
  await withOperator(storage, 'support:telegram:43');
  let tries = 0;
  const bad = spoilt(storage, (id) => id === 'e2' && (tries += 1) <= 2);
  const { plugin, post, delivered, errors } = await stand(bad);
  for (const id of ['e1', 'e2', 'e3']) await post(id);
  await post('other', { user_id: 'support:telegram:43' });
  await plugin.start();
  await plugin.idle();
  expect(tries).toBe(3);
  expect(delivered.filter((text) => text !== 'other')).toEqual(['e1', 'e2', 'e3']);
  expect(delivered).toContain('other');
  expect(errors).toHaveLength(2);
  expect(errors.join()).toContain('spoilt: e2');
  expect(await records(storage)).toEqual([]);
});

test('storage that takes nothing for a while loses nothing, and the order stays', async () => {
  const storage = await memory();
  await withOperator(storage);
  let isBroken = true;
  const bad = spoilt(storage, () => isBroken);
  const { plugin, post, delivered, errors } = await stand(bad);
  for (const id of ['e1', 'e2', 'e3']) await post(id);
  await plugin.start();
  await expect.poll(() => errors.length).toBeGreaterThan(2);
  expect(delivered).toEqual([]);
  isBroken = false;
  await plugin.idle();
  expect(delivered).toEqual(['e1', 'e2', 'e3']);
  expect(await records(storage)).toEqual([]);
});

test('closing while storage takes nothing does not wait for it, and the next start takes what is left', async () => {
  const storage = await memory();
  await withOperator(storage);
  const { plugin, post, errors } = await stand(spoilt(storage, () => true));
  await post('e1');
  await plugin.start();
  await expect.poll(() => errors.length).toBeGreaterThan(2);
  await plugin.close();
  const next = await stand(storage);
  await next.plugin.start();
  await next.plugin.idle();
  expect(next.delivered).toEqual(['e1']);
});

test('a binding that was taken out of the configuration leaves its events where people see them', async () => {
  const storage = await memory();
  await withOperator(storage);
  const first = await stand(storage);
  await first.post('e1');
  await first.plugin.close();
  const next = await stand(storage, 'another');
  await next.plugin.start();
  await next.plugin.idle();
  expect(await storage.listDead({ queue: DIALOG_QUEUE, limit: 10 })).toMatchObject([
    { lane: LANE, kind: 'OperatorText', lastError: expect.stringContaining('binding_unknown') as unknown },
  ]);
});

test('a record that this version cannot read is told and kept, and the others are taken', async () => {
  const storage = await memory();
  await withOperator(storage);
  const first = await stand(storage);
  await first.post('e1');
  const [record] = await records(storage);
  await storage.transaction((tx) => tx.putRecord(INBOX, '0000000000000002', [{ format: 999 }]));
  await first.plugin.close();
  const next = await stand(storage);
  expect(next.errors.join()).toContain('0000000000000002');
  await next.post('e2');
  await next.plugin.start();
  await next.plugin.idle();
  expect(next.delivered).toEqual(['e1', 'e2']);
  expect(record?.key).toBe('0000000000000001');
  expect((await records(storage)).map(({ key }) => key)).toEqual(['0000000000000002']);
});

test('senders wait while too much waits already, and go on when there is room', async () => {
  const storage = await memory();
  await withOperator(storage);
  let isBroken = true;
  const { plugin, post, delivered } = await stand(spoilt(storage, () => isBroken));
  const large = 'x'.repeat(1_000_000);
  await plugin.start();
  const answered: string[] = [];
  const ids = Array.from({ length: 80 }, (_, index) => `e${index}`);
  const sending = (async () => {
    for (const id of ids) {
      await post(id, { large });
      answered.push(id);
    }
  })();
  await expect.poll(() => answered.length, { timeout: 10_000 }).toBeGreaterThan(60);
  const waiting = (await plugin.metrics()).find(({ name }) => name === 'livetex_webhooks_waiting');
  expect(waiting?.samples[0]?.value).toBeLessThan(80);
  isBroken = false;
  await sending;
  await plugin.idle();
  expect(delivered).toEqual(ids);
});
