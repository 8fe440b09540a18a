/** The command as a person runs it: a child process. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { inject, onTestFinished } from 'vitest';
import { watchOutput } from './watched-output.ts';

const execute = promisify(execFile);

export const ROOT = join(import.meta.dirname, '..', '..');
export const LAUNCHER = join(ROOT, 'bin', 'metabot-livetex.js');

/** The environment of a process whose clock is ahead by the ms in this file (`settable-clock.ts`). */
export function settableClock(file: string): Readonly<Record<string, string>> {
  const loaded = pathToFileURL(join(ROOT, 'test', 'support', 'settable-clock.ts')).href;
  return { TEST_CLOCK_FILE: file, NODE_OPTIONS: `--import=${loaded}` };
}

export interface CommandOptions {
  readonly cwd?: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** The Node that starts it, and what it is told. Default: this one. */
  readonly node?: string;
  readonly nodeArguments?: readonly string[];
  /** What is started instead of the built package's launcher: `LAUNCHER` is the checkout's, which runs the source. */
  readonly launcher?: string;
}

export interface CommandEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly child: ChildProcess;
  /** Resolves with the match when stdout or stderr holds it; rejects with all output when the process ends before. */
  seen(pattern: RegExp): Promise<RegExpExecArray>;
  readonly end: Promise<CommandEnd>;
}

/** Starts the command; it is killed after the test if it still runs. */
export function startCommand(argv: readonly string[], options: CommandOptions = {}): RunningCommand {
  const node = options.node ?? process.execPath;
  const child = spawn(node, [...(options.nodeArguments ?? []), options.launcher ?? inject('launcher'), ...argv], {
    cwd: options.cwd ?? ROOT,
    env: { ...process.env, NO_COLOR: '1', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  const watchers = new Set<() => void>();
  const notify = (): void => {
    for (const watcher of watchers) watcher();
  };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8');
    child[name].on('data', (text: string) => {
      output[name] += text;
      notify();
    });
  }
  let ended = false;
  const end = new Promise<CommandEnd>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      ended = true;
      // The emulator's own command tells its token: that is what it is for.
      if (argv[0] !== 'emulator') watchOutput(`the output of "${argv[0] ?? ''}"`, output.stdout + output.stderr);
      resolve({ code, signal, ...output });
      notify();
    });
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await end;
  });
  return {
    child,
    end,
    seen: async (pattern) =>
      await new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(output.stdout) ?? pattern.exec(output.stderr);
          if (match === null && !ended) return;
          watchers.delete(look);
          if (match === null)
            reject(new Error(`ended without ${String(pattern)}:\n${output.stdout}\n${output.stderr}`));
          else resolve(match);
        };
        watchers.add(look);
        look();
      }),
  };
}

/** Runs the command to its end. */
export async function runCommand(argv: readonly string[], options: CommandOptions = {}): Promise<CommandEnd> {
  return await startCommand(argv, options).end;
}

/** A folder of its own for one test, with files. */
export async function temporaryFolder(files: Readonly<Record<string, string | Uint8Array>> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'metabot-livetex-'));
  onTestFinished(async () => {
    await rm(folder, { recursive: true, force: true });
  });
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

/** Nodes older than 24 that a person of this machine may start the command with: those on PATH. */
export async function olderNodes(): Promise<string[]> {
  const found = new Map<string, string>();
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const node = join(folder, 'node');
    const version = await execute(node, ['--version']).then(
      ({ stdout }) => stdout.trim(),
      () => undefined,
    );
    if (version !== undefined && Number(/^v(\d+)/.exec(version)?.[1]) < 24) found.set(version, node);
  }
  return [...found.values()];
}
