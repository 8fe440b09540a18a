import type { Attachment } from '../../../../plugin/contract/message.ts';
import type { MessageRecord } from '../../records.ts';

/** A choice reaches the bot as the menu item's code; for the eye, the caption it had: by the message's number. */
export function captionsOf(messages: readonly MessageRecord[]): ReadonlyMap<number, string> {
  const captions = new Map<number, string>();
  let menu = new Map<string, string>();
  for (const message of messages) {
    if (message.buttons !== undefined && message.buttons.length > 0) {
      menu = new Map(message.buttons.flat().map((button) => [button.callback_data, button.text]));
    } else if (message.from === 'lead' && message.text !== undefined) {
      const caption = menu.get(message.text);
      if (caption !== undefined && caption !== message.text) captions.set(message.seq, caption);
    }
  }
  return captions;
}

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
