import { afterAll, expect, test } from 'vitest';
import { pluginError } from '../../../plugin/errors.ts';
import { createScriptRunner } from '../../support/sandbox-under-test.ts';

const scripts = createScriptRunner();
afterAll(() => scripts.close());

test('hasOnlineOperators asks the host and looks synchronous', async () => {
  const asked: string[][] = [];
  const call = async (...given: [string, string, string, AbortSignal]): Promise<string> => {
    asked.push(given.slice(0, 3) as string[]);
    await new Promise((resolve) => setImmediate(resolve));
    return asked.length === 1 ? 'true' : 'false';
  };
  const result = await scripts.run('return [livetex.hasOnlineOperators(), livetex.hasOnlineOperators()];', { call });
  expect(result).toMatchObject({ ok: true, returned: [true, false], usage: { hostCalls: 2 } });
  expect(asked).toEqual([
    ['livetex', 'hasOnlineOperators', 'null'],
    ['livetex', 'hasOnlineOperators', 'null'],
  ]);
});

test('what the host rejects reaches the script as code and message, at its own line', async () => {
  const call = async (): Promise<string> => {
    throw pluginError('channel_excluded', { channel: 'jivo' });
  };
  expect(await scripts.failure('\nlivetex.hasOnlineOperators();', { call })).toBe(
    'channel_excluded: the channel "jivo" is excluded from LiveTex (excludedChannels), so its dialogs cannot be handed to an operator @2:9',
  );
  const caught = 'try { livetex.hasOnlineOperators(); } catch (e) { return [e.code, e instanceof Error]; }';
  expect(await scripts.returned(caught, { call })).toEqual(['channel_excluded', true]);
});

test('what the host did not mean to say stays on the host', async () => {
  const call = async (): Promise<string> => {
    throw new Error('password=secret at /home');
  };
  expect(await scripts.failure('livetex.hasOnlineOperators();', { call })).toBe(
    'script_host_failed: the platform could not perform livetex.hasOnlineOperators @1:9',
  );
});

test('the actions are collected, in order, and return nothing', async () => {
  const code =
    'return [livetex.runTransferScript(), livetex.transferToOperator(), livetex.returnToBot()].map((v) => v === undefined);';
  expect(await scripts.run(code)).toMatchObject({
    ok: true,
    returned: [true, true, true],
    actions: ['runTransferScript', 'transferToOperator', 'returnToBot'].map((action) => ({
      type: 'plugin',
      plugin: 'livetex',
      action: { action },
    })),
  });
});

test('cannot be tampered with', async () => {
  const code = `
    livetex.hasOnlineOperators = () => 'mine'; livetex = null; lead.setLiveTexAttr = null;
    return [livetex.hasOnlineOperators(), Object.isFrozen(livetex), typeof lead.setLiveTexAttr];`;
  expect(await scripts.returned(code, { call: async () => 'true' })).toEqual([true, true, 'function']);
});

test('without the plugin there is no livetex', async () => {
  expect(await scripts.returned('return [typeof livetex, typeof lead.setLiveTexAttr];', { plugins: [] })).toEqual([
    'undefined',
    'undefined',
  ]);
});
