/** What is measured of dialogs: how many the bot does not have, and how long leads wait for people. */
import { expect, onTestFinished, test } from 'vitest';
import { countOpenDialogs, findOpenDialogs } from '../../../plugin/core/dialog-record.ts';
import { OPEN_DIALOGS } from '../../../plugin/core/jobs.ts';
import { openStorage } from '../../../plugin/index.ts';
import { type Desk, startDesk } from '../../support/desk.ts';
import { LEAD } from '../../support/minimal-host.ts';

async function desk(): Promise<Desk> {
  const started = await startDesk();
  onTestFinished(() => started[Symbol.asyncDispose]());
  return started;
}

async function values(of: Desk, name: string): Promise<Record<string, number>> {
  const metric = (await of.host.plugin.metrics()).find((one) => one.name === name);
  return Object.fromEntries(
    (metric?.samples ?? []).map(({ labels, value, suffix = '' }) => [
      [...Object.values(labels), suffix].filter((part) => part !== '').join(' '),
      value,
    ]),
  );
}

test('dialogs by mode, from the transfer to its end', async () => {
  const stand = await desk();
  const modes = () => values(stand, 'livetex_dialogs');
  expect(await modes()).toEqual({ 'main transferring': 0, 'main waiting': 0, 'main operator': 0 });
  await stand.toWaiting();
  expect(await modes()).toEqual({ 'main transferring': 0, 'main waiting': 1, 'main operator': 0 });
  stand.emulator.dialogs.read(stand.userId, stand.anna);
  await stand.settle();
  expect(await modes()).toEqual({ 'main transferring': 0, 'main waiting': 0, 'main operator': 1 });
  stand.emulator.dialogs.close(stand.userId, stand.anna);
  await stand.settle();
  expect(await modes()).toEqual({ 'main transferring': 0, 'main waiting': 0, 'main operator': 0 });
});

test('open dialogs that an older version has left are found, once, also after a stop in the middle', async () => {
  const stand = await desk();
  await stand.toOperator();
  const { storage } = stand.host.plugin;
  await storage.transaction(async (tx) => {
    for (const { key } of await tx.listRecords(OPEN_DIALOGS, { limit: 10 })) await tx.deleteRecord(OPEN_DIALOGS, key);
  });
  expect(await countOpenDialogs(storage)).toEqual([]);
  await findOpenDialogs(storage, () => false);
  expect(await countOpenDialogs(storage)).toEqual([]);
  await findOpenDialogs(storage, () => true);
  expect(await countOpenDialogs(storage)).toEqual([{ binding: 'main', mode: 'operator', count: 1 }]);
  stand.emulator.dialogs.close(stand.userId, stand.anna);
  await stand.settle();
  await findOpenDialogs(storage, () => true);
  expect(await countOpenDialogs(storage)).toEqual([]);
});

test('waiting for an operator and the first answer are measured once a transfer', async () => {
  const stand = await desk();
  const counts = async () => [
    (await values(stand, 'livetex_operator_wait_seconds'))['main _count'] ?? 0,
    (await values(stand, 'livetex_first_answer_seconds'))['main _count'] ?? 0,
  ];
  await stand.toOperator();
  expect(await counts()).toEqual([1, 0]);
  for (const text of ['Добрый день', 'Слушаю вас']) {
    stand.emulator.dialogs.reply(stand.userId, stand.anna, text);
    await stand.settle();
    await stand.host.leadSays(LEAD, 'спасибо');
    await stand.settle();
  }
  expect(await counts()).toEqual([1, 1]);
  stand.emulator.dialogs.transfer(stand.userId, stand.boris);
  stand.emulator.dialogs.reply(stand.userId, stand.boris, 'Теперь я');
  await stand.settle();
  expect(await counts()).toEqual([1, 1]);
  stand.emulator.dialogs.close(stand.userId, stand.boris);
  await stand.settle();
  await stand.toOperator();
  stand.emulator.dialogs.reply(stand.userId, stand.anna, 'Снова здравствуйте');
  await stand.settle();
  expect(await counts()).toEqual([2, 2]);
});

test('requests are measured by method, and a queue that is held back shows', async () => {
  const stand = await desk();
  await stand.host.leadSays(LEAD, 'раз');
  await stand.settle();
  expect((await values(stand, 'livetex_request_seconds'))['main sendText _count']).toBe(1);
  expect(await values(stand, 'livetex_queue_paused')).toEqual({ 'livetex:main': 0 });
  stand.emulator.faults.add({ kind: 'token' });
  await stand.host.leadSays(LEAD, 'два');
  await stand.settle();
  expect(await values(stand, 'livetex_queue_paused')).toEqual({ 'livetex:main': 1 });
});

test('openStorage is what the option says: opened by its specification, shared, and closed by whoever opened it', async () => {
  const storage = await openStorage('memory:');
  const started = await startDesk({ storage });
  await started.host.leadSays(LEAD, 'раз');
  await started[Symbol.asyncDispose]();
  await storage.transaction((tx) => tx.putRecord('own', 'key', 1));
  await storage.close();
  await expect(openStorage('nothing')).rejects.toMatchObject({ code: 'storage_spec_invalid' });
});
