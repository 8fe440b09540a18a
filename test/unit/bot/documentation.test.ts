import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { authorTypings, platformMethods } from '../../../runtime-shim/bot/check/type-check.ts';
import { botSchema, SCRIPT_TYPE_WORDS } from '../../../runtime-shim/bot/load/bot-schema.ts';
import { stubSchema } from '../../../runtime-shim/bot/load/load-stubs.ts';
import { COMMAND_TYPES, commandSchema } from '../../../runtime-shim/bot/load/command-schema.ts';

const page = await readFile(new URL('../../../docs/bot-folder.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map((match) => JSON.parse(match[1] ?? '') as unknown);

test('every example of the page is accepted, and every command type has one', () => {
  const shown = new Set<string>();
  for (const example of examples) {
    if (z.object({ type: z.string() }).safeParse(example).success) shown.add(commandSchema.parse(example).type);
    else if (Array.isArray(example)) z.array(stubSchema).parse(example);
    else botSchema.parse(example);
  }
  expect([...shown].toSorted()).toEqual(COMMAND_TYPES.toSorted());
});

test('every script type stands on the page', () => {
  for (const word of SCRIPT_TYPE_WORDS) expect(page).toContain(word);
});

test.each([
  ['bot-folder.md', 'What a script can call'],
  ['bot-folder.ru.md', 'Что можно вызвать в скрипте'],
])('%s lists all methods that the typings have, and no other', async (name, heading) => {
  const text = await readFile(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');
  const section = text.split(/^## /mu).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const listed = Array.from(section.matchAll(/^\| .*$/gmu), ([row]) => row.split('|')[1] ?? '').join(' ');
  const methods = [...(await platformMethods(authorTypings()))].flatMap(([object, names]) =>
    [...names].map((method) => `${object}.${method}`),
  );
  const shown = Array.from(listed.matchAll(/`(\w+\.\w+)\(/gu), ([, method = '']) => method);
  expect([...new Set(shown)].toSorted()).toEqual(methods.toSorted());
  expect(methods.length).toBeGreaterThan(120);
});
