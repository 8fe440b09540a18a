import { cp, mkdir, readdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { applyEdits, modify } from 'jsonc-parser';
import { codeOf, textOf } from '../../../plugin/contract/coded-error.ts';
import { CLI_TEXTS } from '../cli-texts.ts';
import { type CommandWork, EXIT_DONE } from '../command.ts';
import { cliError } from '../errors.ts';
import { languageOf } from '../parse-arguments.ts';
import { commandIn, LAUNCHER, MAIN_EXAMPLE, packageRoot } from '../package-files.ts';
import { printable, printableJson, shellWord } from '../terminal.ts';

/** Longest id of a bot (`codeSchema`). */
const MAX_ID_LENGTH = 64;
/** Of the example alone: it tells what the example shows. */
const NOT_COPIED: ReadonlySet<string> = new Set(['README.md']);

/** `new`: a bot to begin with. Nothing that is there is overwritten. */
export const newBot: CommandWork = async ({ terminal, arguments: { positionals }, language, json, cwd, env }) => {
  const folder = resolve(cwd, positionals[0] ?? '');
  const id = idOf(basename(folder));
  await makeFolder(folder);
  const example = join(packageRoot(), MAIN_EXAMPLE);
  for (const name of await readdir(example)) {
    if (!NOT_COPIED.has(name)) await cp(join(example, name), join(folder, name), { recursive: true });
  }
  const toPackage = relative(await realpath(folder), packageRoot())
    .split(sep)
    .join('/');
  await change(join(folder, 'bot.json'), [
    [['$schema'], `${toPackage}/bot.schema.json`],
    [['id'], id],
    [['name'], basename(folder)],
  ]);
  await change(join(folder, 'jsconfig.json'), [
    [['include'], ['*.js', 'libraries/*.js', `${toPackage}/plugin/guest/*.d.ts`]],
  ]);
  // In a folder of its own `npx` would ask the registry: the task names the launcher itself, as `$schema` its file.
  const task = ['tasks', 0];
  await change(join(folder, '.vscode', 'tasks.json'), [
    [[...task, 'type'], 'process'],
    [[...task, 'command'], 'node'],
    [
      [...task, 'args'],
      [`${toPackage}/${LAUNCHER}`, 'check', '.', '--watch'],
    ],
  ]);
  await change(join(folder, 'scenario.json'), [[['bot'], id]]);
  if (json) terminal.out(printableJson({ ok: true, folder, id }));
  else {
    const given = positionals[0] ?? '';
    terminal.out(CLI_TEXTS.newBot(printable(given))[language]);
    // Whoever asked for this language on the command line reads the next commands in it, too.
    const lang = languageOf(undefined, env) === language ? '' : ` --lang ${language}`;
    const command = commandIn(cwd).map(shellWord).join(' ');
    const nexts = [
      `simulate ${shellWord(given)}`,
      `check ${shellWord(given)}`,
      `replay ${shellWord(join(given, 'scenario.json'))}`,
    ];
    for (const next of nexts) terminal.out(`  ${command} ${next}${lang}`);
  }
  return EXIT_DONE;
};

/** The folder's name with nothing in it that an id must not hold. */
function idOf(name: string): string {
  const id = name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_.-]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, MAX_ID_LENGTH)
    // The cut may have left half of a pair, which no id may hold.
    .replace(/\p{Cs}$/u, '');
  return id === '' ? 'bot' : id;
}

/** @throws cli_folder_not_empty, cli_folder_refused */
async function makeFolder(folder: string): Promise<void> {
  if ((await namesIn(folder)).length > 0) throw cliError('cli_folder_not_empty', { folder });
}

/** What a folder holds, which is made when it is not there. @throws cli_folder_refused */
async function namesIn(folder: string): Promise<string[]> {
  try {
    await mkdir(folder, { recursive: true });
    return await readdir(folder);
  } catch (error) {
    const reason = codeOf(error) === 'EEXIST' ? CLI_TEXTS.nameOfFile : textOf(error);
    throw cliError('cli_folder_refused', { folder, reason }, error);
  }
}

/** Sets values in a JSON file and leaves the rest, comments and spaces included, as it is. */
async function change(
  file: string,
  values: ReadonlyArray<readonly [path: Array<string | number>, value: unknown]>,
): Promise<void> {
  let text = await readFile(file, 'utf8');
  const formattingOptions = { insertSpaces: true, tabSize: 2 };
  for (const [path, value] of values) text = applyEdits(text, modify(text, path, value, { formattingOptions }));
  await writeFile(file, text);
}
