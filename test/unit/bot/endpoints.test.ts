import { expect, test } from 'vitest';
import type { Text } from '../../../plugin/contract/text.ts';
import { loadBot } from '../../../runtime-shim/bot/load/load-bot.ts';
import { botFolder } from '../../support/bot-folder.ts';

test('endpoints are checked with their files: every mistake is told with its place', async () => {
  const endpoints = [
    { alias: 'order', file: 'order.js' },
    { alias: 'order', file: 'gone.js' },
    { alias: 'a b', file: 'order.js', method: 'GET' },
  ];
  const folder = await botFolder({ id: 'test', scripts: [{ code: 'start' }], endpoints }, { 'order.js': 'return 1' });
  const error = (await loadBot(folder).catch((thrown: unknown) => thrown)) as { facts: { problems: Text[] } };
  const problems = error.facts.problems.map(({ en }) => en.replace(/^bot\.json:\d+:\d+ /, ''));
  expect(problems).toEqual([
    'endpoints[1].alias: an earlier endpoint has the alias "order" too',
    'endpoints[1].file: "gone.js" there is no such file',
    expect.stringMatching(/^endpoints\[2\]\.alias: /),
    expect.stringMatching(/^endpoints\[2\]\.method: unknown key "method"/),
  ]);
});
