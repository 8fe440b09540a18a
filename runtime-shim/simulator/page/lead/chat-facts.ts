import type { Attachment } from '../../../../plugin/contract/message.ts';
import type { DialogMode } from '../../../../plugin/contract/dialog.ts';
import type { EntryRecord, LeadRecord, MessageRecord } from '../../records.ts';

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

/** What came of one of the lead's messages, beside what the chat itself shows. */
export interface MessageOutcome {
  /** The first script that failed because of it. */
  readonly failed?: EntryRecord;
  /** Nothing ran, since the dialog was not the bot's: where it was instead. */
  readonly silent?: Exclude<DialogMode, 'bot'>;
}

/**
 * By the message's number. The bot's silence is told once, at the first message that it did not answer. Entries come in
 * their order; what happened before the oldest of them is known from the lead alone.
 */
export function outcomesOf(entries: readonly EntryRecord[], lead: LeadRecord): ReadonlyMap<number, MessageOutcome> {
  const own = entries.filter((entry) => entry.userId === lead.userId);
  const failed = new Map<number, EntryRecord>();
  const ran = new Set<number>();
  for (const entry of own) {
    if (entry.facts.kind !== 'script') continue;
    ran.add(entry.chain);
    if (entry.facts.error !== undefined && !failed.has(entry.chain)) failed.set(entry.chain, entry);
  }
  const outcomes = new Map<number, MessageOutcome>();
  let mode = firstMode(own, lead);
  let wasSilent = false;
  for (const { facts, chain } of own) {
    if (facts.kind === 'mode') mode = facts.to;
    if (facts.kind !== 'lead_message') continue;
    const error = failed.get(chain);
    const isSilent = mode !== 'bot' && !ran.has(chain);
    if (error !== undefined) outcomes.set(facts.seq, { failed: error });
    else if (mode !== 'bot' && isSilent && !wasSilent) outcomes.set(facts.seq, { silent: mode });
    wasSilent = isSilent;
  }
  return outcomes;
}

function firstMode(own: readonly EntryRecord[], lead: LeadRecord): DialogMode {
  for (const { facts } of own) if (facts.kind === 'mode') return facts.from;
  return lead.dialog?.mode ?? 'bot';
}

/** How many attributes there are: a system attribute that holds an object is as many as it has keys. */
export function attributeCount({ attributes, systemAttributes }: LeadRecord): number {
  return Object.values(systemAttributes).reduce<number>(
    (count, value) =>
      count + (typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value).length : 1),
    Object.keys(attributes).length,
  );
}
