/** What a file begins with, of the kinds that a browser shows without running anything in them. */
const SIGNATURES: ReadonlyArray<{ readonly type: string; readonly at: number; readonly bytes: string }> = [
  { type: 'image/jpeg', at: 0, bytes: '\xff\xd8\xff' },
  { type: 'image/png', at: 0, bytes: '\x89PNG\r\n\x1a\n' },
  { type: 'image/gif', at: 0, bytes: 'GIF8' },
  { type: 'image/webp', at: 8, bytes: 'WEBP' },
  { type: 'video/mp4', at: 4, bytes: 'ftyp' },
  { type: 'video/webm', at: 0, bytes: '\x1a\x45\xdf\xa3' },
  { type: 'audio/ogg', at: 0, bytes: 'OggS' },
  { type: 'audio/mpeg', at: 0, bytes: 'ID3' },
  { type: 'audio/mpeg', at: 0, bytes: '\xff\xfb' },
  { type: 'audio/wav', at: 8, bytes: 'WAVE' },
];
/** The longest end of a signature. */
const HEAD_BYTES = 16;

/**
 * The type of a file by its first bytes; `undefined`: none that may be shown in a browser. Never by its name or by what its
 * sender says: a page or an SVG that is called `photo.jpg` would run on this server's origin.
 */
export function sniffType(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, HEAD_BYTES)).toString('latin1');
  return SIGNATURES.find(({ at, bytes: sign }) => head.startsWith(sign, at))?.type;
}
