import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createSandbox } from '../../../runtime-shim/sandbox/index.ts';
import { childrenOf } from '../../support/process-tree.ts';
import { scriptRun, useSandbox } from '../../support/sandbox-under-test.ts';

/** Gives scripts `ask()`, which waits for the host. */
const ASKING = [
  { name: 'p', source: 'return (platform) => { platform.globals.ask = () => platform.call("f", null); };' },
];

/** The processes that this sandbox has started. */
async function started(act: () => Promise<unknown>): Promise<number[]> {
  const before = new Set(childrenOf(process.pid));
  await act();
  return childrenOf(process.pid).filter((pid) => !before.has(pid));
}

test('close() leaves no process, and a closed sandbox says so', async () => {
  const sandbox = createSandbox({ runners: 2 });
  const pids = await started(() => sandbox.ready());
  expect(pids.length).toBeGreaterThanOrEqual(2);
  await sandbox.close();
  const left = new Set(childrenOf(process.pid));
  expect(pids.filter((pid) => left.has(pid))).toEqual([]);
  await expect(sandbox.run(scriptRun('return 1'))).rejects.toMatchObject({ code: 'sandbox_closed' });
  await expect(sandbox.ready()).rejects.toMatchObject({ code: 'sandbox_closed' });
  await sandbox.close();
});

test('close() lets the running end and refuses the waiting', async () => {
  const sandbox = useSandbox({ isolates: 1 });
  await sandbox.ready();
  const asked = Promise.withResolvers<(answer: string) => void>();
  const call = async (): Promise<string> => await new Promise((resolve) => asked.resolve(resolve));
  const running = sandbox.run(scriptRun('return ask()', { plugins: ASKING, call }));
  const waiting = sandbox.run(scriptRun('return 2'));
  const answer = await asked.promise;
  const closed = sandbox.close();
  await expect(waiting).rejects.toMatchObject({ code: 'sandbox_closed' });
  answer('"late"');
  expect(await running).toMatchObject({ ok: true, returned: 'late' });
  await closed;
});

test('a runner that starts late takes no runs beside those that already work', async () => {
  let ready = 0;
  const log = (text: string): void => {
    if (text === 'a runner is ready') ready += 1;
  };
  const logger = { debug: log, info: log, warn: log, error: log };
  const before = new Set(childrenOf(process.pid));
  const sandbox = createSandbox({ runners: 1, spares: 1, isolates: 1 }, { logger });
  onTestFinished(async () => {
    await sandbox.close();
  });
  const late = await vi.waitUntil(() => childrenOf(process.pid).find((pid) => !before.has(pid)), {
    timeout: 120_000,
    interval: 1,
  });
  process.kill(late, 'SIGSTOP');
  await sandbox.ready();
  expect(ready).toBe(1);
  const asked = Promise.withResolvers<(answer: string) => void>();
  const call = async (): Promise<string> => await new Promise((resolve) => asked.resolve(resolve));
  const running = sandbox.run(scriptRun('return ask()', { plugins: ASKING, call }));
  const answer = await asked.promise;
  process.kill(late, 'SIGCONT');
  await vi.waitUntil(() => ready === 2, { timeout: 120_000, interval: 20 });
  const waiting = sandbox.run(scriptRun('return 2'));
  expect(sandbox.stats()).toMatchObject({ running: 1, queued: 1 });
  answer('"first"');
  expect(await running).toMatchObject({ ok: true, returned: 'first' });
  expect(await waiting).toMatchObject({ ok: true, returned: 2 });
});

test('close() before the start is over leaves nothing either', async () => {
  const pids = await started(async () => {
    await createSandbox().close();
  });
  expect(pids).toEqual([]);
});

test('nothing of the environment reaches a runner', async () => {
  vi.stubEnv('METABOT_SECRET', 'not-for-runners');
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const sandbox = useSandbox();
  for (const pid of await started(() => sandbox.ready())) {
    const environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
    const lines = environment.split('\0').filter((line) => line !== '' && !line.startsWith('NODE_CHANNEL'));
    // The scripts' time zone is told by it, and nothing else.
    expect(lines).toEqual([`TZ=${new Intl.DateTimeFormat().resolvedOptions().timeZone}`]);
  }
});

test('a runner that is killed from outside is replaced, and its run runs again', async () => {
  // No spare: were it killed as well, the run could go to it before its end is known, and would count as killed twice.
  const sandbox = useSandbox({ spares: 0 });
  const pids = await started(() => sandbox.ready());
  let asked = 0;
  const call = async (): Promise<string> => {
    asked += 1;
    if (asked > 1) return '"again"';
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    return await new Promise(() => undefined);
  };
  expect(await sandbox.run(scriptRun('return ask()', { plugins: ASKING, call }))).toMatchObject({
    ok: true,
    returned: 'again',
  });
  expect(sandbox.stats().runnersKilled).toBeGreaterThanOrEqual(1);
});

