import type { Json } from '../../../plugin/contract/guest.ts';
import type { ScriptWrites } from '../../sandbox/contract.ts';
import { shimError } from '../../errors.ts';
import { type Play, type SaidError, saidError } from './play.ts';

/**
 * Characters of all attributes of a lead, of a bot and of a scenario's memory, each. Our choice: all of them are read and given to
 * every script of the lead, so a script that adds a little with each message must not hold up the server in the end.
 */
export const MAX_ATTRIBUTES_CHARS = 1_000_000;
/** What an entry counts beside its key and value: thousands of tiny ones take as long as few large ones. */
const ENTRY_CHARS = 100;

/** Nothing written. */
export const NO_WRITES: ScriptWrites = {
  attributes: {},
  systemAttributes: {},
  tags: { add: [], remove: [] },
  contexts: {},
  bot: {},
  memory: {},
};

/**
 * Makes a script's collected writes part of the scenario; `false`, and nothing is changed, when what is kept would grow
 * beyond the limit. What is beyond it already may still be made smaller.
 */
export function applyWrites(play: Play, writes: ScriptWrites): boolean {
  const { lead } = play;
  const attributes = merged(lead.attributes, writes.attributes);
  const systemAttributes = merged<Json>(lead.systemAttributes, writes.systemAttributes);
  const tags = retagged(lead.tags, writes.tags.add, writes.tags.remove);
  const contexts = merged(lead.contexts ?? {}, writes.contexts);
  const bot = merged(play.botAttributes, writes.bot);
  const memory = merged(play.memory, writes.memory);
  const fits =
    mayBecome(lead.attributes, attributes) &&
    mayBecome(lead.systemAttributes, systemAttributes) &&
    mayBecome(lead.tags, tags) &&
    mayBecome(lead.contexts ?? {}, contexts) &&
    mayBecome(play.botAttributes, bot) &&
    mayBecome(play.memory, memory);
  if (!fits) return false;
  play.lead = { ...lead, attributes, systemAttributes, tags, contexts };
  play.botAttributes = bot;
  play.memory = memory;
  for (const [key, value] of Object.entries(writes.bot)) play.botWrites.set(key, value);
  return true;
}

/** May the bot's attributes be changed so by a script that runs for no lead? */
export function botMayKeep(present: Readonly<Record<string, string>>, writes: ScriptWrites['bot']): boolean {
  return mayBecome(present, merged(present, writes));
}

/** Why `applyWrites` changed nothing. */
export function attributesFull(): SaidError {
  return saidError(shimError('script_attributes_full', { limit: MAX_ATTRIBUTES_CHARS }));
}

function mayBecome(before: object, after: object): boolean {
  if (after === before) return true;
  const size = sizeOf(after);
  return size <= MAX_ATTRIBUTES_CHARS || size < sizeOf(before);
}

function sizeOf(kept: object): number {
  let size = 0;
  for (const [key, value] of Object.entries(kept)) size += key.length + lengthOf(value) + ENTRY_CHARS;
  return size;
}

function lengthOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  return JSON.stringify(value).length;
}

/** The attributes that a script wrote, for the timeline. */
export function writtenAttributes(writes: ScriptWrites): Record<string, Json> {
  const written: Array<[string, Json]> = [
    ...Object.entries(writes.attributes).map(([key, entry]): [string, Json] => [key, entry?.value ?? null]),
    ...Object.entries(writes.systemAttributes),
  ];
  return Object.fromEntries(written);
}

/** Tags without doubles, in the order they were added. */
export function retagged(tags: readonly string[], add: readonly string[], remove: readonly string[]): string[] {
  const gone = new Set(remove);
  return [...new Set([...tags, ...add])].filter((tag) => !gone.has(tag));
}

/** `null` deletes. By way of entries, so that a key `__proto__` is a key like any other. */
function merged<Value>(
  present: Readonly<Record<string, Value>>,
  writes: Readonly<Record<string, Value | null>>,
): Readonly<Record<string, Value>> {
  const changes = Object.entries(writes);
  if (changes.length === 0) return present;
  const all = new Map<string, Value>(Object.entries(present));
  for (const [key, value] of changes) {
    if (value === null) all.delete(key);
    else all.set(key, value);
  }
  return Object.fromEntries(all);
}
