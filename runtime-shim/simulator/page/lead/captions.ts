import type { MessageRecord } from '../../contract.ts';

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
