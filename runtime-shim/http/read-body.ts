/** Bodies of requests: read within bounds, and as JSON. */
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseBoundedJson } from '../../plugin/contract/bounded-json.ts';
import { answerBusy, answerUnread, type ErrorBody } from './answer.ts';

export type BodyReading =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly reason: 'too large' | 'cut off' | 'busy' };

/** Reads a body up to a size. One that is announced or grows larger, or finds no room beside the others, is not read on. */
export async function readBody(request: IncomingMessage, maxBytes: number, budget: BodyBudget): Promise<BodyReading> {
  if (Number(request.headers['content-length'] ?? '0') > maxBytes) return { ok: false, reason: 'too large' };
  return new Promise((resolve) => {
    const body = new GrowingBytes();
    let reserved = 0;
    let hasEnded = false;
    // The listeners stay: removing them would cost more, and a late error of a connection that is being cut must have one.
    const end = (reading: BodyReading): void => {
      if (hasEnded) return;
      hasEnded = true;
      budget.give(reserved);
      resolve(reading);
    };
    const refuse = (reason: 'too large' | 'busy'): void => {
      request.pause();
      end({ ok: false, reason });
    };
    const take = (chunk: Buffer): void => {
      if (hasEnded) return;
      if (body.size + chunk.length > maxBytes) return refuse('too large');
      const more = body.room(chunk.length) - reserved;
      if (!budget.take(more)) return refuse('busy');
      reserved += more;
      body.add(chunk);
    };
    const whole = (): void => end({ ok: true, bytes: body.bytes });
    const cut = (): void => end({ ok: false, reason: 'cut off' });
    request.on('data', take).on('end', whole).on('close', cut).on('error', cut);
  });
}

export interface BodyLimits {
  readonly maxBytes: number;
  readonly bodies: BodyBudget;
  /** What the sender of a larger one is told, with 413. */
  readonly tooLarge: ErrorBody | string;
}

/** Reads a body. `undefined`: it could not be had, and its sender is answered or has left. */
export async function takeBody(
  request: IncomingMessage,
  response: ServerResponse,
  { maxBytes, bodies, tooLarge }: BodyLimits,
): Promise<Uint8Array | undefined> {
  const body = await readBody(request, maxBytes, bodies);
  if (body.ok) return body.bytes;
  if (body.reason === 'busy') answerBusy(request, response);
  if (body.reason === 'too large') answerUnread(request, response, 413, tooLarge);
  return undefined;
}

export type JsonReading =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: 'not UTF-8' | 'not JSON' | 'nested too deeply' };

/** A body as JSON. The parser's own words are left out: they quote what was sent. */
export function jsonOf(bytes: Uint8Array): JsonReading {
  return isUtf8(bytes) ? parseBoundedJson(new TextDecoder().decode(bytes)) : { ok: false, problem: 'not UTF-8' };
}

/**
 * Memory for the bodies that are being read, of all connections together. Without it ten thousand callers who each send a
 * megabyte and then wait would fill ten gigabytes, every one of them within its own limits.
 */
export class BodyBudget {
  private left: number;

  constructor(bytes: number) {
    this.left = bytes;
  }

  /** False when there is not so much left. */
  take(bytes: number): boolean {
    if (bytes > this.left) return false;
    this.left -= bytes;
    return true;
  }

  give(bytes: number): void {
    this.left += bytes;
  }
}

/**
 * Bytes in one piece that doubles. A list of chunks would cost hundreds of bytes for each of a body's bytes when a caller
 * sends them one by one.
 */
class GrowingBytes {
  private buffer: Buffer = Buffer.alloc(0);
  size = 0;

  get bytes(): Uint8Array {
    return this.buffer.subarray(0, this.size);
  }

  /** Bytes of memory that it will take once `more` bytes are added. */
  room(more: number): number {
    const needed = this.size + more;
    return needed <= this.buffer.length
      ? this.buffer.length
      : this.size === 0
        ? needed
        : Math.max(needed, 2 * this.size);
  }

  add(chunk: Buffer): void {
    const room = this.room(chunk.length);
    // Nearly every body comes in one chunk, which needs no copy.
    if (this.size === 0) {
      this.buffer = chunk;
    } else {
      if (room > this.buffer.length) {
        const grown = Buffer.allocUnsafe(room);
        this.buffer.copy(grown, 0, 0, this.size);
        this.buffer = grown;
      }
      chunk.copy(this.buffer, this.size);
    }
    this.size += chunk.length;
  }
}
