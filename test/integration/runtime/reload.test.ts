import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { botFolder, writeBotFiles } from '../../support/bot-folder.ts';
import { type StartedRuntime, startRuntime } from '../../support/start-runtime.ts';

const bot = (words: string, id = 'test'): unknown => ({
  id,
  scripts: [
    { code: 'start', commands: [{ type: 'run_javascript', file: 'a.js' }] },
    { code: 'f', type: 'fallback', commands: [{ type: 'send_text', text: words }] },
  ],
});

/** The next reading of the folder, with its problems. */
function reloaded(runtime: StartedRuntime): Promise<readonly string[]> {
  return new Promise((resolve) => {
    const forget = runtime.onActivity((activity) => {
      if (activity.kind !== 'bot_reloaded') return;
      forget();
      resolve(activity.problems);
    });
  });
}

test('a reloaded folder is in force for the next message; a broken one changes nothing and names its problems', async () => {
  const folder = await botFolder(bot('один'), { 'a.js': `bot.sendMessage('привет')` });
  const runtime = await startRuntime(folder);
  await runtime.say('a');
  await writeBotFiles(folder, bot('два'));
  expect(await runtime.reload()).toEqual([]);
  await runtime.say('b');
  await writeBotFiles(folder, '{ "id": ', {});
  expect(await runtime.reload()).toEqual(['bot.json:1:9: expected a value, found the end of the file']);
  await writeBotFiles(folder, bot('три', 'other'));
  expect(await runtime.reload()).toEqual([
    'bot.json: id: it was "test" when the runtime started, and all leads belong to that bot',
  ]);
  await runtime.say('c');
  expect((await runtime.chat()).filter((line) => line.startsWith('bot'))).toEqual([
    'bot: привет',
    'bot: два',
    'bot: два',
  ]);
});

test('with watching on, a saved script is in force by itself, a broken one is told, and the last good one goes on', async () => {
  const folder = await botFolder(bot('один'), { 'a.js': `bot.sendMessage('старый')`, 'libraries/Business.A.B.js': '' });
  const runtime = await startRuntime(folder, { watch: true });
  let read = reloaded(runtime);
  await writeBotFiles(folder, undefined, { 'a.js': `bot.sendMessage('новый')` });
  expect(await read).toEqual([]);
  await runtime.say('a');
  read = reloaded(runtime);
  await writeBotFiles(folder, undefined, { 'libraries/Business.A.B.js': 'var x = ;' });
  expect(await read).toEqual(["libraries/Business.A.B.js:1:9: SyntaxError: Unexpected token ';'"]);
  await runtime.say('b', '2');
  expect(await runtime.chat()).toEqual(['lead: a', 'bot: новый']);
  expect(await runtime.chat('2')).toEqual(['lead: b', 'bot: новый']);
});

test('with watching on, a file stays watched however editors save it, and so does a folder that is moved away and back', async () => {
  const folder = await botFolder(bot('один'), { 'a.js': '' });
  const runtime = await startRuntime(folder, { watch: true });
  /** Resolves when the folder was read with these problems; a reading of a file that is only half written may come before. */
  const saved = async (save: () => Promise<void>, problems: readonly string[]): Promise<void> => {
    let read: readonly string[] | undefined;
    const forget = runtime.onActivity((activity) => {
      if (activity.kind === 'bot_reloaded') read = activity.problems;
    });
    await save();
    await expect.poll(() => read).toEqual(problems);
    forget();
  };
  const path = join(folder, 'a.js');
  const broken = ["a.js:1:9: SyntaxError: Unexpected token ';'"];
  // As safe saving does it, and then as others do: in place.
  const other = `${folder}-a.js`;
  await writeFile(other, 'var x = ;');
  await saved(() => rename(other, path), broken);
  await saved(() => writeFile(path, 'var x = 1;'), []);

  const away = `${folder}-away`;
  await saved(() => rename(folder, away), ['bot.json: there is no such folder']);
  await saved(() => rename(away, folder), []);
  await saved(() => writeFile(path, 'var x = ;'), broken);
});
