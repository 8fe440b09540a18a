/** Work that the server does itself for what a bot or a lead left behind: nobody else waits for it. */
import { setTimeout } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { openStorage, systemClock } from '../../plugin/storage/index.ts';
import { laneContents } from '../../plugin/storage/lane-contents.ts';
import type { ScenarioResult } from '../../runtime-shim/bot/run/scenario-contract.ts';
import { listOutbox } from '../../runtime-shim/cli/maintenance/outbox.ts';
import { createLiveTexPlugin } from '../../plugin/index.ts';
import type { RuntimeActivity } from '../../runtime-shim/runtime/contract.ts';
import { startRuntime } from '../support/start-runtime.ts';
import { botScene, mistakes, said } from '../support/bot-scene.ts';
import { leadSays, operatorDialog } from '../unit/dialog/dialog-run.ts';
import { temporaryStorageFolder } from '../support/storage-folder.ts';
import { MAX_BLOCK_MS, shortestBlock } from './loop-watch.ts';

const start = { code: 'start' };
const times = (count: number, command: unknown): unknown[] => Array.from({ length: count }, () => command);
const texts = (text: string): unknown[] => times(95, { type: 'send_text', text });
const threeTimes = (code: string): unknown => ({
  code: 'go',
  commands: times(3, { type: 'run_sentence', script: code }),
});
/** How many texts were said, and the code of the last mistake. */
const endOf = (result: ScenarioResult): object => ({
  said: said(result).length,
  ended: mistakes(result).at(-1)?.split(' ')[0],
});
const ROUTES = [{ regex: '^go$', script: 'go' }];

test.each([
  [
    'macros by the thousand in hundreds of texts',
    [start, { code: 'one', commands: texts('{{#a}}'.repeat(3_333)) }, threeTimes('one')],
    { said: 49, ended: 'script_output_full' },
  ],
  [
    'a menu of macros shown hundreds of times',
    [
      start,
      {
        code: 'menu',
        menu: Array.from({ length: 100 }, (_, index) => ({
          code: `c${index}`,
          caption: '{{$a}}'.repeat(166),
          script: 'start',
        })),
      },
      { code: 'go', commands: [{ type: 'run_sentence', script: 'menu' }, ...times(280, { type: 'repeat_sentence' })] },
    ],
    { said: 128, ended: 'script_output_full' },
  ],
  [
    'a JSON attribute of many values in hundreds of texts',
    [start, { code: 'one', commands: texts('{{ $json }}') }, threeTimes('one')],
    { said: 0, ended: 'message_invalid' },
  ],
])('a scenario of commands alone gives way to everybody else: %s', async (_, scripts, end) => {
  const scene = await botScene(scripts, { routes: ROUTES });
  await scene.say('hello');
  const json = JSON.stringify(Array.from({ length: 190_000 }, () => ({})));
  scene.lead = { ...scene.lead, attributes: { json: { kind: 'json', value: json } } };
  const results: ScenarioResult[] = [];
  expect(await shortestBlock(async () => results.push(await scene.say('go')))).toBeLessThan(MAX_BLOCK_MS);
  for (const result of results) expect(endOf(result)).toEqual(end);
});

test('many scenarios that give way go on one by one', async () => {
  const scene = await botScene([start, { code: 'one', commands: texts('{{#a}}'.repeat(3_333)) }, threeTimes('one')], {
    routes: ROUTES,
  });
  await scene.say('hello');
  const sayAll = async (): Promise<void> => {
    const saying: Array<Promise<ScenarioResult>> = [];
    for (let count = 0; count < 12; count += 1) {
      saying.push(scene.say('go'));
      // The stand reads the bot folder for each: not of all in one go.
      await setTimeout(30);
    }
    for (const result of await Promise.all(saying))
      expect(endOf(result)).toEqual({ said: 49, ended: 'script_output_full' });
  };
  expect(await shortestBlock(sayAll)).toBeLessThan(MAX_BLOCK_MS);
});

