/** A file that a lead sends to this server itself, as the body of a request. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { codeOf, textOf } from '../../plugin/contract/coded-error.ts';
import type { LeadRef } from '../../plugin/contract/lead.ts';
import type { Uploads } from '../uploads/uploads.ts';
import { answerJson, answerUnread } from './answer.ts';

/** Longest name in the header, percent-encoded: three times as long as a name of Cyrillic letters may be, twice over. */
const MAX_NAME_HEADER = 2_048;

const STATUS: Readonly<Record<string, number>> = {
  upload_too_large: 413,
  upload_type_refused: 415,
  upload_infected: 422,
  upload_no_room: 507,
};

/**
 * Takes the body as a file, whose name `x-file-name` says (percent-encoded), and answers 201 with what it is now. What is cut off in
 * the middle is not kept.
 */
export async function takeUpload({
  request,
  response,
  uploads,
  lead,
  from,
}: {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly uploads: Uploads;
  readonly lead: LeadRef;
  /** A mark of the address that it comes from, where that can be known. */
  readonly from?: string | undefined;
}): Promise<void> {
  const leaving = new AbortController();
  const leave = (): void => leaving.abort(new Error('nobody sends the file any more'));
  response.once('close', leave);
  const told = request.headers['content-length'];
  const size = told === undefined ? {} : { size: Number(told) };
  try {
    // Left half read it is not destroyed: its sender would be cut off before it is told why.
    const stream: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => request.iterator({ destroyOnReturn: false }),
    };
    const sender = from === undefined ? {} : { from };
    const file = { name: nameOf(request.headers['x-file-name']), ...size, ...sender, stream };
    answerJson(response, 201, await uploads.take(lead, file, leaving.signal));
  } catch (error) {
    if (response.destroyed) return;
    const code = codeOf(error) ?? '';
    const { en: message, ru } = textOf(error);
    const known = code.startsWith('upload_')
      ? { code, message, ru }
      : { code: 'failed', message: 'nothing was stored' };
    answerUnread(request, response, STATUS[code] ?? 503, known);
  } finally {
    response.off('close', leave);
  }
}

function nameOf(header: string | string[] | undefined): string {
  if (typeof header !== 'string' || header.length > MAX_NAME_HEADER) return '';
  try {
    return decodeURIComponent(header);
  } catch {
    return '';
  }
}
