import { readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { codeOf } from '../../../plugin/contract/coded-error.ts';

export type FileReading =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: string };

/** Nothing is at the path, or something above it is a file. */
export const NO_SUCH_FILE = 'there is no such file';

/**
 * Reads one text file of a bot folder. The file must lie inside the folder, also when its symbolic links are followed:
 * a folder from elsewhere must not show the machine's other files to its scripts or in an error's text.
 */
export async function readBotFile(folder: string, name: string, maxBytes: number): Promise<FileReading> {
  if (isAbsolute(name) || name.includes('\u0000')) return no('must be a path relative to the bot folder');
  if (name.split(/[\\/]/).includes('..')) return no('must not leave the bot folder');
  try {
    const path = await realpath(join(folder, name));
    const inside = relative(await realpath(folder), path);
    if (inside.startsWith(`..${sep}`) || inside === '..' || isAbsolute(inside)) {
      return no('is a link to a place outside the bot folder');
    }
    const facts = await stat(path);
    if (!facts.isFile()) return no('is not a file');
    if (facts.size > maxBytes) return no(`is larger than ${maxBytes} bytes`);
    const bytes = await readFile(path);
    // `fatal` refuses what is not UTF-8 instead of putting replacement characters into the author's texts.
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (error) {
    return no(reasonOf(error));
  }
}

/** Why the system did not let a file or folder be read, in words. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return NO_SUCH_FILE;
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read (no permission)';
  if (code === 'ELOOP') return 'is a link that leads to itself';
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'is not valid UTF-8: save it in the encoding UTF-8';
  return `cannot be read (${code ?? 'unknown reason'})`;
}

function no(reason: string): FileReading {
  return { ok: false, reason };
}
