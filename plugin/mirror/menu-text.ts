import type { Button } from '../contract/message.ts';

/** A menu as text, one line an item: `<code> <caption>` (design, section 6). A button's `callback_data` is the item's code. */
export function menuText(rows: ReadonlyArray<readonly Button[]>): string {
  return rows
    .flat()
    .map((button) => `${button.callback_data} ${button.text}`)
    .join('\n');
}
