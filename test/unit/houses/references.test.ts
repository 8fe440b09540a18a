/** What comments and documents point to: every path is in the project, and nothing is cited that its reader does not have. */
import { readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { filesBelow, leadsSomewhere, ROOT } from './documents.ts';

const HOUSES = 'plugin|runtime-shim|test|build|bin|deploy|docs|scripts-examples';
/** A path from the root, as comments write it: of a document (with a heading) or of a file. */
const PATH = new RegExp(`(?<![\\w./@-])((?:${HOUSES})/[\\w./-]+\\.(?:tsx?|json|js|md))(?:#([\\p{L}\\p{N}_-]+))?`, 'gu');
/** In a document, a file beside it or below it: \`../globals/a.ts\`. */
const RELATIVE = /`((?:\.\.?\/)*[\w-]+(?:\/[\w.-]+)+\.ts)`/gu;
const COMMENT = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gmu;

/** What the package exports is named like a path. */
const PACKAGE = 'metabot24-livetex/';

/** Words of papers that lay beside the project while it was written. */
const FOREIGN = [
  /\bdesign, (?:section|\d)/iu,
  /\bthe brief\b|\(brief|brief, S\d/iu,
  /public surface/iu,
  /\(reference,|\breference\/[\w-]+\.md/iu,
  /\bmetabot24\.md/iu,
  /\bissue [A-Z]{4,}\b/u,
  /(?<![\w.])\/work\/|\.\.\/shared\//u,
];

const self = import.meta.filename;
const sources = filesBelow(ROOT, ['.ts', '.tsx', '.js', '.css', '.sql']).filter((file) => file !== self);
const documents = filesBelow(ROOT, ['.md']);
const configs = filesBelow(ROOT, ['.json', '.yml', '.yaml']).filter((file) => basename(file) !== 'package-lock.json');

function commentsOf(file: string): string {
  return Array.from(readFileSync(file, 'utf8').matchAll(COMMENT), ([comment]) => comment).join('\n');
}

/** `file: what it points to` for all that is not there. */
function danglingIn(file: string, text: string): string[] {
  return Array.from(text.matchAll(PATH))
    .filter(([, path = '', anchor]) => !leadsSomewhere(join(ROOT, path), anchor))
    .map(([found]) => `${relative(ROOT, file)}: ${found}`);
}

test('every path in a comment leads to something in the project', () => {
  expect(sources.flatMap((file) => danglingIn(file, commentsOf(file)))).toEqual([]);
});

test('every path in a configuration leads to something in the project', () => {
  const lint = join(ROOT, '.oxlintrc.json');
  const messages = Array.from(readFileSync(lint, 'utf8').matchAll(/"message": "(.*)"/gu), ([, text = '']) => text);
  expect(messages.length).toBeGreaterThan(5);
  expect(danglingIn(lint, messages.join('\n'))).toEqual([]);
});

test('every path in a document leads to something in the project', () => {
  const dangling = documents.flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    const beside = Array.from(text.matchAll(RELATIVE), ([, path = '']) => path).filter(
      (path) =>
        !path.startsWith(PACKAGE) && !leadsSomewhere(join(dirname(file), path)) && !leadsSomewhere(join(ROOT, path)),
    );
    return [...danglingIn(file, text), ...beside.map((path) => `${relative(ROOT, file)}: ${path}`)];
  });
  expect(dangling).toEqual([]);
});

test('nothing is cited that only its writers had', () => {
  const found = [...sources, ...documents, ...configs].flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line, index) =>
        FOREIGN.some((words) => words.test(line)) ? [`${relative(ROOT, file)}:${index + 1}: ${line.trim()}`] : [],
      ),
  );
  expect(found).toEqual([]);
});

test.each([
  ['a missing document', '/** As docs/nowhere.md says. */', ['a.ts: docs/nowhere.md']],
  ['a missing heading', '// docs/dialogs.md#no-such-heading', ['a.ts: docs/dialogs.md#no-such-heading']],
  ['what is there', '/** docs/dialogs.md#the-transfer, plugin/contract/host.ts */', []],
])('%s is seen', (_what, comment, dangling) => {
  expect(danglingIn(join(ROOT, 'a.ts'), comment)).toEqual(dangling);
});
