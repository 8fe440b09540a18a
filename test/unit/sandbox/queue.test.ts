import { expect, test } from 'vitest';
import { scriptRun, useSandbox } from '../../support/sandbox-under-test.ts';

const ASK = [{ name: 'p', source: 'return (platform) => { platform.globals.ask = () => platform.call("f", null); };' }];

/** A run that holds the only isolate until it is let go. */
function holder(): { call: () => Promise<string>; begun: Promise<void>; release: () => void } {
  const begun = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<string>();
  const call = async (): Promise<string> => {
    begun.resolve();
    return await answer.promise;
  };
  return { call, begun: begun.promise, release: () => answer.resolve('null') };
}

test('a bot with many waiting scripts does not delay another bot', async () => {
  const sandbox = useSandbox({ isolates: 1 });
  const { call, begun, release } = holder();
  const first = sandbox.run(scriptRun('ask()', { plugins: ASK, call }));
  await begun;
  const order: string[] = [];
  const run = async (botId: string): Promise<void> => {
    await sandbox.run(scriptRun('return 1', { botId }));
    order.push(botId);
  };
  const all = [...Array.from({ length: 30 }, () => 'busy'), 'quiet', 'quiet', 'other'].map(run);
  expect(sandbox.stats()).toMatchObject({ queued: 33, running: 1 });
  release();
  await Promise.all([first, ...all]);
  expect(order.indexOf('quiet')).toBeLessThan(4);
  expect(order.indexOf('other')).toBeLessThan(5);
  expect(order.slice(0, 6).filter((bot) => bot === 'quiet')).toHaveLength(2);
});

test('a bot beyond its bound gets a clear answer, and other bots are not touched', async () => {
  const sandbox = useSandbox({ isolates: 1, queuePerBot: 2 });
  const { call, begun, release } = holder();
  const first = sandbox.run(scriptRun('ask()', { plugins: ASK, call }));
  await begun;
  const waiting = [1, 2].map(() => sandbox.run(scriptRun('return 1')));
  expect(await sandbox.run(scriptRun('return 1'))).toMatchObject({
    ok: false,
    error: { code: 'sandbox_busy', message: 'the bot "test" already has 2 scripts waiting for a free runner' },
  });
  const other = sandbox.run(scriptRun('return 2', { botId: 'other' }));
  release();
  for (const result of await Promise.all([first, ...waiting, other])) expect(result.ok).toBe(true);
  expect(sandbox.stats()).toMatchObject({ queued: 0, running: 0, outcomes: { ok: 4, sandbox_busy: 1 } });
});
