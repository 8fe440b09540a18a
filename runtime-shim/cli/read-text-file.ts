/** Reads a text file that a person named on the command line, or says what is wrong with it. */
import { readFile, stat } from 'node:fs/promises';
import { isUtf8 } from 'node:buffer';
import { codeOf, messageOf } from '../../plugin/contract/coded-error.ts';
import { cliError } from './errors.ts';

/** Far above any script or configuration, far below what would hurt: a wrong file named by mistake. */
const MAX_FILE_BYTES = 4 * 1_024 * 1_024;

/** @throws cli_file_missing, cli_file_is_folder, cli_file_too_large, cli_file_not_utf8, cli_file_unreadable */
export async function readTextFile(what: string, path: string): Promise<string> {
  const facts = { what, path };
  let bytes: Buffer;
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw cliError('cli_file_is_folder', facts);
    if (!found.isFile()) throw cliError('cli_file_unreadable', { ...facts, reason: 'not a regular file' });
    if (found.size > MAX_FILE_BYTES) throw cliError('cli_file_too_large', { ...facts, limit: MAX_FILE_BYTES });
    bytes = await readFile(path);
  } catch (error) {
    const code = codeOf(error);
    if (code?.startsWith('cli_') === true) throw error;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw cliError('cli_file_missing', facts, error);
    throw cliError('cli_file_unreadable', { ...facts, reason: code ?? messageOf(error) }, error);
  }
  if (!isUtf8(bytes)) throw cliError('cli_file_not_utf8', { ...facts, offset: firstWrongByte(bytes) });
  // The mark that some Windows editors put first (Unicode, "UTF-8 signature") is not part of the text.
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}

/** The first byte that is not UTF-8: there, what was read and is written again differs. */
function firstWrongByte(bytes: Buffer): number {
  return Buffer.from(bytes.toString('utf8')).findIndex((byte, index) => byte !== bytes[index]);
}
