/**
 * An earlier version acknowledged webhooks before their dialogs took them, and kept them in an inbox meanwhile. The saved folder is such
 * a one, written by that version: e0 … e42, e5 once more, a text of another operator, and the close of the conversation.
 */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { DIALOG_QUEUE, HOST_QUEUE } from '../../../plugin/core/jobs.ts';
import { INBOX } from '../../../plugin/inbound/drain-inbox.ts';
import { openStorage, type Storage, systemClock, type Transaction } from '../../../plugin/storage/index.ts';
import { LEAD } from '../../support/minimal-host.ts';
import { LANE, stand } from '../../support/standing-plugin.ts';
import { temporaryStorageFolder } from '../../support/storage-folder.ts';

const FIXTURE = join(import.meta.dirname, '../../fixtures/inbox/sqlite-v2');
const TEXTS = [...Array.from({ length: 43 }, (_, index) => `e${index}`), 'boris'];

async function older(): Promise<Storage> {
  const folder = temporaryStorageFolder();
  cpSync(FIXTURE, folder, { recursive: true });
  const storage = await openStorage(`sqlite:${folder}`, { clock: systemClock });
  onTestFinished(() => storage.close());
  return storage;
}

/** Storage whose transactions fail when `spoil` says so, by the id that they are about to remember. */
function spoilt(inner: Storage, spoil: (id: string) => boolean): Storage {
  return {
    ...inner,
    transaction: (work) =>
      inner.transaction((tx) => {
        const remember: Transaction['remember'] = (scope, id, value) => {
          if (spoil(id)) throw new Error(`spoilt: ${id}`);
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

test('what an older version acknowledged is taken at the start, in order and once', async () => {
  const storage = await older();
  expect(await records(storage)).toHaveLength(7);
  const { plugin, delivered, activities } = await stand(storage);
  expect(await records(storage)).toEqual([]);
  await plugin.start();
  await plugin.idle();
  expect(delivered).toEqual(TEXTS);
  const outcomes = activities.flatMap((one) => (one.kind === 'webhook' ? [one.outcome] : []));
  expect(outcomes.filter((outcome) => outcome === 'stored')).toHaveLength(TEXTS.length + 1);
  expect(outcomes.filter((outcome) => outcome === 'duplicate')).toHaveLength(1);
  expect(await plugin.dialog(LEAD)).toMatchObject({ mode: 'bot' });
});

test('it is in force for everything that comes after, though nobody works yet', async () => {
  const storage = await older();
  const { plugin, post } = await stand(storage);
  expect(await plugin.dialog(LEAD)).toMatchObject({ mode: 'operator', operator: { name: 'Борис' } });
  await post('new');
  expect(await post('e7')).toBe(200);
  const waiting = await storage.read((tx) => tx.listJobs(DIALOG_QUEUE, LANE, 10));
  expect(waiting.map(({ kind }) => kind)).toEqual(['Closed', 'OperatorText']);
});

test('a record with an event that cannot be taken goes to the lane, and what follows in its dialog waits there', async () => {
  const storage = await older();
  let tries = 0;
  const { plugin, delivered, errors } = await stand(spoilt(storage, (id) => id === 'e20' && (tries += 1) === 1));
  expect(errors).toHaveLength(1);
  expect(errors.join()).toContain('spoilt: e20');
  await plugin.start();
  await plugin.idle();
  expect(delivered).toEqual(TEXTS);
  expect(await records(storage)).toEqual([]);
});

test('storage that takes nothing ends the start, and the next one takes what is left', async () => {
  const storage = await older();
  await expect(stand(spoilt(storage, (id) => id === 'e1'))).rejects.toThrow('spoilt: e1');
  const { plugin, delivered } = await stand(storage);
  await plugin.start();
  await plugin.idle();
  expect(delivered).toEqual(TEXTS);
});

test('a binding that was taken out of the configuration: its events wait untouched, which is said, and go on when it is there again', async () => {
  const storage = await older();
  const without = await stand(storage, 'another');
  await without.plugin.start();
  await without.plugin.idle();
  const waiting = await storage.read((tx) => tx.listJobs(DIALOG_QUEUE, LANE, 100));
  expect(waiting).toHaveLength(TEXTS.length + 1);
  expect(waiting.every(({ attempts }) => attempts === 0)).toBe(true);
  expect(await storage.listDead({ limit: 1 })).toEqual([]);
  expect(without.warnings).toEqual(['binding is not known here: its dialogs wait {"binding":"main"}']);
  await without.plugin.close();
  const { plugin, delivered } = await stand(storage);
  await plugin.start();
  await plugin.idle();
  expect(delivered).toEqual(TEXTS);
});

test('a record that this version cannot read is told and kept, and the others are taken', async () => {
  const storage = await older();
  await storage.transaction((tx) => tx.putRecord(INBOX, '0000000000000003a', [{ format: 999 }]));
  const { errors } = await stand(storage);
  expect(errors.join()).toContain('0000000000000003a');
  expect((await records(storage)).map(({ key }) => key)).toEqual(['0000000000000003a']);
  const sent = await storage.read((tx) => tx.listJobs(HOST_QUEUE, LANE, 100));
  expect(sent.filter(({ kind }) => kind === 'deliver').length).toBeGreaterThanOrEqual(TEXTS.length);
});