test('a run whose runner is killed twice says so', async () => {
  const sandbox = useSandbox();
  await sandbox.ready();
  const call = async (): Promise<string> => {
    for (const pid of childrenOf(process.pid)) process.kill(pid, 'SIGKILL');
    return await new Promise(() => undefined);
  };
  expect(await sandbox.run(scriptRun('return ask()', { plugins: ASKING, call }))).toMatchObject({
    ok: false,
    error: { code: 'sandbox_killed' },
  });
  expect(await sandbox.run(scriptRun('return 1'))).toMatchObject({ ok: true, returned: 1 });
});

test('a plugin that does not start is nobody’s script', async () => {
  const sandbox = useSandbox();
  const plugins = [{ name: 'p', source: "throw new Error('no start');" }];
  expect(await sandbox.run(scriptRun('return 1', { plugins }))).toMatchObject({
    error: { code: 'sandbox_unavailable', message: expect.stringContaining('no start') as string },
  });
  expect(await sandbox.run(scriptRun('return 1'))).toMatchObject({ ok: true, returned: 1 });
});

test('a run beside one that cannot be stopped runs again and is right', async () => {
  // The wall clock far behind, so that also on a loaded machine it is the CPU time that ends the hostile one; and enough of it for
  // the other, whose isolate takes several times as long to make beside other work. And more memory than the hostile one takes before that.
  const sandbox = useSandbox({ cpuMs: 1_000, wallMs: 50_000, isolates: 2, memoryMb: 512 });
  await sandbox.ready();
  let asked = 0;
  const call = async (): Promise<string> => {
    asked += 1;
    if (asked > 1) return '"again"';
    return await new Promise(() => undefined);
  };
  const innocent = sandbox.run(scriptRun('return ask()', { plugins: ASKING, call }));
  const hostile = sandbox.run(scriptRun('const a = []; a.length = 2 ** 32 - 1; return a.indexOf(1);'));
  expect(await hostile).toMatchObject({ ok: false, error: { code: 'script_timeout' } });
  expect(await innocent).toMatchObject({ ok: true, returned: 'again' });
});

test('a runner whose loop is stuck is killed by the server', async () => {
  const sandbox = useSandbox({ cpuMs: 200, wallMs: 500 });
  await sandbox.ready();
  const call = async (): Promise<string> => {
    for (const pid of childrenOf(process.pid)) process.kill(pid, 'SIGSTOP');
    return 'null';
  };
  expect(await sandbox.run(scriptRun('return ask()', { plugins: ASKING, call }))).toMatchObject({
    ok: false,
    error: { code: 'script_deadline' },
  });
});

test('when no runner starts, whoever waits is told, and so is who asks for readiness, until one starts', async () => {
  const { execPath } = process;
  const folder = mkdtempSync(join(tmpdir(), 'no-runner-'));
  const program = join(folder, 'node');
  writeFileSync(program, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  process.execPath = program;
  onTestFinished(() => {
    process.execPath = execPath;
    rmSync(folder, { recursive: true });
  });
  const lines: string[] = [];
  const log = (text: string): void => void lines.push(text);
  const sandbox = createSandbox(
    { runners: 1, spares: 2 },
    { logger: { debug: log, info: log, warn: log, error: log } },
  );
  onTestFinished(() => sandbox.close());
  const refused = {
    ok: false,
    error: { code: 'sandbox_unavailable', message: expect.stringContaining('do not start') },
  };
  const waiting = sandbox.run(scriptRun('return 1'));
  await expect(sandbox.ready()).rejects.toMatchObject({ code: 'sandbox_unavailable' });
  expect(await waiting).toMatchObject(refused);
  expect(await sandbox.run(scriptRun('return 1'))).toMatchObject(refused);
  expect(lines.filter((line) => line === 'no runner starts: scripts cannot be run')).toHaveLength(1);
  writeFileSync(program, `#!/bin/sh\nexec ${execPath} "$@"\n`);
  await vi.waitUntil(async () => (await sandbox.run(scriptRun('return 1'))).ok, { timeout: 120_000, interval: 50 });
  await sandbox.ready();
});

test('runners end with their server, however it ends', async () => {
  const server = fork(new URL('./sandbox-server.ts', import.meta.url), [], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  onTestFinished(() => {
    server.kill('SIGKILL');
  });
  const [pids] = (await once(server, 'message')) as [number[]];
  expect(pids.length).toBeGreaterThan(0);
  server.kill('SIGKILL');
  await vi.waitUntil(() => pids.every((pid) => isGone(pid)), { timeout: 120_000, interval: 20 });
});

function isGone(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
  } catch {
    return true;
  }
}
