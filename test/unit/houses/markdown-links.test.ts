/** A link that leads nowhere, and what must not stand in a text that everybody reads. */
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { deadLinksIn, filesBelow, proseOf, ROOT } from './documents.ts';

/** Folders of somebody's machine: `/home/anna/…`. */
const MACHINE_PATH = /(?<![\w.])\/(?:home|Users|root)\/[\w.-]/u;

const files = filesBelow(ROOT, ['.md']);

test.each(files.map((file) => relative(ROOT, file)))('%s: every relative link leads somewhere', (name) => {
  const file = join(ROOT, name);
  expect(deadLinksIn(file)).toEqual([]);
  expect(proseOf(file)).not.toMatch(MACHINE_PATH);
});

test('finds the documents', () => {
  const names = files.map((file) => relative(ROOT, file));
  expect(names).toEqual(expect.arrayContaining(['README.md', 'README.ru.md', join('docs', 'configuration.md')]));
});
