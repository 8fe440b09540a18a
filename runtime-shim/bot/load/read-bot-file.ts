import { readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import type { Text } from '../../../plugin/contract/text.ts';
import { LOAD_TEXTS } from './load-texts.ts';
import { codeOf } from '../../../plugin/contract/coded-error.ts';

export type FileReading = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly reason: Text };

/**
 * Reads one text file of a bot folder. The file must lie inside the folder, also when its symbolic links are followed:
 * a folder from elsewhere must not show the machine's other files to its scripts or in an error's text.
 */
export async function readBotFile(folder: string, name: string, maxBytes: number): Promise<FileReading> {
  if (isAbsolute(name) || name.includes('\u0000')) return no(LOAD_TEXTS.notRelative);
  if (name.split(/[\\/]/).includes('..')) return no(LOAD_TEXTS.leavesFolder);
  try {
    const path = await realpath(join(folder, name));
    const inside = relative(await realpath(folder), path);
    if (inside.startsWith(`..${sep}`) || inside === '..' || isAbsolute(inside)) {
      return no(LOAD_TEXTS.linkOutside);
    }
    const facts = await stat(path);
    if (!facts.isFile()) return no(LOAD_TEXTS.notFile);
    if (facts.size > maxBytes) return no(LOAD_TEXTS.largerThan(maxBytes));
    const bytes = await readFile(path);
    // `fatal` refuses what is not UTF-8 instead of putting replacement characters into the author's texts.
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (error) {
    return no(reasonOf(error));
  }
}

/** Why the system did not let a file or folder be read, in words. `noSuchFile`, also when something above it is a file. */
export function reasonOf(error: unknown): Text {
  const code = codeOf(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return LOAD_TEXTS.noSuchFile;
  if (code === 'EACCES' || code === 'EPERM') return LOAD_TEXTS.noPermission;
  if (code === 'ELOOP') return LOAD_TEXTS.linkToItself;
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return LOAD_TEXTS.notUtf8;
  return LOAD_TEXTS.unreadable(code);
}

function no(reason: Text): FileReading {
  return { ok: false, reason };
}
