import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openStorage, systemClock } from '../../../plugin/storage/index.ts';
import { createRuntime } from '../../../runtime-shim/runtime/index.ts';
import { botFolder } from '../../support/bot-folder.ts';
import { startRuntime } from '../../support/start-runtime.ts';
import { tinyPlugin } from './tiny-plugin.ts';

async function dataFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'runtime-data-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const SCRIPTS = [
  {
    code: 'start',
    commands: [
      { type: 'add_lead_tags', tags: ['новый'] },
      { type: 'value_input', text: 'Имя?', attribute: 'client' },
      { type: 'send_text', text: 'Рад, {{ $client }}' },
    ],
    menu: [{ code: '1', caption: 'Ещё', script: 'more' }],
  },
  { code: 'more', commands: [{ type: 'run_javascript', file: 'more.js' }] },
];
const FILES = {
  'more.js': `bot.setAttr('n', Number(bot.getAttr('n')) + 1); bot.sendMessage('раз ' + bot.getAttr('n'));`,
};

test('leads, position, attributes and transcript outlive a restart', async () => {
  const folder = await botFolder({ id: 'test', scripts: SCRIPTS }, FILES);
  const storage = `sqlite:${await dataFolder()}`;
  const first = await startRuntime(folder, { storage });
  await first.say('привет');
  await first.close();
  const second = await startRuntime(folder, { storage });
  await second.say('Пётр');
  await second.say('1');
  await second.close();
  const third = await startRuntime(folder, { storage });
  await third.say('1');
  expect(await third.chat()).toEqual([
    'lead: привет',
    'bot: Имя?',
    'lead: Пётр',
    'bot: Рад, Пётр [Ещё]',
    'lead: 1',
    'bot: раз 1',
    'lead: 1',
    'bot: раз 2',
  ]);
  expect(await third.lead('telegram', '1')).toMatchObject({
    lead: { tags: ['новый'] },
    attributes: { client: 'Пётр' },
  });
});

test('a message that was accepted and not yet acted on is acted on after the restart, once', async () => {
  const folder = await botFolder({ id: 'test', scripts: SCRIPTS }, FILES);
  const storage = await openStorage(`sqlite:${await dataFolder()}`, { clock: systemClock });
  onTestFinished(() => storage.close());
  // Made and never started: it stores, as a process that is killed right after its answer.
  const killed = await createRuntime({ bot: folder, storage, sandbox: { runners: 1, spares: 0 } });
  await killed.receive({ channel: 'telegram', externalId: '1', id: 'm1', text: 'привет' });
  await killed.close();
  const tiny = tinyPlugin();
  const runtime = await startRuntime(folder, { storage, plugins: [tiny.factory] });
  await runtime.receive({ channel: 'telegram', externalId: '1', id: 'm1', text: 'привет' });
  await runtime.idle();
  expect(await runtime.chat()).toEqual(['lead: привет', 'bot: Имя?']);
  expect(tiny.events.map((event) => event.type)).toEqual(['LeadMessage', 'BotMessage']);
});
