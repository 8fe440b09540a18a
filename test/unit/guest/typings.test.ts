import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { createScriptRunner } from '../../support/sandbox-under-test.ts';

const path = (relative: string): string => fileURLToPath(new URL(`../../../${relative}`, import.meta.url));
const typings = ['livetex.d.ts', 'operators.d.ts', 'platform.d.ts']
  .map((file) => readFileSync(path(`plugin/guest/${file}`), 'utf8'))
  .join('\n');

const scripts = createScriptRunner();
afterAll(() => scripts.close());

test('an author’s editor accepts what works and refuses what does not', async () => {
  const tsc = promisify(execFile)(path('node_modules/.bin/tsc'), ['-p', path('test/types/tsconfig.json')]);
  expect(await tsc.catch((error: { stdout: string }) => error)).toMatchObject({ stdout: '' });
});

/** The examples of the doc comments, each a script. */
const examples = [...typings.matchAll(/@example\n((?:\s+\* .*\n)+?)\s+\*\//g)].map(([, lines]) =>
  (lines ?? '').replaceAll(/^\s+\* /gm, ''),
);

const answer = async (_plugin: string, name: string, args: string): Promise<string> => {
  if (name === 'http') return '{"code":200,"body":"{}","error":null}';
  if (name === 'script') return args.includes('"code"') ? '7' : '"start"';
  if (name === 'find_leads') return '[]';
  if (name === 'table') return args.includes('"find"') ? '[]' : '{"id":1}';
  if (name === 'getGroups') return '[{"id":"1","name":"Продажи","online":true,"free":true}]';
  return 'true';
};

describe('every example of the typings runs in the sandbox', () => {
  test('there are some', () => {
    expect(examples.length).toBeGreaterThan(20);
  });

  test.each(examples)('%s', async (code) => {
    const libraries = { 'Business.Texts.Hello': { file: 'hello.js', code: "bot.sendMessage('Здравствуйте!');" } };
    expect(await scripts.run(code, { libraries, call: answer })).toMatchObject({ ok: true });
  });
});

test('the typings know every method that the sandbox has, and no other', async () => {
  const inSandbox = (await scripts.returned(`
    return Object.fromEntries(Object.entries({ lead, bot, memory, console, livetex, api, table }).map(([name, object]) => [name, Object.keys(object).sort()]));
  `)) as Record<string, string[]>;
  const interfaces = {
    lead: 'MetabotLead',
    bot: 'MetabotBot',
    memory: 'MetabotMemory',
    console: 'MetabotConsole',
    livetex: 'LiveTex',
    api: 'MetabotApi',
    table: 'MetabotTable',
  };
  for (const [name, type] of Object.entries(interfaces)) {
    const body = new RegExp(`interface ${type} \\{\\n([\\s\\S]*?)\\n\\}`).exec(typings)?.[1] ?? '';
    const methods = new Set([...body.matchAll(/^ {2}(\w+)\(/gm)].map(([, method]) => method ?? ''));
    // The shim says of these that only the platform has them.
    const missing = inSandbox[name]?.filter((method) => !methods.has(method) && !method.startsWith('schedule'));
    expect({ name, missing, unknown: [...methods].filter((method) => !inSandbox[name]?.includes(method)) }).toEqual({
      name,
      missing: [],
      unknown: [],
    });
  }
});
