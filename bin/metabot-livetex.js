#!/usr/bin/env node
// The command's launcher. Plain JavaScript that Node 18 parses, because its first task is to find a Node that is new enough.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { constants } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Type stripping without a warning, `node:sqlite` without a flag and isolated-vm 7 all hold from here on (package.json, "engines"). */
const NEEDED_NODE_MAJOR = 24;
/** What a supervisor or a terminal sends to end or reload a process. */
const PASSED_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'];
/** Wrong set-up: the same as every other usage error of the command. */
const EXIT_USAGE = 2;
/** What a shell reports for a process that a signal ended: 128 and the signal's number. */
const EXIT_SIGNAL_BASE = 128;

const here = fileURLToPath(import.meta.url);
const root = dirname(dirname(here));

/** The source in a checkout; the built file in an installed package (type stripping does not work inside node_modules). */
function entry() {
  const source = join(root, 'runtime-shim', 'cli', 'main.ts');
  const installed = root.split(sep).includes('node_modules');
  return existsSync(source) && !installed ? source : join(root, 'dist', 'cli.js');
}

/** The Node of this checkout's devDependencies, or undefined. */
function localNode() {
  const modules = join(root, 'node_modules');
  const candidates = [
    join(modules, `node-${process.platform}-${process.arch}`, 'bin', 'node'),
    join(modules, '.bin', 'node'),
  ];
  return candidates.find((path) => existsSync(path));
}

/** Runs this file again under another Node and ends as that process ends. */
function runUnder(node) {
  const child = spawn(node, [...process.execArgv, here, ...process.argv.slice(2)], {
    stdio: 'inherit',
    // Set, it would make a broken local Node start itself for ever.
    env: { ...process.env, METABOT_LIVETEX_RELAUNCHED: '1' },
  });
  for (const signal of PASSED_SIGNALS) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`metabot-livetex: ${node} cannot be started: ${error.message}\n`);
    process.exit(EXIT_USAGE);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    // End by the same signal, so that the caller sees what it would have seen without us.
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
    setTimeout(() => process.exit(EXIT_SIGNAL_BASE + constants.signals[signal]), 1_000);
  });
}

if (Number.parseInt(process.versions.node, 10) >= NEEDED_NODE_MAJOR) {
  const file = entry();
  if (existsSync(file)) {
    // A checkout's types are stripped once per change of a file: a command starts in half the time. A package that is
    // installed has little to gain, and its folder is not ours to write into.
    if (file.endsWith('.ts')) module.enableCompileCache(join(root, 'node_modules', '.cache', 'metabot24-livetex'));
    const { main } = await import(pathToFileURL(file).href);
    await main();
  } else {
    process.stderr.write('metabot-livetex: dist/cli.js is missing: the package is incomplete, install it again\n');
    process.exitCode = EXIT_USAGE;
  }
} else {
  const node = process.env.METABOT_LIVETEX_RELAUNCHED === '1' ? undefined : localNode();
  if (node === undefined) {
    process.stderr.write(
      `metabot-livetex needs Node ${NEEDED_NODE_MAJOR} or newer, and this is Node ${process.versions.node}.\n` +
        'In a checkout, "npm ci" installs a fitting Node beside it; elsewhere install it from https://nodejs.org\n',
    );
    process.exitCode = EXIT_USAGE;
  } else {
    runUnder(node);
  }
}
