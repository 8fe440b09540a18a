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

/** The first byte that is not UTF-8, found by halving: a prefix cut inside a character is wrong too, by at most 3 bytes. */
function firstWrongByte(bytes: Buffer): number {
  let right = 0;
  let wrong = bytes.length;
  while (wrong - right > 1) {
    const middle = Math.floor((right + wrong) / 2);
    if (isUtf8(wholeCharacters(bytes, middle))) right = middle;
    else wrong = middle;
  }
  return right;
}

/** The first `length` bytes without a character that the cut would split. */
function wholeCharacters(bytes: Buffer, length: number): Buffer {
  let end = length;
  // 10xxxxxx continues a character (RFC 3629, section 3); the longest has 3 such bytes.
  while (end > length - 3 && end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end);
}
