import { expect, test } from 'vitest';
import type { Text } from '../../../plugin/contract/text.ts';
import { loadBot } from '../../../runtime-shim/bot/load/load-bot.ts';
import { botFolder } from '../../support/bot-folder.ts';

const BOT = { id: 'test', scripts: [{ code: 'start' }] };

async function problemsOf(stubs: string): Promise<readonly string[]> {
  const folder = await botFolder(BOT, { 'stubs.json': stubs });
  const error = (await loadBot(folder).catch((thrown: unknown) => thrown)) as { facts?: { problems: Text[] } };
  return error.facts?.problems.map(({ en }) => en) ?? [];
}

test('a stub has defaults, and a bot needs no stubs', async () => {
  const folder = await botFolder(BOT, { 'stubs.json': '[{ "url": "https://crm.example.com/*" }]' });
  expect((await loadBot(folder)).stubs).toEqual([{ url: 'https://crm.example.com/*', status: 200, delayMs: 0 }]);
  expect((await loadBot(await botFolder(BOT))).stubs).toEqual([]);
});

test('every mistake of a stub file is told with its place', async () => {
  const stubs = `[
  { "url": "https://crm.example.com/a" },
  { "url": "crm.example.com" },
  { "method": "FETCH", "url": "https://crm.example.com/*/x" },
  { "url": "https://user@crm.example.com/", "status": 99 },
  { "url": "https://crm.example.com/", "staus": 200, "delayMs": -1 },
  { "status": 200 }
]`;
  expect(await problemsOf(stubs)).toEqual([
    'stubs.json:3:12 [1].url: is not a whole address such as "https://crm.example.com/orders"',
    'stubs.json:4:15 [2].method: must be one of "GET", "POST", "PUT", "PATCH", "DELETE"',
    'stubs.json:4:31 [2].url: may have a "*" at its end only',
    'stubs.json:5:12 [3].url: must not hold a user name or a password: set a header',
    'stubs.json:5:55 [3].status: must be at least 200',
    expect.stringMatching(/^stubs\.json:6:\d+ \[4\]\.staus: unknown key "staus" \(did you mean "status"\?\); known: /),
    'stubs.json:6:65 [4].delayMs: must be at least 0',
    'stubs.json:7:3 [5].url: is missing (a string)',
  ]);
});

test('what is no list, and what is no JSON', async () => {
  expect(await problemsOf('{ "url": "https://crm.example.com/" }')).toEqual([
    expect.stringMatching(/^stubs\.json:1:1:? /),
  ]);
  expect(await problemsOf('[{ "url": }]')).toEqual([expect.stringMatching(/^stubs\.json:1:\d+: /)]);
});
