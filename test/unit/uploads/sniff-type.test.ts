import { expect, test } from 'vitest';
import { sniffType } from '../../../runtime-shim/uploads/sniff-type.ts';

test.each([
  ['\xff\xd8\xff\xe0', 'image/jpeg'],
  ['\x89PNG\r\n\x1a\n', 'image/png'],
  ['RIFF\x10\x00\x00\x00WEBPVP8 ', 'image/webp'],
  ['\x00\x00\x00\x18ftypheic\x00\x00\x00\x00', 'image/heic'],
  ['\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00', 'image/heic'],
  ['\x00\x00\x00\x1cftypavif\x00\x00\x00\x00', 'image/avif'],
  ['\x00\x00\x00\x1cftypM4A \x00\x00\x00\x00', 'audio/mp4'],
  ['\x00\x00\x00\x20ftypisom\x00\x00\x02\x00', 'video/mp4'],
  ['\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00', 'video/mp4'],
  ['\xff\xf3\x84\xc4', 'audio/mpeg'],
  ['ID3\x04', 'audio/mpeg'],
  ['<svg xmlns="http://www.w3.org/2000/svg">', undefined],
  ['<!doctype html>', undefined],
  ['%PDF-1.7', undefined],
  ['\xff', undefined],
  ['', undefined],
])('the type of a file that begins with %j is %s', (head, type) => {
  expect(sniffType(Buffer.from(head, 'latin1'))).toBe(type);
});
