/** The end of `serve` as a load balancer sees it. */
import { expect, test } from 'vitest';
import { setUpServer, say } from '../../support/served.ts';

test('not ready before anything is refused, and the state is told until the work has ended', async () => {
  const { emulator, start } = await setUpServer({ http: { port: 0, drainSeconds: 2 } });
  const { command, url } = await start();
  const status = async (path: string): Promise<number> => (await fetch(`${url}${path}`)).status;
  const write = async (): Promise<number> =>
    (
      await fetch(`${url}/api/channels/telegram/leads/42/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ text: 'Still there?' }),
      })
    ).status;
  await command.seen(/webhook registered/);
  expect(await status('/readyz')).toBe(200);
  // A request to LiveTex that takes its time: the work under way at the end.
  emulator.faults.add({ kind: 'latency', ms: 8_000, methods: ['sendText'] });
  await say(url, 'Hello');
  await expect.poll(() => emulator.requests.count('sendText')).toBeGreaterThan(0);
  command.child.kill('SIGTERM');
  await expect.poll(() => status('/readyz')).toBe(503);
  expect(await write()).toBe(202);
  await expect.poll(write).toBe(503);
  expect([await status('/readyz'), await status('/metrics'), await status('/healthz')]).toEqual([503, 200, 200]);
  const end = await command.end;
  expect({ code: end.code, signal: end.signal }).toEqual({ code: 0, signal: null });
  await expect(status('/healthz')).rejects.toThrow('fetch failed');
});
