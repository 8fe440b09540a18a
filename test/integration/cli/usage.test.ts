/** Wrong usage, as a person meets it at a terminal. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { configSchema } from '../../../runtime-shim/cli/config/config-schema.ts';
import { keysOf } from '../../../runtime-shim/cli/read-file.ts';
import { COMMANDS } from '../../../runtime-shim/cli/commands.ts';
import { ROOT, runCommand } from '../../support/command.ts';

const execute = promisify(execFile);

test('--help lists every command, on stdout', async () => {
  const { code, stdout, stderr } = await runCommand(['--help']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  for (const { name, summary } of COMMANDS) expect(stdout).toContain(`${name.padEnd(8)}  ${summary.en}`);
});

test('README.md and its Russian sister name commands that exist, and README.md names all', async () => {
  const names = COMMANDS.map(({ name }) => name);
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  for (const name of names) expect(readme).toMatch(new RegExp(`^\\| \`${name}\\b`, 'm'));
  for (const file of [
    'README.md',
    'README.ru.md',
    'docs/operating.md',
    'docs/livetex-setup.ru.md',
    'docs/configuration.md',
  ]) {
    const text = await readFile(join(ROOT, file), 'utf8');
    for (const [, name = ''] of text.matchAll(/npx metabot-livetex ([a-z]+)/g)) expect(names).toContain(name);
  }
});

test('docs/configuration.md explains every key', async () => {
  const page = await readFile(join(ROOT, 'docs/configuration.md'), 'utf8');
  for (const key of keysOf(configSchema)) expect(page).toContain(key);
});

test('npx finds the command in the checkout', async () => {
  const { stdout } = await execute('npx', ['metabot-livetex', '--help'], { cwd: ROOT });
  expect(stdout).toContain('Usage: metabot-livetex <command> [options]');
});

test('without a command the help goes to stderr, and that is wrong usage', async () => {
  const { code, stdout, stderr } = await runCommand([]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('Commands:');
});

test('--version prints the version', async () => {
  const { code, stdout } = await runCommand(['--version']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

describe.each([
  ['an unknown command', ['simulte'], 'there is no command "simulte" (did you mean "simulate"?)'],
  ['an option before the command', ['--port', '1'], 'unknown option --port: a command comes first'],
  [
    'an unknown option',
    ['run', 'a.js', '--operator', 'online'],
    'unknown option --operator (did you mean --operators?)',
  ],
  ['an option without its value', ['simulate', '--port'], '--port needs a value: N'],
  ['an option in place of a value', ['simulate', '--data', '--no-open'], '--data needs a value: DIR'],
  ['a port that is none', ['simulate', '--port', '99999'], '--port must be a port from 0 to 65535, got "99999"'],
  [
    'a wrong choice',
    ['run', 'a.js', '--operators', 'on'],
    '--operators must be online, offline or unreachable, got "on"',
  ],
  ['an option twice', ['run', 'a.js', '--lead', 'a', '--lead', 'b'], '--lead is given twice'],
  ['a switch with a value', ['run', 'a.js', '--json=yes'], '--json takes no value'],
  ['a missing argument', ['run'], 'script.js is missing'],
  ['an argument too many', ['run', 'a.js', 'b.js'], 'unexpected argument "b.js"'],
  ['a missing configuration', ['serve'], '--config is needed'],
  [
    'a wrong action',
    ['webhook', 'sat', '--config', 'x'],
    'set|show|remove must be set, show or remove, got "sat" (did you mean "set"?)',
  ],
])('%s', (_name, argv, message) => {
  test('is named, with exit code 2 and nothing on stdout', async () => {
    const { code, stdout, stderr } = await runCommand(argv);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});

test('several mistakes are named at once', async () => {
  const { stderr } = await runCommand(['simulate', 'a', 'b', '--prt', '1', '--data']);
  expect(stderr).toContain('unknown option --prt');
  expect(stderr).toContain('--data needs a value');
  expect(stderr).toContain('unexpected argument "b"');
});

test('with --json the mistake is a document on stdout', async () => {
  const { code, stdout } = await runCommand(['serve', '--json']);
  expect(code).toBe(2);
  expect(JSON.parse(stdout)).toEqual({ ok: false, error: { code: 'cli_usage', message: '--config is needed' } });
});

test('each command explains itself', async () => {
  for (const { name, options } of COMMANDS) {
    const { code, stdout } = await runCommand([name, '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^Usage: metabot-livetex ${name}`));
    for (const option of options) expect(stdout).toContain(`--${option.name}`);
  }
});
