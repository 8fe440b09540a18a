/**
 * A document in two languages (`errors.md`, `errors.ru.md`): whoever reads the one must find what the other has. Prose cannot
 * be compared; what is no prose can: headings, tables, and everything that is written as code.
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { filesBelow, ROOT } from './documents.ts';

const TRANSLATED = filesBelow(join(ROOT, 'docs'), ['.ru.md'])
  .filter((file) => existsSync(englishOf(file)))
  .map((file) => basename(file));

function englishOf(file: string): string {
  return file.replace(/\.ru\.md$/, '.md');
}

interface Section {
  /** `##`, and the heading's code: other words are in the document's own language. */
  readonly heading: string;
  /** Everything in backticks, sorted: the order of a sentence is another one in each language. */
  readonly code: readonly string[];
  /** For each row of a table: how many cells, and the code of the first one, which is what the row is about. */
  readonly rows: readonly string[];
  /** Points of lists. */
  readonly points: number;
  /** Blocks of JSON, word for word. */
  readonly blocks: readonly string[];
}

function sectionsOf(name: string): Section[] {
  const text = readFileSync(join(ROOT, 'docs', name), 'utf8');
  return text.split(/^(?=#{1,6} )/mu).map((part) => {
    const prose = part.replaceAll(/^```[\s\S]*?^```/gmu, '');
    const [heading = ''] = prose.split('\n', 1);
    return {
      heading: [heading.split(' ')[0], ...codeIn(heading)].join(' '),
      code: codeIn(prose).sort(),
      rows: Array.from(prose.matchAll(/^\|(.*)\|$/gmu), ([, row = '']) => {
        const cells = row.split('|');
        return `${cells.length} ${codeIn(cells[0] ?? '').join(' ')}`;
      }),
      points: prose.match(/^(?:-|\d+\.) /gmu)?.length ?? 0,
      blocks: Array.from(part.matchAll(/^```json\n[\s\S]*?^```/gmu), ([block]) => block),
    };
  });
}

function codeIn(text: string): string[] {
  return Array.from(text.matchAll(/`([^`]+)`/gu), ([, code = '']) => code.replaceAll(/\s+/gu, ' '));
}

test('what a bot author needs is there in Russian', () => {
  expect(TRANSLATED).toEqual(expect.arrayContaining(['bot-folder.ru.md', 'configuration.ru.md', 'errors.ru.md']));
});

test.each(TRANSLATED)('%s has the headings, tables, keys, codes and examples of the English page', (name) => {
  const russian = sectionsOf(name);
  const english = sectionsOf(englishOf(name));
  expect(russian.map(({ heading }) => heading)).toEqual(english.map(({ heading }) => heading));
  for (const [index, section] of english.entries()) expect(russian[index]).toEqual(section);
});

test.each(TRANSLATED)('%s speaks Russian in every heading, row and paragraph that has words', (name) => {
  const text = readFileSync(join(ROOT, 'docs', name), 'utf8').replaceAll(/^```[\s\S]*?^```/gmu, '');
  const foreign = text
    .split(/\n\n|\n(?=\||- |\d+\. )/u)
    .filter((part) => /[A-Za-z]{3,} [a-z]{2,} [a-z]{2,}/u.test(part.replaceAll(/`[^`]+`|\([^)]*\.md\)/gu, '')));
  expect(foreign).toEqual([]);
});

test.each(['README.ru.md', ...TRANSLATED.map((name) => `docs/${name}`)])('%s calls a lead «лид»', (name) => {
  // A client of a database is another thing.
  const lines = readFileSync(join(ROOT, name), 'utf8').replaceAll(/^.*, client\).*$/gmu, '');
  const prose = lines.replaceAll(/^```[\s\S]*?^```|`[^`\n]*`/gmu, '');
  expect(prose.match(/клиент\p{L}*/giu)).toBeNull();
});

test('errors.ru.md says of every code whose it is and whether it is tried again, as the English page does', () => {
  const words: Readonly<Record<string, string>> = {
    скрипт: 'script',
    настройка: 'setup',
    снаружи: 'remote',
    внутри: 'internal',
    да: 'yes',
    нет: 'no',
  };
  const rowsOf = (name: string): string[] =>
    readFileSync(join(ROOT, 'docs', name), 'utf8')
      .split('\n')
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .filter(([, code = '', , again = '']) => /^`\w+`$/.test(code) && /^(?:yes|no|да|нет)$/.test(again))
      .map(([, code, fault = '', again = '']) => [code, words[fault] ?? fault, words[again] ?? again].join(' '));
  expect(rowsOf('errors.ru.md')).toEqual(rowsOf('errors.md'));
  expect(rowsOf('errors.md').length).toBeGreaterThan(50);
});
