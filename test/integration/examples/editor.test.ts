/** What an editor makes of an example, and of the folder that `new` makes. */
import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile, realpath } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'jsonc-parser';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { botJsonSchema } from '../../../build/bot-schema.ts';
import { playRecording, readRecording } from '../../../runtime-shim/cli/commands/replay.ts';
import { commandIn } from '../../../runtime-shim/cli/package-files.ts';
import { loadBot } from '../../../runtime-shim/bot/load/load-bot.ts';
import { ROOT, runCommand, startCommand, temporaryFolder } from '../../support/command.ts';
import { EXAMPLES } from './example-dialog.ts';

const execute = promisify(execFile);
const SCHEMA = join(ROOT, 'bot.schema.json');
const names = (await readdir(EXAMPLES)).filter((name) => /^\d\d-/.test(name));

/** What TypeScript says of the folder as an editor opens it; nothing when it is clean. */
async function typescript(folder: string): Promise<string> {
  const tsc = join(ROOT, 'node_modules', '.bin', 'tsc');
  return await execute(tsc, ['-p', join(folder, 'jsconfig.json'), '--noEmit', '--pretty', 'false']).then(
    ({ stdout }) => stdout,
    (error: { stdout?: string }) => error.stdout ?? 'tsc has failed without a word',
  );
}

const tasksSchema = z.object({
  tasks: z.tuple([
    z.object({
      command: z.string(),
      args: z.array(z.string()).optional(),
      problemMatcher: z.array(
        z.object({
          severity: z.string(),
          pattern: z.object({ regexp: z.string() }),
          background: z.unknown(),
        }),
      ),
    }),
  ]),
});

test('the JSON schema of the package is that which the runtime checks bot.json with: npm run schema', async () => {
  expect(JSON.parse(await readFile(SCHEMA, 'utf8'))).toEqual(JSON.parse(JSON.stringify(botJsonSchema())));
});

test('the schema takes every example, and refuses what an author gets wrong', async () => {
  // Editors read a pattern as a Unicode expression, as the specification says; zod does not.
  const latin = (await readFile(SCHEMA, 'utf8')).replaceAll(String.raw`\\p{L}\\p{N}`, 'A-Za-z0-9');
  const schema = z.fromJSONSchema(JSON.parse(latin));
  const bots = await Promise.all(
    names.map(async (name): Promise<unknown> => JSON.parse(await readFile(join(EXAMPLES, name, 'bot.json'), 'utf8'))),
  );
  for (const bot of bots) expect(schema.safeParse(bot).success).toBe(true);
  const start = { code: 'start', commands: [{ type: 'send_text', text: 'а' }] };
  const right = { id: 'a', scripts: [start] };
  expect(schema.safeParse(right).success).toBe(true);
  const mistakes = [
    { ...right, script: [] },
    { ...right, scripts: [{ ...start, type: 'Возвратт' }] },
    { ...right, scripts: [{ ...start, commands: [{ type: 'send_txt', text: 'а' }] }] },
    { ...right, scripts: [{ ...start, commands: [{ type: 'send_text', txt: 'а' }] }] },
    { ...right, routes: [{ regex: 'а', script: 'start', actsDuringTransfers: true }] },
    { ...right, id: 'a b' },
  ];
  expect(mistakes.filter((wrong) => schema.safeParse(wrong).success)).toEqual([]);
});

test.each(names)('%s opened in an editor shows no red, completes bot.json and is checked by a task', async (name) => {
  const folder = join(EXAMPLES, name);
  const bot = z.object({ $schema: z.string() }).parse(JSON.parse(await readFile(join(folder, 'bot.json'), 'utf8')));
  expect(resolve(folder, bot.$schema)).toBe(SCHEMA);
  expect(await typescript(folder)).toBe('');
  for (const file of ['jsconfig.json', '.vscode/tasks.json']) {
    const text = await readFile(join(folder, file), 'utf8');
    expect(text).toBe(await readFile(join(EXAMPLES, '08-support-bot', file), 'utf8'));
  }
});

