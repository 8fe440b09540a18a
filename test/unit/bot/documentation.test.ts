import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { z } from 'zod';
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
