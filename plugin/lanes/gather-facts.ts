import { pluginError } from '../errors.ts';
import { attributesForLiveTex } from '../contract/attributes.ts';
import type { DialogEvent } from '../contract/dialog-event.ts';
import type { LiveTexHost } from '../contract/host.ts';
import type { LeadRef } from '../contract/lead.ts';
import type { ScriptType } from '../contract/script-types.ts';
import { mayNeedFacts, needsOf } from '../dialog/needs.ts';
import type { Facts } from '../dialog/transition-context.ts';
import type { Binding } from './bindings.ts';
import { readDialog } from './dialog-record.ts';
import type { PluginParts } from './plugin-parts.ts';
import { dialogLane } from './queue-names.ts';

/**
 * Fetches what the machine will ask for, before the transaction: inside it nothing may be awaited but storage. The
 * dialog cannot change in between, since only its own lane changes it.
 */
export async function gatherFacts(
  parts: Pick<PluginParts, 'storage' | 'host' | 'clock'>,
  binding: Binding,
  userId: string,
  lead: LeadRef,
  event: DialogEvent,
): Promise<Facts> {
  if (!mayNeedFacts(event)) return {};
  const { state } = await parts.storage.read((tx) => readDialog(tx, dialogLane(binding.id, userId)));
  const needs = needsOf(state, event);
  const scripts = { scripts: await scriptsThere(parts.host, lead, needs.scripts) };
  if (!needs.transfer) return scripts;

  const availability = await binding.client.availability({ fresh: true });
  // Read last: the moment of the transfer.
  const profile = await askHost('attributes.get', () => parts.host.attributes.get(lead));
  return {
    ...scripts,
    availability: {
      state: availability.state,
      groupId: availability.group?.destination_id ?? null,
      ...(availability.error ? { reason: availability.error.message } : {}),
    },
    profile: {
      name: profile.name?.trim() ? profile.name.toWellFormed() : null,
      attributes: wellFormed(attributesForLiveTex(profile.attributes)),
    },
    liveTexTime: binding.clock.earliest(parts.clock.now()),
  };
}

/** Those of the script types that the lead's bot has. */
export async function scriptsThere(
  host: LiveTexHost,
  lead: LeadRef,
  types: readonly ScriptType[],
): Promise<ReadonlySet<ScriptType>> {
  const found = new Set<ScriptType>();
  for (const type of types) {
    if (await askHost('hasScript', () => host.hasScript(lead, { type }))) found.add(type);
  }
  return found;
}

/** @throws host_failed */
export async function askHost<Value>(port: string, ask: () => Promise<Value>): Promise<Value> {
  try {
    return await ask();
  } catch (error) {
    throw pluginError('host_failed', { port }, error);
  }
}

function wellFormed(attributes: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [key.toWellFormed(), value.toWellFormed()]),
  );
}
