import { afterAll, expect, test } from 'vitest';
import { install } from '../../../plugin/guest/livetex.guest.ts';
import { pluginError } from '../../../plugin/errors.ts';
import type { ScriptRun } from '../../../runtime-shim/sandbox/contract.ts';
import { createScriptRunner } from '../../support/sandbox-under-test.ts';

const scripts = createScriptRunner();
afterAll(() => scripts.close());

test('a platform that gives no lead reads so, instead of an error from the middle of our code', () => {
  for (const globals of [{}, { lead: null }, { lead: 'Ivan' }]) {
    const platform = { globals } as unknown as Parameters<typeof install>[0];
    expect(() => install(platform)).toThrow('the platform must put the object "lead" into "globals"');
  }
});

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

test('an answer that came with the script needs no call of the host, for as long as it holds', async () => {
  const asked: string[] = [];
  const call = async (_plugin: string, name: string): Promise<string> => {
    asked.push(name);
    return 'false';
  };
  const known = (forMs: number, name = 'hasOnlineOperators'): Partial<ScriptRun> => ({
    call,
    known: () => [{ plugin: 'livetex', name, args: null, value: true, forMs }],
  });
  const code = 'return [livetex.hasOnlineOperators(), livetex.hasOnlineOperators()];';
  expect(await scripts.run(code, known(60_000))).toMatchObject({ returned: [true, true], usage: { hostCalls: 0 } });
  expect(asked).toEqual([]);
  expect(await scripts.run(code, known(0))).toMatchObject({ returned: [false, false], usage: { hostCalls: 2 } });
  expect(await scripts.returned(code, known(60_000, 'another'))).toEqual([false, false]);
  const slow = `const first = livetex.hasOnlineOperators(); const end = Date.now() + 300; while (Date.now() < end); return [first, livetex.hasOnlineOperators()];`;
  expect(await scripts.returned(slow, known(200))).toEqual([true, false]);
});

test('an answer that came with the script counts as a call, and no script can change it', async () => {
  const changes: Partial<ScriptRun> = {
    call: async () => 'false',
    known: () => [{ plugin: 'livetex', name: 'hasOnlineOperators', args: null, value: true, forMs: 60_000 }],
  };
  expect(await scripts.failure('for (;;) livetex.hasOnlineOperators();', changes)).toContain('script_host_calls');
  const hostile = `
    Date.now = () => 1e15; JSON.parse = () => false; Object.hasOwn = () => false;
    Object.prototype['livetex hasOnlineOperators null'] = { v: 'false', until: 1e15 };
    return livetex.hasOnlineOperators();`;
  expect(await scripts.returned(hostile, changes)).toBe(true);
  const without = { call: changes.call } as Partial<ScriptRun>;
  const forged = `
    Object.prototype.known = { 'livetex hasOnlineOperators null': { v: 'true', until: 1e15 } };
    return livetex.hasOnlineOperators();`;
  expect(await scripts.returned(forged, without)).toBe(false);
  // The next script of the same isolate knows nothing of it.
  expect(await scripts.returned('return livetex.hasOnlineOperators();', without)).toBe(false);
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

test('groups: a name or an id crosses to the host, a wrong one does not; what the host answers is the script’s', async () => {
  const asked: string[] = [];
  const call = async (_plugin: string, name: string, args: string): Promise<string> => {
    asked.push(`${name} ${args}`);
    if (name === 'getGroups') return JSON.stringify([{ id: '1', name: 'Продажи', online: true, free: false }]);
    return JSON.stringify(name === 'isWorkingTime' || args.includes('Продажи'));
  };
  const code = `return [livetex.getGroups()[0].name, livetex.hasOnlineOperators('Продажи'), livetex.hasFreeOperators(54321),
    livetex.hasFreeOperators(null), livetex.isWorkingTime()];`;
  expect(await scripts.returned(code, { call })).toEqual(['Продажи', true, false, false, true]);
  expect(asked).toEqual([
    'getGroups null',
    'hasOnlineOperators {"group":"Продажи"}',
    'hasFreeOperators {"group":"54321"}',
    'hasFreeOperators null',
    'isWorkingTime null',
  ]);
  expect(await scripts.failure('livetex.hasOnlineOperators({})', { call })).toContain('transfer_argument_invalid');
});
