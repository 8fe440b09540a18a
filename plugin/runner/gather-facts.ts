import { askHost, scriptsThere } from '../core/ask-host.ts';
import { attributesForLiveTex } from '../contract/attributes.ts';
import type { DialogEvent } from '../contract/dialog.ts';
import type { LeadRef } from '../contract/lead.ts';
import { mayNeedFacts, needsOf, type Facts } from '../dialog/facts.ts';
import type { Binding, PluginContext } from '../core/plugin-context.ts';
import { readDialog } from '../core/dialog-record.ts';
import { dialogLane } from '../core/jobs.ts';

/**
 * Fetches what the machine will ask for, before the transaction: inside it nothing may be awaited but storage. The
 * dialog cannot change in between, since only its own lane changes it.
 */
export async function gatherFacts(
  context: Pick<PluginContext, 'storage' | 'host' | 'clock'>,
  binding: Binding,
  userId: string,
  lead: LeadRef,
  event: DialogEvent,
): Promise<Facts> {
  if (!mayNeedFacts(event)) return {};
  const { state } = await context.storage.read((tx) => readDialog(tx, dialogLane(binding.id, userId)));
  const needs = needsOf(state, event);
  const scripts = { scripts: await scriptsThere(context.host, lead, needs.scripts) };
  if (!needs.transfer) return scripts;

  const availability = await binding.client.availability({ fresh: true });
  // Read last: the moment of the transfer.
  const profile = await askHost('attributes.get', () => context.host.attributes.get(lead));
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
    liveTexTime: binding.clock.earliest(context.clock.now()),
  };
}

function wellFormed(attributes: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [key.toWellFormed(), value.toWellFormed()]),
  );
}
