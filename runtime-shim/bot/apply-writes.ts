import type { Json } from '../../plugin/contract/guest.ts';
import type { ScriptWrites } from '../sandbox/contract.ts';
import type { Play } from './play.ts';

/** Makes a script's collected writes part of the scenario. */
export function applyWrites(play: Play, writes: ScriptWrites): void {
  const { lead } = play;
  play.lead = {
    ...lead,
    attributes: merged(lead.attributes, writes.attributes),
    systemAttributes: merged<Json>(lead.systemAttributes, writes.systemAttributes),
    tags: retagged(lead.tags, writes.tags.add, writes.tags.remove),
  };
  play.botAttributes = merged(play.botAttributes, writes.bot);
  play.memory = merged(play.memory, writes.memory);
  for (const [key, value] of Object.entries(writes.bot)) play.botWrites.set(key, value);
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
): Record<string, Value> {
  const all = new Map<string, Value>(Object.entries(present));
  for (const [key, value] of Object.entries(writes)) {
    if (value === null) all.delete(key);
    else all.set(key, value);
  }
  return Object.fromEntries(all);
}
