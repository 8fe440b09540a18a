import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { temporaryFolder } from '../temporary-folder.ts';

const LAUNCHER = join(import.meta.dirname, '..', '..', '..', 'bin', 'metabot-livetex.js');
export const SOAK_KEY = 'webhook-key-of-the-soak';
/**
 * V8's space for young objects at one size, MB for each of its parts. By itself V8 lets it grow to 100 MB and shrink again as
 * work comes and goes: a server's memory then swings by a quarter, and a leak of that size could not be seen.
 */
const YOUNG_SPACE = ['--min-semi-space-size=8', '--max-semi-space-size=8'];

const BOT = {
  id: 'soak',
  scripts: [
    {
      code: 'start',
      commands: [
        { type: 'run_javascript', file: 'count.js' },
        { type: 'send_text', text: 'Вы написали мне раз: {{ $count }}' },
      ],
    },
    {
      code: 'operator',
      type: 'transfer',
      commands: [{ type: 'run_javascript', file: 'attributes.js' }, { type: 'forward_to_operator' }],
    },
    { code: 'loop', commands: [{ type: 'run_javascript', file: 'loop.js' }] },
    { code: 'memory', commands: [{ type: 'run_javascript', file: 'memory.js' }] },
    { code: 'back', commands: [{ type: 'return_to_bot' }] },
    { code: 'nobody', type: 'no_operators', commands: [{ type: 'send_text', text: 'Никого нет' }] },
  ],
  routes: [
    { regex: '^оператор$', script: 'operator' },
    { regex: '^цикл$', script: 'loop' },
    { regex: '^память$', script: 'memory' },
    { regex: '^бот$', script: 'back', actsDuringTransfer: true },
    { regex: '.*', script: 'start' },
  ],
};
const FILES = {
  'count.js': "lead.setAttr('count', String(Number(lead.getAttr('count') || 0) + 1)); livetex.hasOnlineOperators();",
  'attributes.js': "lead.setLiveTexAttr({ 'номер_заявки': 705, 'раз': lead.getAttr('count') });",
  'loop.js': 'for (;;) {}',
  'memory.js': "var all = []; for (;;) all.push(new Array(100000).join('x') + all.length);",
};

export interface SoakServer {
  readonly url: string;
  readonly pid: number;
  /** Warnings and errors in its log, by message. */
  readonly log: ReadonlyMap<string, number>;
  readonly hasEnded: () => boolean;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** The real command on SQLite in a process of its own. */
export async function startSoakServer(livetex: { readonly url: string; readonly token: string }): Promise<SoakServer> {
  const folder = temporaryFolder();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const config = {
    bot: 'bot',
    http: { port },
    sandbox: { cpuMs: 100, wallMs: 2_000, memoryMb: 32, runners: 2 },
    logLevel: 'warn',
    livetex: [
      {
        token: livetex.token,
        baseUrl: livetex.url,
        requestTimeoutMs: 1_000,
        pickupTimeout: 20,
        replyTimeout: 20,
        webhook: { publicUrl: url, key: SOAK_KEY },
      },
    ],
  };
  await mkdir(join(folder.path, 'bot'));
  await writeFile(join(folder.path, 'config.json'), JSON.stringify(config));
  await writeFile(join(folder.path, 'bot', 'bot.json'), JSON.stringify(BOT));
  for (const [name, text] of Object.entries(FILES)) await writeFile(join(folder.path, 'bot', name), text);

  const child = spawn(
    process.execPath,
    [...YOUNG_SPACE, LAUNCHER, 'serve', '--config', join(folder.path, 'config.json')],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const log = collectLog(child);
  await once(createInterface({ input: child.stdout }), 'line');
  return {
    url,
    pid: child.pid ?? 0,
    log,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    async stop() {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      const [code] = (await exited) as [number | null];
      folder.remove();
      return code;
    },
  };
}

function collectLog(child: ChildProcess): Map<string, number> {
  const counts = new Map<string, number>();
  if (child.stderr === null) return counts;
  createInterface({ input: child.stderr }).on('line', (line) => {
    const message = /"message":"([^"]*)"/.exec(line)?.[1] ?? /"msg":"([^"]*)"/.exec(line)?.[1] ?? line.slice(0, 100);
    counts.set(message, (counts.get(message) ?? 0) + 1);
  });
  return counts;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
