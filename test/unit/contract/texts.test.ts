/** Every text exists in both languages. The types demand the fields; here is what they cannot see: words in them, of the right language. */
import { glob } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { isText, joined, russianCount, same, type Text } from '../../../plugin/contract/text.ts';
import { COMMANDS } from '../../../runtime-shim/cli/commands.ts';
import { COMMON_OPTIONS } from '../../../runtime-shim/cli/parse-arguments.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const CYRILLIC = /[а-яё]/iu;

/** Stands for whatever a text is made of: a name, a number, a text, a list of them. */
function anything(): unknown {
  return new Proxy(() => undefined, {
    has: () => true,
    get: (_, key) => {
      if (key === Symbol.toPrimitive) return () => 'x';
      if (key === 'en' || key === 'ru' || key === 'type') return 'x';
      if (key === 'length') return 1;
      if (key === 'map') return () => ['x'];
      if (key === 'join') return () => 'x';
      if (key === Symbol.iterator) return () => [].values();
      return anything();
    },
  });
}

/** All texts that a module exports, by name; those of functions and of errors are made of anything. */
function textsIn(value: unknown, name: string): Array<[string, Text]> {
  if (isText(value)) return [[name, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]: [string, unknown]) => {
    const at = `${name}.${key}`;
    if (typeof part !== 'function') return textsIn(part, at);
    const made: unknown = (part as (...about: unknown[]) => unknown)(...Array.from({ length: 5 }, anything));
    return isText(made) ? [[at, made] as [string, Text]] : [];
  });
}

async function catalogues(): Promise<Array<[string, Text]>> {
  const found: Array<[string, Text]> = [];
  for await (const file of glob('{plugin,runtime-shim}/**/{*-texts,errors,*-errors,activity-line}.ts', { cwd: ROOT })) {
    const exported = (await import(`${ROOT}/${file}`)) as Record<string, unknown>;
    for (const [name, value] of Object.entries(exported)) {
      if (typeof value === 'object') found.push(...textsIn(value, `${relative(ROOT, file)} ${name}`));
    }
  }
  for (const { name, summary, about, positionals, options } of COMMANDS) {
    found.push(...textsIn({ summary, about, positionals, options }, `help of ${name}`));
  }
  return [...found, ...textsIn(COMMON_OPTIONS, 'common options')];
}

test('every text of every catalogue says something in both languages, each in its own', async () => {
  const all = await catalogues();
  expect(all.length).toBeGreaterThan(350);
  const wrong = all.filter(([, { en, ru }]) => {
    if (en.trim() === '' || ru.trim() === '') return true;
    // What is made of nothing but what it is about, or names only what no language changes.
    if (en === ru) return /[a-z]{2,} [a-z]{2,}/iu.test(en);
    return !CYRILLIC.test(ru) && /[a-z]{2,}/iu.test(ru);
  });
  expect(wrong).toEqual([]);
});

test('texts are put together in each language by itself', () => {
  expect(joined([{ en: 'a', ru: 'а' }, same('1')], ', ')).toEqual({ en: 'a, 1', ru: 'а, 1' });
});

test('a number asks for the right form of a Russian word', () => {
  const steps = [0, 1, 2, 5, 11, 12, 21, 22, 25, 101, 111].map((count) => russianCount(count, 'шаг', 'шага', 'шагов'));
  expect(steps.join(', ')).toBe(
    '0 шагов, 1 шаг, 2 шага, 5 шагов, 11 шагов, 12 шагов, 21 шаг, 22 шага, 25 шагов, 101 шаг, 111 шагов',
  );
});
