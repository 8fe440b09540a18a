import type { IncomingMessage } from 'node:http';

export type BodyReading =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly reason: 'too large' | 'cut off' };

/** Reads a body up to a size. One that is announced or grows larger is not read on. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<BodyReading> {
  if (Number(request.headers['content-length'] ?? '0') > maxBytes) return { ok: false, reason: 'too large' };
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const end = (reading: BodyReading): void => {
      request.off('data', take).off('end', whole).off('close', cut).off('error', cut);
      // Late errors of a connection that is being cut must not end the process.
      request.on('error', () => undefined);
      resolve(reading);
    };
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > maxBytes) {
        request.pause();
        end({ ok: false, reason: 'too large' });
        return;
      }
      chunks.push(chunk);
    };
    const whole = (): void => end({ ok: true, bytes: Buffer.concat(chunks) });
    const cut = (): void => end({ ok: false, reason: 'cut off' });
    request.on('data', take).on('end', whole).on('close', cut).on('error', cut);
  });
}
