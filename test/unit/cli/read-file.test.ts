import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readTextFile } from '../../../runtime-shim/cli/read-file.ts';
import { temporaryFolder } from '../../support/command.ts';

const SCRIPT = { en: 'the script', ru: 'скрипт' };

test('a byte order mark is not part of the text', async () => {
  const folder = await temporaryFolder({ 'a.js': '\uFEFFreturn 1;' });
  expect(await readTextFile(SCRIPT, join(folder, 'a.js'))).toBe('return 1;');
});

test.each([
  ['UTF-16, as an old editor saves it', Buffer.from('\uFEFFreturn 1;', 'utf16le'), 0],
  ['Windows-1251', Buffer.concat([Buffer.from('// '), Buffer.from([0xcf, 0xf0, 0xe8])]), 3],
  ['a character cut off', Buffer.concat([Buffer.from('// ю'), Buffer.from([0xd1])]), 5],
])('%s is named with the place', async (_name, bytes, offset) => {
  const folder = await temporaryFolder({ 'a.js': bytes });
  const path = join(folder, 'a.js');
  await expect(readTextFile(SCRIPT, path)).rejects.toThrow(
    `the script is not UTF-8 text (byte ${offset}): save it as UTF-8: ${path}`,
  );
});

test('a missing file, a folder and a path through a file are told apart from a text', async () => {
  const folder = await temporaryFolder({ 'a.js': '' });
  await expect(readTextFile(SCRIPT, join(folder, 'b.js'))).rejects.toMatchObject({ code: 'cli_file_missing' });
  await expect(readTextFile(SCRIPT, folder)).rejects.toMatchObject({ code: 'cli_file_is_folder' });
  await expect(readTextFile(SCRIPT, join(folder, 'a.js', 'b.js'))).rejects.toMatchObject({
    code: 'cli_file_missing',
  });
});
