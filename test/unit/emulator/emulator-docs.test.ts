import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { EMULATOR_ERRORS } from '../../../runtime-shim/emulator/errors.ts';

test('docs/emulator.md explains exactly the codes of the catalogue', async () => {
  const text = await readFile(new URL('../../../docs/emulator.md', import.meta.url), 'utf8');
  const explained = Array.from(text.matchAll(/^\| `(emulator_\w+)` \|/gm), ([, code]) => code);
  expect(explained.sort()).toEqual(Object.keys(EMULATOR_ERRORS).sort());
});
