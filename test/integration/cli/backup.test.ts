/** A backup of a running server, its loss, and the way back: nothing is sent again before somebody says so. */
import { rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LiveTexEmulator } from '../../../runtime-shim/emulator/emulator-contract.ts';
import { say, setUpServer } from '../../support/served.ts';

const USER = 'support:telegram:42';

function textsOf(emulator: LiveTexEmulator): string[] {
  return emulator.dialogs.get(USER)?.messages.flatMap(({ text }) => (text === undefined ? [] : [text])) ?? [];
}

test(
  'backed up under load, lost, put back, held, looked at, dropped, released: no message twice, the new ones once',
  { timeout: 240_000 },
  async () => {
    const { folder, emulator, start, run } = await setUpServer();
    const first = await start();
    await say(first.url, 'One');
    await emulator.dialogs.when(USER, ({ selections }) => selections > 0);
    // LiveTex is away: these wait, and are in the backup.
    emulator.faults.add({ kind: 'status', status: 503, methods: ['sendText'] });
    await say(first.url, 'Two');
    await say(first.url, 'Three');
    await first.command.seen(/job retry/);
    const backup = await run('storage', 'backup', 'copy.db', '--json');
    expect({ code: backup.code, stderr: backup.stderr }).toEqual({ code: 0, stderr: '' });
    const { at } = JSON.parse(backup.stdout) as { at: number };
    expect((await stat(join(folder, 'copy.db'))).mode & 0o777).toBe(0o600);
    expect(await run('storage', 'backup', 'copy.db')).toMatchObject({ code: 1, stdout: '' });
    // Its time is known to the running server, to nobody else, and later to the folder that it was put into.
    const told = async (url: string): Promise<unknown[]> => [
      (await (await fetch(`${url}/metrics`)).text()).match(/^storage_last_backup_timestamp_seconds (.+)$/m)?.[1],
      (await stat(join(folder, 'data', 'backup.json'))).mode & 0o777,
    ];
    expect(await told(first.url)).toEqual([String(at / 1_000), 0o600]);
    expect((await run('doctor')).stdout).toContain(`ok      backup: ${new Date(at).toISOString()}`);
    // After the backup all of it goes out.
    emulator.faults.clear();
    await run('outbox', 'retry', 'all');
    await emulator.dialogs.when(USER, ({ messages }) => messages.some(({ text }) => text?.endsWith('Three') === true));
    const sent = textsOf(emulator);

    // The disk is lost.
    first.command.child.kill('SIGTERM');
    await first.command.end;
    const refused = await run('storage', 'restore', 'copy.db');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('is not empty (it has data.db): move it away first');
    await rename(join(folder, 'data'), join(folder, 'lost'));
    const restored = await run('storage', 'restore', 'copy.db');
    expect({ code: restored.code, stderr: restored.stderr }).toEqual({ code: 0, stderr: '' });
    const time = new Date(at).toISOString();
    expect(restored.stdout).toContain(`outbox drop --before ${time} --config livetex.json`);

    const requests = emulator.requests.count();
    const held = await start('--hold');
    const ready = await fetch(`${held.url}/readyz`);
    expect([ready.status, await ready.text()]).toEqual([503, expect.stringContaining('outbox release')]);
    expect(await told(held.url)).toEqual([String(at / 1_000), 0o600]);
    await say(held.url, 'While held');
    const waiting = await run('outbox', 'list', '--waiting', '--before', time);
    expect(waiting.stdout).toContain('Two');
    expect(waiting.stdout).toContain('Three');
    expect(waiting.stdout).not.toContain('While held');
    const all = JSON.parse((await run('outbox', 'list', '--waiting', '--json')).stdout) as {
      entries: { text: string }[];
    };
    expect(all.entries.map(({ text }) => text)).toContain('While held');
    const dropped = await run('outbox', 'drop', '--before', time, '--json');
    expect(JSON.parse(dropped.stdout)).toMatchObject({ ok: true, underWay: 0, count: 2 });
    expect((await run('outbox', 'list', '--waiting', '--before', time)).stdout).toBe('Nothing waits.\n');
    // Neither a message nor a webhook was sent to LiveTex until now.
    expect(emulator.requests.count()).toBe(requests);

    expect(await run('outbox', 'release')).toMatchObject({ code: 0, stderr: '' });
    await emulator.dialogs.when(USER, ({ messages }) =>
      messages.some(({ text }) => text?.endsWith('While held') === true),
    );
    await held.command.seen(/webhook registered/);
    expect(await run('outbox', 'release')).toMatchObject({ code: 1, stdout: '' });
    expect(textsOf(emulator)).toEqual([...sent, '👤 Пользователь\nWhile held']);
    held.command.child.kill('SIGTERM');
    expect((await held.command.end).code).toBe(0);
    expect(await run('storage', 'check')).toMatchObject({ code: 0 });
  },
);

test('a time that is none, and what is no backup, are said', async () => {
  const { run, folder } = await setUpServer();
  for (const wrong of ['yesterday', '2027-13-01', '2027-01-15T9:30']) {
    const end = await run('outbox', 'drop', '--before', wrong);
    expect(end).toMatchObject({ code: 2, stdout: '' });
    expect(end.stderr).toContain(`--before must be a time such as 2027-01-15T09:30`);
  }
  const end = await run('storage', 'restore', 'livetex.json');
  expect(end).toMatchObject({ code: 1, stdout: '' });
  expect(await stat(join(folder, 'data', 'data.db')).catch(() => 'nothing')).toBe('nothing');
});
