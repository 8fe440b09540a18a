import type { Text } from '../../../plugin/contract/text.ts';
import { expect, test } from 'vitest';
import { loadBot } from '../../../runtime-shim/bot/load/load-bot.ts';
import { botFolder } from '../../support/bot-folder.ts';

const START = { code: 'start' };

/** The problems of a folder that takes a bounded time to read, ms of CPU. */
async function problemsOf(description: unknown, files: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const error: unknown = await loadBot(await botFolder(description, files)).catch((reason: unknown) => reason);
  return (error as { facts: { problems: readonly Text[] } }).facts.problems.map(({ en }) => en);
}

const many = <Value>(count: number, make: (index: number) => Value): Value[] =>
  Array.from({ length: count }, (_, index) => make(index));

test('snippets that multiply each other are a problem of the folder, not of the process', async () => {
  const problems = await problemsOf(
    { id: 'a', scripts: [{ ...START, commands: [{ type: 'stop', condition: "snippet('Business.A.A')" }] }] },
    {
      'libraries/Business.A.A.js': "snippet('Business.A.B')".repeat(400),
      'libraries/Business.A.B.js': "snippet('Business.A.C')".repeat(400),
      'libraries/Business.A.C.js': '',
    },
  );
  expect(problems).toContainEqual(expect.stringContaining('uses more than 10000 snippets'));
});

test('ten thousand conditions that paste the same long text are a problem after the first ones', async () => {
  const scripts = many(20, (script) => ({
    code: script === 0 ? 'start' : `s${script}`,
    commands: many(500, (index) => ({ type: 'stop', condition: `snippet('Business.A.L') // ${script} ${index}` })),
  }));
  const problems = await problemsOf(
    { id: 'a', scripts },
    { 'libraries/Business.A.L.js': `/* ${'x'.repeat(250_000)} */` },
  );
  expect(problems[0]).toMatch(/paste more than 20000000 characters/);
  expect(problems.at(-1)).toBe('there are more problems: mend these first');
});

test('thousands of mistakes are told up to a bound, and each lists a bounded number of names', async () => {
  const name = 'х'.repeat(190);
  const scripts = [
    START,
    ...many(1_900, (index) => ({ code: `script_with_quite_a_long_code_${index}` })),
    { code: 'last', commands: many(400, (index) => ({ type: 'run_sentence', script: `${name}${index}` })) },
  ];
  const problems = await problemsOf({ id: 'a', scripts });
  expect(problems).toHaveLength(201);
  expect(problems.join('\n').length).toBeLessThan(500_000);
  expect(problems[0]).toMatch(/known: start, .* and 18\d\d more$/);
});

test.each([
  ['values', `{ "id": "a", "scripts": [${'1,'.repeat(500_000)}1] }`, /more than 200000 values/],
  ['keys that nobody knows', `{ "id": "a", ${many(50_000, (n) => `"k${n}": 1`).join(',')} }`, /unknown key "k0"/],
  ['keys that stand twice', `{ "id": "a", ${'"id": "a",'.repeat(50_000)} "id": "a" }`, /stands twice/],
])('a description of very many %s is refused with a bounded list', async (_, text, problem) => {
  const problems = await problemsOf(text);
  expect(problems.some((line) => problem.test(line))).toBe(true);
  expect(problems.length).toBeLessThanOrEqual(201);
});
