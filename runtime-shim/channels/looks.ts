/** How a line looks in each messenger, for whoever tries a bot without any: what the drivers would send, made by the same code. */
import type { TranscriptMessage } from '../leads/transcript.ts';
import type { ChannelTraits, Part } from './contract.ts';
import { MAX_TRAITS } from './max/max-driver.ts';
import { poorerParts, renderLine } from './render-line.ts';
import { TELEGRAM_TRAITS } from './telegram/telegram-driver.ts';
import { VK_TRAITS } from './vk/vk-driver.ts';
import { WIDGET_TRAITS } from './widget/widget-driver.ts';

/** The messengers that there is a driver for. */
export type MessengerKind = 'telegram' | 'max' | 'vk' | 'widget';

const TRAITS: Readonly<Record<MessengerKind, ChannelTraits>> = {
  telegram: TELEGRAM_TRAITS,
  max: MAX_TRAITS,
  vk: VK_TRAITS,
  widget: WIDGET_TRAITS,
};

/** A piece of a line as a messenger shows it: one message there. */
type ShownPart = Pick<Part, 'text' | 'buttons' | 'file'>;

/** By messenger, where it shows the line in another way than it was said. */
export type Looks = Partial<Readonly<Record<MessengerKind, readonly ShownPart[]>>>;

/** The line in every messenger that changes something of it; `undefined`: none does. */
export function looksOf(line: TranscriptMessage): Looks | undefined {
  const looks = Object.entries(TRAITS).flatMap(([kind, traits]) => {
    const parts = renderLine(line, traits).flatMap((part) => withinUploads(part, traits));
    return isAsSaid(line, parts) ? [] : [[kind, parts.map(shownPart)] as const];
  });
  return looks.length === 0 ? undefined : Object.fromEntries(looks);
}

/** A file that is known to be too large to be sent along becomes a link, as it does when the messenger refuses it. */
function withinUploads(part: Part, traits: ChannelTraits): Part[] {
  const { file } = part;
  const most = file?.by === 'upload' ? traits.uploadBytes[file.type] : Infinity;
  if (most > 0 && (file?.size ?? 0) <= most) return [part];
  return (poorerParts(part, 'file', traits) ?? []).flatMap((poorer) => withinUploads(poorer, traits));
}

function shownPart({ text, buttons, file }: Part): ShownPart {
  return {
    ...(text === undefined ? {} : { text }),
    ...(buttons === undefined ? {} : { buttons }),
    ...(file === undefined ? {} : { file }),
  };
}

/** One message with the same text, file and buttons, and presses that say the same. */
function isAsSaid({ text, buttons = [], attachments = [] }: TranscriptMessage, parts: readonly Part[]): boolean {
  const [part, ...more] = parts;
  if (part === undefined || more.length > 0 || part.text !== text) return false;
  const said = buttons.filter((row) => row.length > 0);
  const isSameFile = attachments.length === (part.file === undefined ? 0 : 1);
  const shown = part.buttons ?? [];
  return (
    isSameFile &&
    shown.length === said.length &&
    shown.every((row, at) => {
      const before = said[at] ?? [];
      return (
        row.length === before.length &&
        row.every((button, place) => {
          const own = before[place];
          return button.text === own?.text && button.data === own.callback_data;
        })
      );
    })
  );
}
