import { expect, it } from 'vitest';
import { playScenario } from '../../../runtime-shim/cli/commands/replay.ts';
import type { Command } from '../../../runtime-shim/simulator/commands/command-schema.ts';
import { differenceText } from '../../../runtime-shim/simulator/recording/compare-outcomes.ts';
import { recordingSchema } from '../../../runtime-shim/simulator/recording/recording-schema.ts';
import { useSimulator } from '../../support/simulator-stand.ts';

const USER = 'support:telegram:olga';

it('a dialog saved from the page goes the same in a replay, also when the operator answers without having read first', async () => {
  const { url, emulator, runtime, botFolder } = await useSimulator();
  let count = 0;
  const act = async (command: Command): Promise<void> => {
    const headers = { 'content-type': 'application/json', origin: url };
    const response = await fetch(`${url}/simulator/do`, { method: 'POST', headers, body: JSON.stringify(command) });
    expect(await response.text()).toBe('{"ok":true}');
    // Either side may give the other something to do, and what comes late would count to the next deed.
    do {
      await emulator.webhooks.idle();
      await runtime.current().idle();
    } while (emulator.webhooks.pending() > 0);
  };
  const say = async (text: string): Promise<void> =>
    await act({ do: 'lead_say', userId: USER, id: `m${(count += 1)}`, text });
  const maria = { userId: USER, operatorId: 'maria' };
  await say('Здравствуйте!');
  await say('2');
  await act({ do: 'desk_reply', ...maria, text: 'Отвечаю сразу' });
  await say('Спасибо');
  await act({ do: 'desk_file', ...maria, url: 'https://example.com/ответ.pdf' });
  await act({ do: 'desk_close', ...maria });
  await act({ do: 'operator_status', operatorId: 'maria', status: 'offline' });
  await say('2');

  const saved: unknown = await (await fetch(`${url}/simulator/scenario.json?user=${USER}`)).json();
  const scenario = recordingSchema.parse(saved);
  expect(scenario.steps.map(({ deed }) => deed.does)).toEqual([
    'say',
    'say',
    'reply',
    'say',
    'file',
    'close',
    'status',
    'say',
  ]);
  const { differences } = await playScenario(botFolder, scenario);
  expect(differences.map(differenceText)).toEqual([]);
});
