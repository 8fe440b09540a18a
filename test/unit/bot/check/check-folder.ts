import { checkBot } from '../../../../runtime-shim/bot/check/check-bot.ts';
import { authorTypings } from '../../../../runtime-shim/bot/check/type-check.ts';
import { readBot } from '../../../../runtime-shim/bot/load/load-bot.ts';
import { botFolder } from '../../../support/bot-folder.ts';

/** What is found in a folder: `file:line rule`, a hint with a question mark. */
export async function found(bot: unknown, files: Readonly<Record<string, string>>): Promise<string[]> {
  const folder = await botFolder(bot, files);
  const { problems, hints } = await checkBot({ reading: await readBot(folder), typings: authorTypings() });
  const line = ({ file, line: at, rule }: (typeof problems)[number]): string =>
    `${file === 'bot.json' ? file : `${file}:${at}`} ${rule}`;
  return [...problems.map(line), ...hints.map((hint) => `${line(hint)}?`)];
}

/** A bot of these scripts, each a file. */
export function botOf(codes: readonly string[]): [unknown, Record<string, string>] {
  const files = Object.fromEntries(codes.map((code, index) => [`${index}.js`, code]));
  const run = Object.keys(files).map((file) => ({ code: `s${file}`, commands: [{ type: 'run_javascript', file }] }));
  const routes = run.map(({ code }) => ({ regex: `^${code}$`, script: code }));
  return [{ id: 'a', scripts: [{ code: 'start' }, ...run], routes }, files];
}
