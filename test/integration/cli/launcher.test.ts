/** The launcher under a Node that is too old, and what it passes on. */
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LAUNCHER, ROOT, olderNodes, runCommand, startCommand, temporaryFolder } from '../../support/command.ts';

const PRETEND_OLDER = ['--require', join(ROOT, 'test/fixtures/cli/older-node.cjs')];

test('every older Node on PATH starts the command under the Node of the checkout', async () => {
  const starts = [{ nodeArguments: PRETEND_OLDER }, ...(await olderNodes()).map((node) => ({ node }))];
  for (const options of starts) {
    const { code, stdout, stderr } = await runCommand(['--help'], { launcher: LAUNCHER, ...options });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Usage: metabot-livetex <command> [options]');
  }
});

test('a checkout runs a script from its sources: nothing has to be built', async () => {
  const script = join('scripts-examples', '01-request-number', 'номер_заявки.js');
  const { code, stdout } = await runCommand(['run', script, '--json'], { launcher: LAUNCHER });
  expect({ code, ok: (JSON.parse(stdout) as { readonly ok: boolean }).ok }).toEqual({ code: 0, ok: true });
});

test('the exit code comes through', async () => {
  const { code, stderr } = await runCommand(['nonsense'], { launcher: LAUNCHER, nodeArguments: PRETEND_OLDER });
  expect(code).toBe(2);
  expect(stderr).toContain('there is no command "nonsense"');
});

test('a signal comes through, and the process ends in order', async () => {
  const command = startCommand(['emulator'], { launcher: LAUNCHER, nodeArguments: PRETEND_OLDER });
  await command.seen(/Stop with/);
  command.child.kill('SIGTERM');
  const { code, signal } = await command.end;
  expect({ code, signal }).toEqual({ code: 0, signal: null });
});

test('without a Node that fits, it says which one is needed', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'bin'));
  const launcher = join(folder, 'bin', 'metabot-livetex.mjs');
  await copyFile(LAUNCHER, launcher);
  const { code, stderr } = await runCommand(['--help'], { launcher, nodeArguments: PRETEND_OLDER });
  expect(code).toBe(2);
  expect(stderr).toContain('needs Node 24 or newer, and this is Node 18.20.8');
  expect(stderr).toContain('npm ci');
});

test('an incomplete package says so', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'bin'));
  const launcher = join(folder, 'bin', 'metabot-livetex.mjs');
  await copyFile(LAUNCHER, launcher);
  const { code, stderr } = await runCommand(['--help'], { launcher });
  expect(code).toBe(2);
  expect(stderr).toContain('dist/cli.js is missing');
});
