import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStorage, systemClock } from '../../../plugin/storage/index.ts';
import { runCommand } from '../../support/command.ts';
import { usePostgres } from '../../support/postgres-database.ts';

const database = usePostgres('oldest');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'storage-command-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A configuration whose storage comes from the environment; its bot folder need not be there for a maintainer's command. */
async function configWith(name: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, JSON.stringify({ bot: 'bot', storage: { env: 'STORAGE' } }));
  return file;
}

test('a person moves from a folder to a database, sees progress, and checks the result', async () => {
  const data = join(folder, 'data');
  const source = await openStorage(`sqlite:${data}`, { clock: systemClock });
  await source.transaction(async (tx) => {
    for (let n = 0; n < 2_500; n += 1) await tx.putRecord('leads', `${n}`, n);
    await tx.enqueue([{ queue: 'q', lane: 'l', kind: 'k', payload: 1 }]);
  });
  const spec = database.emptySchema();
  const config = await configWith('livetex.json');
  const options = { env: { STORAGE: spec } };

  const locked = await runCommand(['storage', 'copy', data, '--config', config], options);
  expect(locked).toMatchObject({ code: 1, stderr: expect.stringContaining('is in use by another process') as string });
  await source.close();

  const unused = await runCommand(['storage', 'check', '--config', config], options);
  expect(unused).toMatchObject({ code: 1, stderr: expect.stringContaining('storage migrate') as string });
  const copied = await runCommand(['storage', 'copy', data, '--config', config], options);
  expect(copied.code).toBe(0);
  expect(copied.stderr).toContain('records: 2500 of 2500');
  expect(copied.stdout).toContain('records: 2500');
  expect(copied.stdout).toContain('is marked as moved');

  const again = await runCommand(['storage', 'copy', data, '--config', config], options);
  expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('Done already') as string, stderr: '' });
  const checked = await runCommand(['storage', 'check', '--config', config, '--json'], options);
  expect(JSON.parse(checked.stdout)).toEqual({ ok: true, findings: [], nodes: 0 });
  const migrated = await runCommand(['storage', 'migrate', '--config', config], options);
  expect(migrated).toMatchObject({ code: 0, stdout: 'Storage (postgres) is up to date.\n' });
  const outbox = await runCommand(['outbox', 'list', '--config', config], options);
  expect(outbox).toMatchObject({ code: 0, stdout: expect.stringContaining('1 on the way') as string });

  const old = await configWith('old.json');
  const served = await runCommand(['storage', 'migrate', '--config', old], { env: { STORAGE: `sqlite:${data}` } });
  expect(served).toMatchObject({ code: 1, stderr: expect.stringContaining('and is no longer used') as string });
});

test('wrong usage is told before anything is touched', async () => {
  const config = await configWith('sqlite.json');
  const options = { env: { STORAGE: 'sqlite:./elsewhere' } };
  for (const [argv, problem] of [
    [['storage', 'copy', '--config', config], 'the data folder to copy from is missing'],
    [['storage', 'copy', 'data', '--config', config], 'must be a postgres:// URL'],
    [['storage', 'check', 'data', '--config', config], 'unexpected argument "data"'],
    [['storage', 'repair', '--config', config], 'repair'],
  ] as const) {
    const { code, stderr } = await runCommand(argv, options);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(problem) as string });
  }
});
