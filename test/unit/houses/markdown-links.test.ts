/** A link that leads nowhere, and what must not stand in a text that everybody reads. */
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { filesBelow, leadsSomewhere, proseOf, ROOT } from './documents.ts';

const LINK = /\[[^\]]*\]\((<[^>]+>|[^)\s]+)\)/gu;
/** Folders of somebody's machine: `/home/anna/…`. */
const MACHINE_PATH = /(?<![\w.])\/(?:home|Users|root)\/[\w.-]/u;

const files = filesBelow(ROOT, ['.md']);

test.each(files.map((file) => relative(ROOT, file)))('%s: every relative link leads somewhere', (name) => {
  const file = join(ROOT, name);
  const text = proseOf(file);
  const dead: string[] = [];
  for (const [, target = ''] of text.matchAll(LINK)) {
    const link = target.replace(/^<|>$/gu, '');
    if (/^[a-z]+:/iu.test(link)) continue;
    const [path = '', anchor] = decodeURI(link).split('#');
    if (!leadsSomewhere(path === '' ? file : join(dirname(file), path), anchor)) dead.push(link);
  }
  expect(dead).toEqual([]);
  expect(text).not.toMatch(MACHINE_PATH);
});

test('finds the documents', () => {
  const names = files.map((file) => relative(ROOT, file));
  expect(names).toEqual(expect.arrayContaining(['README.md', 'README.ru.md', join('docs', 'configuration.md')]));
});
