import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { playRecording } from '../../../runtime-shim/cli/commands/replay.ts';
import type { Command } from '../../../runtime-shim/simulator/commands/command-schema.ts';
import { differenceText } from '../../../runtime-shim/simulator/recording/compare-outcomes.ts';
import { recordingSchema } from '../../../runtime-shim/simulator/recording/recording-schema.ts';
import { useSimulator } from '../../support/simulator-stand.ts';

const USER = 'support:telegram:olga';

/** Does what a person does on the page, and waits until all that comes of it is done. */
function deeds(url: string, settled: () => Promise<void>): (command: Command) => Promise<void> {
  return async (command) => {
    const headers = { 'content-type': 'application/json', origin: url };
    const response = await fetch(`${url}/simulator/do`, { method: 'POST', headers, body: JSON.stringify(command) });
    expect(await response.text()).toBe('{"ok":true}');
    await settled();
  };
}

it('an unchanged bot never differs where operators come and go within the seconds that an answer about them holds', async () => {
  const { url, emulator, runtime, botFolder } = await useSimulator();
  await writeFile(join(botFolder, 'есть.js'), "bot.sendMessage(livetex.hasOnlineOperators() ? 'есть' : 'нет');\n");
  const path = join(botFolder, 'bot.json');
  const bot = (await readFile(path, 'utf8')).replace(
    '"routes": [',
    '"routes": [{ "regex": "^есть", "script": "online" },',
  );
  const script = '{ "code": "online", "commands": [{ "type": "run_javascript", "file": "есть.js" }] },';
  await writeFile(path, bot.replace('"scripts": [', `"scripts": [${script}`));
  expect(await runtime.current().reload()).toEqual([]);
  const act = deeds(url, async () => {
    await emulator.webhooks.idle();
    await runtime.current().idle();
  });
  const ask = async (id: string): Promise<void> => await act({ do: 'lead_say', userId: USER, id, text: 'есть?' });
  const status = async (operatorId: string, to: 'online' | 'offline'): Promise<void> =>
    await act({ do: 'operator_status', operatorId, status: to });
  await act({ do: 'lead_say', userId: USER, id: 'first', text: 'Здравствуйте!' });
  await ask('a');
  await status('maria', 'offline');
  await ask('b');
  await status('oleg', 'online');
  await ask('c');
  const saved: unknown = await (await fetch(`${url}/simulator/scenario.json?user=${USER}`)).json();
  const recording = recordingSchema.parse(saved);
  expect(Math.abs(Date.parse(recording.at ?? '') - Date.now())).toBeLessThan(3_600_000);
  expect(recording.steps.every(({ after = -1 }, index) => after >= (recording.steps[index - 1]?.after ?? 0))).toBe(
    true,
  );
  const said = recording.steps.map(({ outcome }) => outcome.sees?.[0]?.text);
  expect(said.filter((text) => text === 'есть' || text === 'нет')).toEqual(['есть', 'нет', 'есть']);
  const { differences } = await playRecording(botFolder, recording);
  expect(differences.map((difference) => differenceText(difference, 'en'))).toEqual([]);
});

it('a dialog saved from the page goes the same in a replay, also with a group, and when the operator answers without having read, or writes first', async () => {
  const asks = "lead.setLiveTexAttr('Поддержка', String(livetex.hasOnlineOperators('Поддержка')));";
  const { url, emulator, runtime, botFolder } = await useSimulator({ files: { 'номер_заявки.js': asks } });
  let count = 0;
  const act = deeds(url, async () => {
    // Either side may give the other something to do, and what comes late would count to the next deed.
    do {
      await emulator.webhooks.idle();
      await runtime.current().idle();
    } while (emulator.webhooks.pending() > 0);
  });
  const say = async (text: string): Promise<void> =>
    await act({ do: 'lead_say', userId: USER, id: `m${(count += 1)}`, text });
  const maria = { userId: USER, operatorId: 'maria' };
  await act({ do: 'operator_add', firstName: 'Ирина', group: 'Поддержка' });
  await say('Здравствуйте!');
  await say('2');
  await act({ do: 'desk_reply', ...maria, text: 'Отвечаю сразу' });
  await say('Спасибо');
  await act({ do: 'desk_file', ...maria, url: 'https://example.com/ответ.pdf' });
  await act({ do: 'desk_close', ...maria });
  await act({ do: 'desk_reply', ...maria, text: 'Забыла сказать' });
  await act({ do: 'desk_close', ...maria });
  await act({ do: 'operator_status', operatorId: 'maria', status: 'offline' });
  await say('2');

  const saved: unknown = await (await fetch(`${url}/simulator/scenario.json?user=${USER}`)).json();
  const scenario = recordingSchema.parse(saved);
  expect(scenario.operators).toContainEqual({ name: 'Ирина', status: 'online', group: 'Поддержка' });
  expect(scenario.steps[1]?.outcome.header).toMatchObject({ Поддержка: 'true' });
  expect(scenario.steps[6]?.outcome).toMatchObject({ mode: 'operator' });
  expect(scenario.steps.map(({ deed }) => deed.does)).toEqual([
    'say',
    'say',
    'reply',
    'say',
    'file',
    'close',
    'reply',
    'close',
    'status',
    'say',
  ]);
  const { differences } = await playRecording(botFolder, scenario);
  expect(differences.map((difference) => differenceText(difference, 'en'))).toEqual([]);
});
