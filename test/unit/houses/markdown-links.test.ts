/** A link that leads nowhere, and what must not stand in a text that everybody reads. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const SKIPPED = new Set(['node_modules', 'dist', '.git']);
const LINK = /\[[^\]]*\]\((<[^>]+>|[^)\s]+)\)/gu;
const FENCE = /^(?:```|~~~)[\s\S]*?^(?:```|~~~)/gmu;
const HEADING = /^#{1,6}\s+(.+)$/gmu;
/** Folders of somebody's machine: `/home/anna/…`. */
const MACHINE_PATH = /(?<![\w.])\/(?:home|Users|root)\/[\w.-]/u;

function markdownFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : markdownFiles(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

/** The names that a heading's link has, as GitHub makes them. */
function anchorsOf(file: string): Set<string> {
  const text = readFileSync(file, 'utf8').replace(FENCE, '');
  return new Set(
    Array.from(text.matchAll(HEADING), ([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replace(/\s/gu, '-'),
    ),
  );
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

const files = markdownFiles(ROOT);

test.each(files.map((file) => relative(ROOT, file)))('%s: every relative link leads somewhere', (name) => {
  const file = join(ROOT, name);
  const text = readFileSync(file, 'utf8').replace(FENCE, '');
  const dead: string[] = [];
  for (const [, target = ''] of text.matchAll(LINK)) {
    const link = target.replace(/^<|>$/gu, '');
    if (/^[a-z]+:/iu.test(link)) continue;
    const [path = '', anchor] = decodeURI(link).split('#');
    const to = path === '' ? file : join(dirname(file), path);
    if (!exists(to) || (anchor !== undefined && !anchorsOf(to).has(anchor))) dead.push(link);
  }
  expect(dead).toEqual([]);
  expect(text).not.toMatch(MACHINE_PATH);
});

test('finds the documents', () => {
  const names = files.map((file) => relative(ROOT, file));
  expect(names).toEqual(expect.arrayContaining(['README.md', 'README.ru.md', join('docs', 'configuration.md')]));
});
