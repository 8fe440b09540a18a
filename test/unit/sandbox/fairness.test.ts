import { expect, test } from 'vitest';
import { HELD_NOTICE, RunnerKillers } from '../../../runtime-shim/sandbox/fair-queue.ts';
import { useSandbox } from '../../support/sandbox-under-test.ts';
import { scriptRun } from '../../support/sandbox-under-test.ts';

/** No API stops it, so its runner is killed. */
const KILLER = 'const a = []; a.length = 2 ** 32 - 1; return a.indexOf(1);';

test.each([{ spares: 1 }, { spares: 0 }])(
  'a bot that ends runners all the time hardly delays another: %o',
  async (spares) => {
    const sandbox = useSandbox({ cpuMs: 200, isolates: 2, ...spares });
    await sandbox.ready();
    let ended = 0;
    const hostile = Array.from({ length: 5 }, async () => {
      const result = await sandbox.run(scriptRun(KILLER, { botId: 'hostile' }));
      ended += 1;
      return result;
    });
    const endedMeanwhile: number[] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      const before = ended;
      // Never lost to the other bot's scripts, or run again where they cannot reach it.
      expect(await sandbox.run(scriptRun('return 1', { botId: 'innocent' }))).toMatchObject({ ok: true, returned: 1 });
      endedMeanwhile.push(ended - before);
    }
    // Two places, so two hostile scripts at most were there before it, and while it is their bot's turn one more.
    for (const count of endedMeanwhile) expect(count).toBeLessThanOrEqual(2);
    const results = await Promise.all(hostile);
    expect(results.map((result) => (result.ok ? 'ok' : result.error.code))).toEqual(
      results.map(() => 'script_timeout'),
    );
    expect(results.filter(({ log }) => log.some(({ text }) => text === HELD_NOTICE)).length).toBeGreaterThanOrEqual(3);
  },
);

test('repeats of several bots take turns', async () => {
  // Enough CPU time that a loaded machine does not make the innocent too slow. One runner, no spare: what is lost must wait for a runner of its own.
  const sandbox = useSandbox({ cpuMs: 1_000, isolates: 4, spares: 0 });
  await sandbox.ready();
  const order: string[] = [];
  const asked = new Map<string, number>();
  const plugins = [
    { name: 'p', source: 'return (platform) => { platform.globals.ask = () => platform.call("f", null); };' },
  ];
  const waiting = ['busy-1', 'busy-2', 'quiet'].map(async (name) => {
    const call = async (): Promise<string> => {
      asked.set(name, (asked.get(name) ?? 0) + 1);
      if (asked.get(name) === 1) return await new Promise(() => undefined);
      order.push(name);
      return 'null';
    };
    return await sandbox.run(scriptRun('ask()', { botId: name.slice(0, 5), plugins, call }));
  });
  await sandbox.run(scriptRun(KILLER, { botId: 'hostile' }));
  for (const result of await Promise.all(waiting)) expect(result.ok).toBe(true);
  expect(order).toEqual(['busy-1', 'quiet', 'busy-2']);
});

test('a bot whose scripts never end does not take every place', async () => {
  const sandbox = useSandbox({ cpuMs: 20_000, wallMs: 20_000, isolates: 3, spares: 0 });
  await sandbox.ready();
  const hostile = Array.from({ length: 9 }, (_, index) =>
    sandbox.run(scriptRun('for (;;);', { botId: 'hostile', withinMs: 6_000 + index })),
  );
  // None of the others has come to its end, so this one waited for none of them.
  const innocent = await sandbox.run(scriptRun('return 1', { botId: 'innocent' }));
  expect(innocent).toMatchObject({ ok: true, returned: 1 });
  expect(sandbox.stats()).toMatchObject({ running: 2, queued: 7, outcomes: { ok: 1 } });
  await Promise.all(hostile);
});

test('bots whose scripts take much time do not take every place together', async () => {
  const sandbox = useSandbox({ cpuMs: 20_000, wallMs: 20_000, isolates: 3, spares: 0 });
  await sandbox.ready();
  const bots = ['one', 'other'];
  const slow = 'for (const end = Date.now() + 2_000; Date.now() < end; );';
  for (const { ok } of await Promise.all(bots.map((botId) => sandbox.run(scriptRun(slow, { botId })))))
    expect(ok).toBe(true);
  const hostile = [...bots, ...bots, ...bots].map((botId) =>
    sandbox.run(scriptRun('for (;;);', { botId, withinMs: 6_000 })),
  );
  // None of the others has come to its end, so this one waited for none of them.
  expect(await sandbox.run(scriptRun('return 1', { botId: 'innocent' }))).toMatchObject({ ok: true, returned: 1 });
  expect(sandbox.stats()).toMatchObject({ running: 2, queued: 4, outcomes: { ok: 3 } });
  await Promise.all(hostile);
});

test('a bot goes one script at a time after each runner that it ended', () => {
  const killers = new RunnerKillers();
  expect(killers.goesAlone('a', 0)).toBe(false);
  killers.count('a', 1_000);
  expect([killers.goesAlone('a', 10_999), killers.isHeld('a', 10_999)]).toEqual([true, false]);
  expect([killers.goesAlone('a', 11_000), killers.goesAlone('b', 1_000)]).toEqual([false, false]);
  killers.count('a', 12_000);
  killers.count('a', 13_000);
  expect(killers.goesAlone('a', 60_999)).toBe(true);
  expect(killers.goesAlone('a', 61_000)).toBe(false);
});

test('a bot is held after three runners within a minute, and no longer than that', () => {
  const killers = new RunnerKillers();
  killers.count('a', 0);
  killers.count('a', 10_000);
  killers.count('b', 10_000);
  expect(killers.isHeld('a', 10_000)).toBe(false);
  killers.count('a', 59_999);
  expect([killers.isHeld('a', 59_999), killers.isHeld('b', 59_999)]).toEqual([true, false]);
  expect(killers.isHeld('a', 60_000)).toBe(false);
  killers.count('a', 61_000);
  expect(killers.isHeld('a', 61_000)).toBe(true);
});

test('the time of a scenario bounds its script, waiting included', async () => {
  const sandbox = useSandbox({ cpuMs: 20_000, isolates: 1, spares: 0 });
  await sandbox.ready();
  const late = sandbox.run(scriptRun('for (;;);', { withinMs: 300 }));
  const waiting = sandbox.run(scriptRun('return 1', { withinMs: 100 }));
  expect(await late).toMatchObject({ ok: false, error: { code: 'script_deadline' } });
  expect(await waiting).toMatchObject({
    ok: false,
    error: { code: 'script_deadline', message: 'the script did not end within 100 ms and was stopped' },
    usage: { hostCalls: 0 },
  });
  expect(await sandbox.run(scriptRun('return 1', { withinMs: 20_000 }))).toMatchObject({ ok: true });
});
