/** What a real server says of itself while LiveTex hangs, a token is refused, or the database is away. */
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startLiveTexEmulator } from '../../../runtime-shim/emulator/index.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { setUpServer, say } from '../../support/served.ts';

const LONG = 240_000;

interface State {
  readonly ready: boolean;
  readonly reasons: readonly string[];
  readonly bindings?: Readonly<Record<string, State>>;
}

async function stateOf(url: string, query = ''): Promise<{ status: number; body: State }> {
  const response = await fetch(`${url}/readyz${query}`);
  return { status: response.status, body: (await response.json()) as State };
}

const metricsOf = async (url: string): Promise<string> => await (await fetch(`${url}/metrics`)).text();

/** Further touch points, each with a binding of its own. */
async function bindingsAt(ids: readonly string[], bot: string) {
  return await Promise.all(
    ids.map(async (id) => {
      const emulator = await startLiveTexEmulator({ token: `token-of-${id}` });
      onTestFinished(() => emulator.close());
      const webhook = { publicUrl: 'http://127.0.0.1:1', key: `webhook-key-of-${id}` };
      return { emulator, binding: { id, token: emulator.token, baseUrl: emulator.url, webhook, bots: [bot] } };
    }),
  );
}

test(
  "one tenant's refused token is that binding's, and the process's only when nobody can be served",
  { timeout: LONG },
  async () => {
    const [one, two] = await bindingsAt(['one', 'two'], 'support');
    if (one === undefined || two === undefined) throw new Error('no bindings');
    const livetex = [one.binding, { ...two.binding, excludedChannels: [] }];
    const { start } = await setUpServer({ livetex });
    one.emulator.faults.add({ kind: 'token' });
    const { url } = await start();
    await expect.poll(async () => (await stateOf(url, '?binding=one')).status, { timeout: LONG }).toBe(503);
    const { status, body } = await stateOf(url);
    expect(status).toBe(200);
    expect(body).toMatchObject({ ready: true, reasons: [], bindings: { one: { ready: false }, two: { ready: true } } });
    expect((await stateOf(url, '?binding=two')).status).toBe(200);
    expect((await stateOf(url, '?binding=none')).status).toBe(404);
  },
);

test('with LiveTex hanging, the state is told at once: nobody waits for it', { timeout: LONG }, async () => {
  const { emulator, start } = await setUpServer();
  emulator.faults.add({ kind: 'latency', ms: 600_000 });
  const { command, url } = await start();
  for (let asked = 0; asked < 5; asked += 1) expect((await stateOf(url)).status).toBe(200);
  expect(await metricsOf(url)).toContain('storage_up 1');
  command.child.kill('SIGKILL');
});

test('a new, empty data folder is said at the start, and what is in one that is not', { timeout: LONG }, async () => {
  const { start } = await setUpServer();
  const first = await start();
  await first.command.seen(/"message":"started".*"created":true,"leads":0,"waiting":0/);
  await first.command.seen(/"message":"the storage was empty: a new one was made"/);
  await say(first.url, 'Привет');
  first.command.child.kill('SIGTERM');
  await first.command.end;
  const second = await start();
  await second.command.seen(/"message":"started".*"created":false,"leads":1/);
  second.command.child.kill('SIGTERM');
  expect((await second.command.end).stderr).not.toContain('the storage was empty');
});

describe('on PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres({ fsync: 'off' });
  }, LONG);
  afterAll(async () => {
    await server.stop();
  });

  test(
    'the server away is told at once, beside the figures of the process, and is over when it is back',
    { timeout: 2 * LONG },
    async () => {
      const { start } = await setUpServer({ storage: server.url });
      const { url } = await start();
      await expect.poll(async () => (await stateOf(url)).status, { timeout: LONG }).toBe(200);
      expect(await metricsOf(url)).toMatch(/^storage_up 1$/m);
      await server.kill();
      const away = await stateOf(url);
      expect(away.status).toBe(503);
      expect(away.body.reasons.join()).toMatch(/^storage: /);
      const figures = await metricsOf(url);
      expect(figures).toMatch(/^storage_up 0$/m);
      expect(figures).toContain('metabot_sandbox_runners ');
      await server.restart();
      await expect.poll(async () => (await stateOf(url)).status, { timeout: LONG }).toBe(200);
      expect(await metricsOf(url)).toMatch(/^storage_failures_total\{code="storage_unreachable"\} [1-9]/m);
    },
  );
});
