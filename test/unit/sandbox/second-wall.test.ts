import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Logger } from '../../../plugin/contract/host.ts';
import { createSandbox } from '../../../runtime-shim/sandbox/index.ts';
import { knownWords, type RunnerEnd, RunnerProcess } from '../../../runtime-shim/sandbox/runner-process.ts';
import { RUNNER_FILE, runnerOptions, runnerUser, warnOfOldV8 } from '../../../runtime-shim/sandbox/runner-start.ts';
import { ROOT } from '../../support/command.ts';
import { childrenOf } from '../../support/process-tree.ts';
import { scriptRun } from '../../support/sandbox-under-test.ts';

/** What an intruder in the runner's own JavaScript would try. Each answers the code of its error, or `done`. */
const INTRUDER = `
import { readFileSync, writeFileSync, readdirSync, symlinkSync, openSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { spawnSync, fork } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import { connect, createServer } from 'node:net';
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { open } from 'node:inspector';
import { once } from 'node:events';
const here = OWN_FILE;
const tries = {
  'read a file of the system': () => readFileSync('/etc/passwd'),
  'read the project': () => readFileSync(PROJECT + 'docs/security.md'),
  'read its server\\'s environment': () => readFileSync('/proc/' + process.ppid + '/environ'),
  'read its server\\'s memory': () => openSync('/proc/' + process.ppid + '/mem', 'r'),
  'read by a promise': () => readFile('/etc/passwd'),
  'list a folder': () => readdirSync('/'),
  'ask for a file': () => statSync('/etc/passwd'),
  'write': () => writeFileSync('/tmp/metabot-intruder', ''),
  'write its own code': () => writeFileSync(new URL(here), ''),
  'link': () => symlinkSync('/etc/passwd', '/tmp/metabot-link'),
  'start a process': () => { const { error } = spawnSync('/bin/true'); if (error) throw error; },
  'fork': () => fork(new URL(here).pathname),
  'start a thread': () => new Worker('', { eval: true }),
  'connect': async () => { const socket = connect(PORT, '127.0.0.1'); await once(socket, 'connect'); },
  'listen': async () => { const server = createServer(); server.listen(0); await once(server, 'listening'); },
  'send a datagram': async () => { const socket = createSocket('udp4'); socket.bind(0); await once(socket, 'listening'); },
  'fetch': () => fetch('http://127.0.0.1:' + PORT),
  'ask for a name': () => lookup('localhost'),
  'open a debugger': () => open(0, '127.0.0.1'),
  'load another file': () => import('file:///etc/passwd'),
  'open a database': async () => { const { DatabaseSync } = await import('node:sqlite'); new DatabaseSync('/tmp/metabot-intruder.db').exec('CREATE TABLE a (b)'); },
  'write a database from memory': async () => { const { DatabaseSync } = await import('node:sqlite'); new DatabaseSync(':memory:').exec("VACUUM INTO '/tmp/metabot-intruder-2.db'"); },
  'load a library': async () => { const { DynamicLibrary } = await import('node:ffi'); new DynamicLibrary('libc.so.6'); },
  'become another program': () => process.execve('/bin/true', ['true'], {}),
  'write a report': () => process.report.writeReport('/tmp/metabot-intruder.json'),
  'read variables from a file': () => process.loadEnvFile('/etc/environment'),
  'call the insides of Node': () => process.binding('spawn_sync'),
  'connect to a socket of the system': async () => { const socket = connect('/var/run/docker.sock'); await once(socket, 'connect'); },
};
const answers = {};
for (const [name, act] of Object.entries(tries)) {
  try { await act(); answers[name] = 'done'; } catch (error) { answers[name] = (error.cause ?? error).code ?? String(error); }
}
process.send(answers);
`;

