import type { IncomingMessage } from 'node:http';

/**
 * A request's body; `null` when it is larger than `most` bytes. The surplus is read and thrown away, since a sender that
 * is cut off while writing never sees the answer. @throws when the sender breaks off
 */
export function readBytes(message: IncomingMessage, most: number): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    message.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= most) chunks.push(chunk);
    });
    message.on('end', () => {
      if (length > most) resolve(null);
      else resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
    });
    message.on('error', reject);
    message.on('close', () => reject(new Error('the sender broke off')));
  });
}
