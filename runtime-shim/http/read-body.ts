import type { IncomingMessage } from 'node:http';

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
