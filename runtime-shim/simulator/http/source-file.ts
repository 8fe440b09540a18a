import { readFile, realpath, stat } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import type { SourceFile } from '../records.ts';

/** What a bot folder is made of; nothing else is shown. */
const SHOWN = new Set(['.js', '.json', '.md', '.ts']);
/** A script of a bot is some kilobytes; this keeps a mistake from freezing the page. */
const MAX_BYTES = 512 * 1024;

/** A file of the bot folder to look at; `undefined` for anything outside of it, links included. */
export async function sourceFile(botFolder: string, file: string): Promise<SourceFile | undefined> {
  if (!SHOWN.has(extname(file).toLowerCase())) return undefined;
  try {
    const root = await realpath(botFolder);
    const path = await realpath(join(root, file));
    const inside = relative(root, path);
    if (inside.startsWith(`..${sep}`) || inside === '..' || inside.startsWith(sep)) return undefined;
    const { size, mtimeMs: changedAt } = await stat(path);
    if (size > MAX_BYTES) return undefined;
    return { file: inside.split(sep).join('/'), text: await readFile(path, 'utf8'), path, changedAt };
  } catch {
    return undefined;
  }
}
