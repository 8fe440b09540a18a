/** What a file begins with, of the kinds that run nothing in a browser. The first that fits. */
const SIGNATURES: ReadonlyArray<{ readonly type: string; readonly at: number; readonly bytes: string }> = [
  { type: 'image/jpeg', at: 0, bytes: '\xff\xd8\xff' },
  { type: 'image/png', at: 0, bytes: '\x89PNG\r\n\x1a\n' },
  { type: 'image/gif', at: 0, bytes: 'GIF8' },
  { type: 'image/webp', at: 8, bytes: 'WEBP' },
  // ISO/IEC 14496-12: what `ftyp` stands before says which kind it is. Phones take pictures as HEIC.
  ...['heic', 'heix', 'hevc', 'hevx', 'heim', 'heis', 'mif1', 'msf1'].map((brand) => ({
    type: 'image/heic',
    at: 4,
    bytes: `ftyp${brand}`,
  })),
  ...['avif', 'avis'].map((brand) => ({ type: 'image/avif', at: 4, bytes: `ftyp${brand}` })),
  ...['M4A ', 'M4B '].map((brand) => ({ type: 'audio/mp4', at: 4, bytes: `ftyp${brand}` })),
  { type: 'video/mp4', at: 4, bytes: 'ftyp' },
  { type: 'video/webm', at: 0, bytes: '\x1a\x45\xdf\xa3' },
  { type: 'audio/ogg', at: 0, bytes: 'OggS' },
  { type: 'audio/mpeg', at: 0, bytes: 'ID3' },
  ...['\xfb', '\xfa', '\xf3', '\xf2'].map((layer) => ({ type: 'audio/mpeg', at: 0, bytes: `\xff${layer}` })),
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