test.each([
  ['texts as long as may be', "for (let i = 0; i < 5; i += 1) bot.sendMessage('х'.repeat(99000));"],
  ['as many texts as may be', "for (let i = 0; i < 200; i += 1) bot.sendMessage('х'.repeat(2400));"],
  ['a JSON attribute of many values', "lead.setJsonAttr('a', Array.from({ length: 190000 }, () => ({})));"],
  ['as many attributes as may be', "for (let i = 0; i < 2000; i += 1) lead.setAttr('a' + i, 'х'.repeat(300));"],
  ['a large attribute of the bot', "bot.setAttr('a', 'х'.repeat(900000));"],
])('what one message makes the server store and mirror holds nobody up: %s', async (_, code) => {
  const binding = { token: 'a-token-of-some-length', baseUrl: 'http://127.0.0.1:9' };
  const runtime = await startRuntime(
    { scripts: [{ ...start, commands: [{ type: 'run_javascript', file: 'a.js' }] }], files: { 'a.js': code } },
    {
      storage: `sqlite:${temporaryStorageFolder()}`,
      plugins: [(host, storage) => createLiveTexPlugin({ host, storage, bindings: [binding] })],
    },
  );
  await runtime.receive({ channel: 'telegram', externalId: 'warm', text: 'hello' });
  let lead = 0;
  const sayOnce = async (): Promise<void> => {
    lead += 1;
    await runtime.receive({ channel: 'telegram', externalId: `${lead}`, text: 'hello' });
    const isDone = (activity: RuntimeActivity): boolean =>
      activity.kind === 'script' && activity.lead.externalId === `${lead}`;
    await expect.poll(() => runtime.activities.some(isDone)).toBe(true);
    await setTimeout(300);
  };
  // Scenario, script's writes, transcript, mirror and group commit together, on a machine that is busy with other tests.
  expect(await shortestBlock(sayOnce)).toBeLessThan(2 * MAX_BLOCK_MS);
  expect(runtime.activities.filter((activity) => activity.kind === 'script' && activity.error !== undefined)).toEqual(
    [],
  );
});

test('a lead’s text is compared with the phrase that leads back to the bot in no time, whatever it is made of', async () => {
  const run = operatorDialog({ settings: { exit: { phrases: ['бот'], script: 'return' } } });
  for (const text of [`${'.'.repeat(100_000)}x`, `${'! '.repeat(50_000)}x`, `${' '.repeat(100_000)}x`]) {
    expect(await shortestBlock(async () => run.feed(leadSays(text)))).toBeLessThan(MAX_BLOCK_MS);
  }
  expect(run.state.mode).toBe('operator');
});

test('tags that commands add have the same end as those of scripts', async () => {
  const tags = (script: number): unknown[] =>
    Array.from({ length: 100 }, (_, command) => ({
      type: 'add_lead_tags',
      tags: Array.from({ length: 100 }, (__, tag) => `${script}.${command}.${tag}`),
    }));
  const scene = await botScene(
    [
      { code: 'start', commands: tags(0) },
      { code: 'go', commands: tags(1) },
    ],
    { routes: ROUTES },
  );
  await scene.say('hello');
  expect(mistakes(await scene.say('go')).at(-1)).toMatch(/^script_attributes_full bot\.json:\d+:\d+ /);
  expect(scene.lead.tags.length).toBeLessThan(10_000);
});

test('whoever looks what waits reads no gigabyte: thousands of large jobs in one lane', async () => {
  const storage = await openStorage(`sqlite:${temporaryStorageFolder()}`, { clock: systemClock });
  onTestFinished(() => storage.close());
  const jobs = 1_000;
  const text = 'щ'.repeat(50_000);
  for (let from = 0; from < jobs; from += 50) {
    const batch = Array.from({ length: 50 }, (_, index) => ({
      queue: 'q',
      lane: 'l',
      kind: 'k',
      payload: { text: `${from + index}${text}` },
    }));
    await storage.transaction((tx) => tx.enqueue(batch));
  }
  const [head] = await storage.claim({ queue: 'q', limit: 1, leaseMs: 60_000 });
  if (head === undefined) throw new Error('nothing claimed');
  await storage.transaction((tx) => tx.retry(head, { notBefore: 0, error: 'x' }));

  const lanes = [{ queue: 'q', lane: 'l' }];
  const contents = await laneContents(storage, lanes);
  expect(contents.jobs.length + contents.jobsLeftOut).toBe(jobs);
  expect(JSON.stringify(contents.jobs).length).toBeLessThan(5_000_000);
  expect((await listOutbox(storage)).entries).toMatchObject([{ behind: 500, behindMore: true }]);
  expect(await shortestBlock(() => laneContents(storage, lanes))).toBeLessThan(MAX_BLOCK_MS);
  expect(await shortestBlock(() => listOutbox(storage))).toBeLessThan(MAX_BLOCK_MS);
});