/** How the source starts its runner, where nothing is built: as a checkout does. */
function runnerOfSource(): { readonly file: string; readonly options: ReturnType<typeof runnerOptions> } {
  const module = JSON.stringify(join(ROOT, 'runtime-shim', 'sandbox', 'runner-start.ts'));
  const code = `import { RUNNER_FILE, runnerOptions, runnerUser } from ${module};
    console.log(JSON.stringify({ file: RUNNER_FILE, options: runnerOptions(runnerUser(undefined)) }));`;
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '--eval', code], { encoding: 'utf8' }),
  ) as ReturnType<typeof runnerOfSource>;
}

test.each([
  ['the package', 'runner.js', () => ({ file: RUNNER_FILE, options: runnerOptions(runnerUser(undefined)) })],
  ['the source', 'runner-main.ts', runnerOfSource],
])('the JavaScript of a runner process of %s reaches no file, process, thread or network', async (_of, name, how) => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  const { port } = server.address() as { port: number };
  const { file, options } = how();
  expect(basename(file)).toBe(name);
  const code = INTRUDER.replace('OWN_FILE', JSON.stringify(pathToFileURL(file).href))
    .replace('PROJECT', JSON.stringify(join(ROOT, '/')))
    .replaceAll('PORT', String(port));
  const child = fork(file, [], {
    ...options,
    execArgv: [...options.execArgv, '--import', `data:text/javascript,${encodeURIComponent(code)}`],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const [answers] = (await once(child, 'message')) as [Record<string, string>];
  expect(Object.keys(answers)).toHaveLength(28);
  const refused = new Set(['ERR_ACCESS_DENIED', 'ERR_UNKNOWN_BUILTIN_MODULE']);
  expect(Object.entries(answers).filter(([, answer]) => !refused.has(answer))).toEqual([]);
});

const ASKING = [
  { name: 'p', source: 'return (platform) => { platform.globals.ask = () => platform.call("f", null); };' },
];
const SECRET = 'secret-of-the-server-51c7';

/** A sandbox, the processes that it has started, and what it logged. */
async function startSandbox(limits: Parameters<typeof createSandbox>[0] = {}) {
  const lines: Array<{ text: string; facts: unknown }> = [];
  const log = (text: string, facts?: unknown): void => void lines.push({ text, facts });
  const logger = { debug: log, info: log, warn: log, error: log } as Logger;
  const before = new Set(childrenOf(process.pid));
  const sandbox = createSandbox({ runners: 1, spares: 0, wallMs: 30_000, ...limits }, { logger });
  onTestFinished(async () => {
    await sandbox.close();
  });
  await sandbox.ready();
  // Not the compiler, which a checkout starts to build the guest's code.
  const isRunner = (pid: number): boolean => readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(RUNNER_FILE);
  const pids = (): number[] => childrenOf(process.pid).filter((pid) => !before.has(pid) && isRunner(pid));
  return { sandbox, pids, lines };
}

test('a runner has no secret in its environment, its arguments or its memory', async () => {
  vi.stubEnv('METABOT_SECRET', SECRET);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  // Reading a process's memory makes it larger: a runner with less would be ended for it.
  const { sandbox, pids } = await startSandbox({ memoryMb: 1_000 });
  await sandbox.run(scriptRun('return 1'));
  for (const pid of pids()) {
    const environment = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
    // The name of the scripts' time zone is all that it is told.
    const told = environment.filter((line) => line !== '' && !line.startsWith('NODE_CHANNEL'));
    expect(told).toEqual([expect.stringMatching(/^TZ=[\w/+-]+$/)]);
    const words = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
    const ours = [process.execPath, RUNNER_FILE, ...(runnerOptions(undefined).execArgv ?? []), ''];
    expect(words.filter((word) => !ours.includes(word))).toEqual([]);
    expect(memoryHolds(pid, SECRET)).toBe(false);
    // The search finds what is there.
    expect(memoryHolds(pid, 'metabot-script')).toBe(true);
  }
});

test('a runner is another user where the service is root, and gets no new rights', async () => {
  const { pids } = await startSandbox();
  const user = runnerUser(undefined) ?? process.getuid?.();
  for (const pid of pids()) {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    expect(/^Uid:\t(\d+)\t(\d+)/m.exec(status)?.slice(1)).toEqual([String(user), String(user)]);
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    // The service's own user has none either, unless it is root.
    expect(status).toMatch(/^CapEff:\t0+$/m);
  }
});

test('the script of the newest known hole of V8 does not end a runner', async () => {
  const { sandbox } = await startSandbox();
  const hole = 'function f(){ let x; delete x?.[y]?.a; return y; let y; } return typeof f()';
  expect(await sandbox.run(scriptRun(hole))).toMatchObject({
    error: { code: 'script_error', message: "ReferenceError: Cannot access 'y' before initialization" },
  });
  expect(sandbox.stats().runnersKilled).toBe(0);
});

test.each([
  ['13.6.233.17-node.41', true],
  ['13.8.258.32', true],
  ['14.1.146.11-node.14', true],
  ['14.6.202.33-node.1', false],
  [process.versions.v8, false],
])('V8 %s: is its hole told? %s', (version, isTold) => {
  const told: string[] = [];
  const log = (text: string): void => void told.push(text);
  warnOfOldV8({ debug: log, info: log, warn: log, error: log }, version);
  expect(told).toHaveLength(isTold ? 1 : 0);
});

test('a script whose runner crashes twice, the second time alone, is told that it was its own', async () => {
  const { sandbox, pids, lines } = await startSandbox();
  const call = async (): Promise<string> => {
    for (const pid of pids()) process.kill(pid, 'SIGSEGV');
    return await new Promise(() => undefined);
  };
  expect(await sandbox.run(scriptRun('return ask()', { plugins: ASKING, call }))).toMatchObject({
    error: { code: 'script_crashed', file: 'скрипт.js' },
  });
  expect(lines.filter((line) => line.text === 'a runner was replaced').map((line) => line.facts)).toEqual([
    { why: 'it crashed (SIGSEGV)', lastWords: '' },
    { why: 'it crashed (SIGSEGV)', lastWords: '' },
  ]);
  expect(await sandbox.run(scriptRun('return 1'))).toMatchObject({ ok: true });
});

test('of what a crashed runner wrote to its error output only words of V8 reach the log', async () => {
  const crash = `process.send({ t: 'ready' });
    process.on('message', () => process.stderr.write('${SECRET}\\n# Fatal error in ${SECRET}, line 7\\n', () => process.abort()));`;
  const child = fork('-', [], {
    execArgv: ['--eval', crash],
    env: {},
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const { promise, resolve } = Promise.withResolvers<RunnerEnd>();
  const settings = {
    platformSource: { platform: '', parts: { web: '', idna: '' }, packages: {} },
    cpuMs: 1,
    wallMs: 1,
    memoryMb: 8,
    isolates: 1,
    capMb: 1,
  };
  const runner = new RunnerProcess(child, settings, {
    ready: () => runner.answer(1, 1, 'null'),
    message: () => undefined,
    ended: (_runner, end) => resolve(end),
  });
  expect(await promise).toEqual({ why: 'it crashed (SIGABRT)', crashed: true, lastWords: 'Fatal error in' });
  expect(knownWords(`RangeError: ${SECRET}`)).toBe('');
});

/** Searches what a process may write in its memory, which is where strings are. */
function memoryHolds(pid: number, text: string): boolean {
  const CHUNK = 1 << 20;
  const buffer = Buffer.alloc(CHUNK + text.length);
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, 'latin1').split('\n')) {
      const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? [];
      if (from === undefined || to === undefined) continue;
      for (let at = Number.parseInt(from, 16); at < Number.parseInt(to, 16); at += CHUNK) {
        if (buffer.subarray(0, readAt(memory, buffer, at)).includes(text)) return true;
      }
    }
    return false;
  } finally {
    closeSync(memory);
  }
}

function readAt(memory: number, buffer: Buffer, at: number): number {
  try {
    return readSync(memory, buffer, 0, buffer.length, at);
  } catch {
    // Pages that the kernel keeps for itself.
    return 0;
  }
}
