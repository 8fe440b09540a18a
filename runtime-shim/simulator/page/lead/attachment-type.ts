import type { Attachment } from '../../../../plugin/contract/message.ts';

const TYPES: ReadonlyArray<readonly [Attachment['type'], RegExp]> = [
  ['image', /\.(png|jpe?g|gif|webp|avif|svg|bmp)$/i],
  ['video', /\.(mp4|webm|mov|mkv|avi)$/i],
  ['audio', /\.(mp3|ogg|oga|wav|m4a|flac)$/i],
];

/** What kind of file a link leads to, by its ending: nothing is fetched to find out. */
export function attachmentTypeOf(url: string): Attachment['type'] {
  const path = URL.parse(url)?.pathname ?? '';
  return TYPES.find(([, ending]) => ending.test(path))?.[0] ?? 'file';
}
