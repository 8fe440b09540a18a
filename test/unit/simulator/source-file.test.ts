import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sourceFile } from '../../../runtime-shim/simulator/http/routes.ts';

describe('a file of the bot folder', () => {
  let root = '';
  let bot = '';
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'source-'));
    bot = join(root, 'bot');
    await mkdir(join(bot, 'libraries'), { recursive: true });
    await writeFile(join(bot, 'номер_заявки.js'), 'return 1;');
    await writeFile(join(bot, 'libraries', 'a.js'), 'x');
    await writeFile(join(bot, '.env'), 'SECRET=1');
    await writeFile(join(root, 'outside.js'), 'secret');
    await symlink(join(root, 'outside.js'), join(bot, 'link.js'));
  });
  afterAll(async () => await rm(root, { recursive: true, force: true }));

  it('is shown with its place on this machine', async () => {
    expect(await sourceFile(bot, 'номер_заявки.js')).toMatchObject({ file: 'номер_заявки.js', text: 'return 1;' });
    expect(await sourceFile(bot, 'libraries/a.js')).toMatchObject({ file: 'libraries/a.js' });
  });

  it('is nothing outside of the folder, by any way', async () => {
    const tries = ['../outside.js', 'libraries/../../outside.js', 'link.js', '/etc/hostname', '.env', '', 'a\0.js'];
    for (const file of tries) expect({ file, shown: await sourceFile(bot, file) }).toEqual({ file, shown: undefined });
  });
});
