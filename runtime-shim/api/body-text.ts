import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import type { WireAnswer } from './exchange.ts';

/** What a request says it can unpack. */
export const ACCEPTED_ENCODINGS = 'gzip, deflate, br';

const UNPACK = new Map([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
]);

/** Why a body could not be taken: a sentence for the script. */
export class BodyProblem extends Error {}

/** The text of a body, unpacked up to a size: what is packed may become a thousand times as large. @throws BodyProblem */
export async function bodyText({ headers, bytes }: WireAnswer, maxBytes: number): Promise<string> {
  if (bytes === null) throw tooLarge(maxBytes);
  const encoding = first(headers['content-encoding'])?.trim().toLowerCase() ?? '';
  const type = first(headers['content-type']);
  if (encoding === '' || encoding === 'identity' || bytes.byteLength === 0) return decoded(bytes, type);
  const unpack = UNPACK.get(encoding);
  if (unpack === undefined) throw new BodyProblem('the answer is packed in a way that is not known');
  let unpacked: Buffer;
  try {
    unpacked = await unpack(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(maxBytes);
    throw new BodyProblem('the packed answer cannot be unpacked');
  }
  return decoded(unpacked, type);
}

function tooLarge(maxBytes: number): BodyProblem {
  return new BodyProblem(`the answer is larger than ${maxBytes} bytes (api.maxBytes)`);
}

/** Old servers still answer in windows-1251. Tolerant: a wrong byte in a name must not cost the whole answer. */
function decoded(bytes: Buffer, contentType: string | undefined): string {
  const charset = /charset\s*=\s*"?([\w.:-]+)/i.exec(contentType ?? '')?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    // A charset that nobody knows.
    return new TextDecoder().decode(bytes);
  }
}

export function first(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