test('new makes a bot that loads, passes check and replay, and is clean in an editor; nothing is overwritten', async () => {
  const parent = await temporaryFolder({ 'файл.txt': '' });
  const folder = join(parent, 'глубоко', 'Мой бот №1');
  const made = await runCommand(['new', join('глубоко', 'Мой бот №1')], { cwd: parent });
  expect(made).toMatchObject({ code: 0, stderr: '' });
  // Outside of the project `npx` would ask the registry for the package.
  const launcher = join(ROOT, 'bin/metabot-livetex.js');
  const commands = [...made.stdout.matchAll(/^ {2}node (\S+) (\w+ '.*')$/gm)];
  expect(commands.map(([, , words]) => words)).toEqual([
    "simulate 'глубоко/Мой бот №1'",
    "check 'глубоко/Мой бот №1'",
    "replay 'глубоко/Мой бот №1/scenario.json'",
  ]);
  const [task] = tasksSchema.parse(JSON.parse(await readFile(join(folder, '.vscode/tasks.json'), 'utf8'))).tasks;
  const [path = '', ...checking] = task.args ?? [];
  expect([task.command, ...checking]).toEqual(['node', 'check', '.', '--watch']);
  for (const one of [path, ...commands.map(([, of = '']) => of)])
    expect(await readFile(resolve(folder, one), 'utf8')).toBe(await readFile(launcher, 'utf8'));
  expect(await loadBot(folder)).toMatchObject({ id: 'мой-бот-1', name: 'Мой бот №1' });
  const bot = z.object({ $schema: z.string() }).parse(JSON.parse(await readFile(join(folder, 'bot.json'), 'utf8')));
  expect(await realpath(resolve(folder, bot.$schema))).toBe(SCHEMA);
  expect(await typescript(folder)).toBe('');
  const include = z.object({ include: z.array(z.string()) });
  const typings = include.parse(parse(await readFile(join(folder, 'jsconfig.json'), 'utf8'))).include.at(-1) ?? '';
  expect(await readdir(resolve(folder, dirname(typings)))).toContain('livetex.d.ts');
  expect(await runCommand(['check', folder])).toMatchObject({ code: 0 });
  const scenario = await readRecording(join(folder, 'scenario.json'));
  expect((await playRecording(folder, scenario)).differences).toEqual([]);

  const before = await readFile(join(folder, 'bot.json'), 'utf8');
  const again = await runCommand(['new', folder]);
  expect(again).toMatchObject({ code: 2, stdout: '' });
  expect(again.stderr).toContain('nothing of it is overwritten');
  expect(await readFile(join(folder, 'bot.json'), 'utf8')).toBe(before);
  const file = await runCommand(['new', join(parent, 'файл.txt')]);
  expect(file.code).toBe(1);
  expect(file.stderr).toContain('a file has that name');
});

test('new cuts a long name to an id that a bot may have, and names the next commands in the language asked for', async () => {
  const folder = join(await temporaryFolder(), `a${'𐐨'.repeat(40)}`);
  const made = await runCommand(['new', folder, '--lang', 'ru']);
  expect(made).toMatchObject({ code: 0, stderr: '' });
  expect(made.stdout.match(/ --lang ru$/gm)).toHaveLength(3);
  expect(commandIn(join(ROOT, 'scripts-examples'))).toEqual(['npx', 'metabot-livetex']);
  expect((await loadBot(folder)).id).toBe(`a${'𐐨'.repeat(31)}`);
});

test('the task of an editor finds problems and hints of check --watch at their places, and that they are gone', async () => {
  const folder = await temporaryFolder({
    'bot.json': JSON.stringify({
      id: 'a',
      scripts: [{ code: 'start', commands: [{ type: 'run_javascript', file: 'вопрос.js' }] }],
    }),
    'вопрос.js': "attr = { a: 1 };\nlead.setLiveTexAttrib(attr);\nif (lead.getAttr('x')) return;\n",
    'лишний.js': 'return 1;\n',
  });
  const text = await readFile(join(EXAMPLES, '08-support-bot', '.vscode/tasks.json'), 'utf8');
  const [task] = tasksSchema.parse(JSON.parse(text)).tasks;
  expect(task.command).toBe('npx metabot-livetex check . --watch');
  for (const { background } of task.problemMatcher)
    expect(background).toEqual({ activeOnStart: true, beginsPattern: '^---', endsPattern: '^===' });
  const found = (output: string): string[] =>
    output.split('\n').flatMap((line) =>
      task.problemMatcher.flatMap(({ severity, pattern }) => {
        const [, file, row, column] = new RegExp(pattern.regexp).exec(line) ?? [];
        return file === undefined ? [] : [`${severity} ${file}:${row}:${column}`];
      }),
    );
  const watching = startCommand(['check', folder, '--watch']);
  const [first] = await watching.seen(/^--- check\n[^]*?^=== checked$/m);
  expect(found(first)).toEqual(['error вопрос.js:2:6', 'info лишний.js:1:1']);
  await writeFile(join(folder, 'вопрос.js'), 'var x = ;\n');
  const [, broken = ''] = await watching.seen(/=== checked\n(--- check\n[^]*?^=== checked)$/m);
  expect(found(broken)).toEqual(['error вопрос.js:1:9']);
  await writeFile(join(folder, 'вопрос.js'), 'return 1;\n');
  const [, mended = ''] = await watching.seen(/(?:=== checked\n[^]*?){2}(--- check\n[^]*?^=== checked)$/m);
  expect(found(mended)).toEqual(['info лишний.js:1:1']);
  watching.child.kill('SIGTERM');
  expect((await watching.end).code).toBe(0);
  expect((await runCommand(['check', folder, '--watch', '--json'])).code).toBe(2);
});
