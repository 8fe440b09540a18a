import {
  type Button,
  buttonLine,
  type Content,
  MAX_BUTTON_TEXT,
  MAX_TEXT_LENGTH,
} from '../../../plugin/contract/message.ts';
import { showsButtons } from '../bot.ts';
import type { BotScript, MenuItem } from '../load/bot-schema.ts';
import { passes } from './author-script.ts';
import { fillMacros } from './macros.ts';
import type { Play } from './play.ts';

/** Shows the menu of a script: the items whose conditions let them through. An empty menu shows nothing. */
export async function showMenu(play: Play, script: BotScript): Promise<void> {
  const shown: MenuItem[] = [];
  for (const [index, item] of script.menu.entries()) {
    // A condition is a script of its own: a hundred slow ones must not outlast the message that they belong to.
    if (item.condition !== undefined) play.step();
    if (await passes(play, item.condition, script.code, ['menu', index])) shown.push(item);
  }
  if (shown.length === 0) return;
  play.lead = {
    ...play.lead,
    position: { ...play.lead.position, menu: { script: script.code, codes: shown.map((item) => item.code) } },
  };
  // All captions are one text where there are no buttons: the room left of it bounds each.
  let room = MAX_TEXT_LENGTH;
  const withButtons = showsButtons(play.input.bot, play.lead.ref.channel);
  const rows = rowsOf(shown).map((row) =>
    row.map((item) => {
      const limit = withButtons ? MAX_BUTTON_TEXT : Math.max(0, room);
      const text = fillMacros(item.caption, play.macroValues, limit) || item.code;
      room -= text.length;
      return { text, callback_data: item.code };
    }),
  );
  sayWithButtons(play, {}, rows, script.code, ['menu']);
}

/**
 * Says a text with buttons, in the form that the lead's channel can show. A menu goes under the text that was said just
 * before it, as messengers want: they show no buttons without a text.
 */
export function sayWithButtons(
  play: Play,
  content: Pick<Content, 'text' | 'attachments'>,
  rows: readonly Button[][],
  script: string,
  part: readonly PropertyKey[],
): void {
  const own = content.text !== undefined || content.attachments !== undefined;
  const before = own ? undefined : textJustSaid(play);
  if (before !== undefined) play.says.pop();
  const text = content.text ?? before;
  const said = { ...content, ...(text === undefined ? {} : { text }) };
  if (showsButtons(play.input.bot, play.lead.ref.channel)) {
    play.say({ ...said, buttons: rows.map((row) => [...row]) }, script, part);
    return;
  }
  const lines = rows.flat().map(buttonLine);
  play.say({ ...said, text: [...(text === undefined ? [] : [text]), ...lines].join('\n') }, script, part);
}

/** Room that the lines of a text menu may need under a text, in UTF-16 units. */
const MENU_ROOM = 20_000;

function textJustSaid(play: Play): string | undefined {
  const last = play.says.at(-1)?.content;
  if (last?.text === undefined || last.buttons !== undefined || last.attachments !== undefined) return undefined;
  return last.text.length > MAX_TEXT_LENGTH - MENU_ROOM ? undefined : last.text;
}

/** Items with the same row number share a row, rows in the order of their numbers; an item without one has its own row below. */
function rowsOf(items: readonly MenuItem[]): MenuItem[][] {
  const numbered = new Map<number, MenuItem[]>();
  const alone: MenuItem[][] = [];
  for (const item of items) {
    if (item.row === undefined) alone.push([item]);
    else numbered.set(item.row, [...(numbered.get(item.row) ?? []), item]);
  }
  return [...[...numbered].toSorted(([left], [right]) => left - right).map(([, row]) => row), ...alone];
}

/** The item of the menu shown last that a lead's text chooses. */
export function chosenItem(play: Play, text: string): MenuItem | undefined {
  const menu = play.lead.position.menu;
  if (menu === null) return undefined;
  const wanted = text.trim().toLowerCase();
  const shown = new Set(menu.codes);
  return play.input.bot.scripts
    .get(menu.script)
    ?.menu.find((item) => shown.has(item.code) && item.code.toLowerCase() === wanted);
}
