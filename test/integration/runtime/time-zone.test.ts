import { expect, test } from 'vitest';
import { botFolder, writeBotFiles } from '../../support/bot-folder.ts';
import { scriptRun, useSandbox } from '../../support/sandbox-under-test.ts';
import { startRuntime } from '../../support/start-runtime.ts';
import { createSandbox } from '../../../runtime-shim/sandbox/index.ts';
import { loadBot } from '../../../runtime-shim/bot/load/load-bot.ts';

/** 06:30 in Greenwich, in winter and in summer. */
const HOURS =
  'return [0, 6].map(function (month) { return new Date(Date.UTC(2026, month, 15, 6, 30)).getHours(); }).join()';

test.each([
  ['Europe/Moscow', '9,9'],
  ['America/New_York', '1,2'],
  ['Asia/Vladivostok', '16,16'],
  ['UTC', '6,6'],
])('in the time zone %s the hours are %s', async (timeZone, hours) => {
  const sandbox = createSandbox({ runners: 1, spares: 0, wallMs: 30_000 }, { timeZone });
  try {
    expect(await sandbox.run(scriptRun(HOURS))).toMatchObject({ ok: true, returned: hours });
  } finally {
    await sandbox.close();
  }
});

test('without one, scripts have the time zone of the process', async () => {
  const own = [0, 6].map((month) => new Date(Date.UTC(2026, month, 15, 6, 30)).getHours()).join();
  expect(await useSandbox().run(scriptRun(HOURS))).toMatchObject({ returned: own });
});

const bot = (timeZone?: string): unknown => ({
  id: 'test',
  ...(timeZone === undefined ? {} : { timeZone }),
  scripts: [
    { code: 'start' },
    {
      code: 'f',
      type: 'fallback',
      commands: [
        { type: 'run_javascript', file: 'a.js' },
        { type: 'send_text', text: 'рано', condition: 'return new Date(Date.UTC(2026, 0, 15, 6, 30)).getHours() < 9' },
      ],
    },
  ],
});

test('bot.json says the time zone of scripts and conditions, and a saved one is in force for the next message', async () => {
  const folder = await botFolder(bot('Europe/Moscow'), { 'a.js': `bot.sendMessage((function () { ${HOURS} })())` });
  // The file's sandbox has another time zone.
  const runtime = await startRuntime(folder, { sandbox: {} });
  await runtime.say('привет');
  await runtime.say('a');
  await writeBotFiles(folder, bot('Europe/Lisbon'));
  expect(await runtime.reload()).toEqual([]);
  await runtime.say('b');
  expect((await runtime.chat()).filter((line) => line.startsWith('bot'))).toEqual([
    'bot: 9,9',
    'bot: 6,7',
    'bot: рано',
  ]);
});

test.each(['Moscow', 'Europe/Moskva', '+03:00', ''])('a time zone "%s" is a mistake in bot.json', async (timeZone) => {
  const folder = await botFolder({ id: 'test', timeZone, scripts: [{ code: 'start' }] });
  await expect(loadBot(folder)).rejects.toThrow('timeZone: must be a time zone such as "Europe/Moscow"');
});
