/** The bot that a script file belongs to, with the file as a script of its own in it. */
import type { Text } from '../../../plugin/contract/text.ts';
import { access } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { codeOf, textOf } from '../../../plugin/contract/coded-error.ts';
import type { BotScript } from '../../bot/load/bot-schema.ts';
import { type Bot, DESCRIPTION_FILE } from '../../bot/bot.ts';
import { loadBot } from '../../bot/load/load-bot.ts';
import { loadLibraries } from '../../bot/load/load-libraries.ts';
import { loadStubs } from '../../bot/load/load-stubs.ts';
import { loadTables } from '../../bot/load/load-tables.ts';

export interface FileBot {
  readonly bot: Bot;
  /** The code of the script that runs the file: the file's own name. */
  readonly entry: string;
  /** The file as the author knows it: relative to the bot folder. */
  readonly file: string;
  /** Why the file's bot folder could not be used. */
  readonly problem?: Text;
}

export async function findBot(path: string, code: string): Promise<FileBot> {
  const folder = await botFolderOf(dirname(path));
  if (folder === undefined) return aloneIn(path, code);
  try {
    return withEntry(await loadBot(folder), relative(folder, path).split(sep).join('/'), code);
  } catch (error) {
    if (codeOf(error) !== 'bot_invalid') throw error;
    // The mistake may stand in this very file: then running it without the rest shows the error with its place. What is
    // broken elsewhere must not take away the libraries that it needs; a broken one tells so itself when it is asked for.
    const { libraries } = await loadLibraries(folder);
    const { stubs } = await loadStubs(folder);
    const { tables } = await loadTables(folder);
    const found = withEntry(
      { ...nothing(folder), libraries, stubs, tables },
      relative(folder, path).split(sep).join('/'),
      code,
    );
    return { ...found, problem: textOf(error) };
  }
}

/** The nearest folder with a `bot.json`, from here up. */
export async function botFolderOf(start: string): Promise<string | undefined> {
  for (let folder = start; ; folder = dirname(folder)) {
    const found = await access(join(folder, DESCRIPTION_FILE)).then(
      () => true,
      () => false,
    );
    if (found) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

function aloneIn(path: string, code: string): FileBot {
  return withEntry(nothing(dirname(path)), basename(path), code);
}

/** A bot without anything in it. */
function nothing(folder: string): Bot {
  return {
    id: 'run',
    name: 'run',
    folder,
    scripts: new Map(),
    routes: [],
    channels: {},
    endpoints: new Map(),
    sources: new Map(),
    libraries: {},
    stubs: [],
    tables: new Map(),
    statuses: [],
    attributes: {},
    place: () => ({ line: 1, column: 1 }),
  };
}

function withEntry(bot: Bot, file: string, code: string): FileBot {
  const name = basename(file, '.js');
  const entry = bot.scripts.has(name) ? basename(file) : name;
  const script: BotScript = { code: entry, type: 'standard', commands: [{ type: 'run_javascript', file }], menu: [] };
  return {
    bot: {
      ...bot,
      scripts: new Map([...bot.scripts, [entry, script]]),
      sources: new Map([...bot.sources, [file, { file, code }]]),
    },
    entry,
    file,
  };
}
