import { askHost, scriptsThere } from '../core/ask-host.ts';
import { attributesForLiveTex, type LiveTexAttrs } from '../contract/attributes.ts';
import type { DialogEvent } from '../contract/dialog.ts';
import type { LeadRef } from '../contract/lead.ts';
import { mayNeedFacts, needsOf, type Facts } from '../dialog/facts.ts';
import type { Binding, PluginContext } from '../core/plugin-context.ts';
import { originNow } from '../core/origin.ts';
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
  const profile = await askHost('attributes.get', () => context.host.attributes.get(lead, originNow()));
  return {
    ...scripts,
    availability: {
      state: availability.state,
      groupId: availability.group?.destination_id ?? null,
      ...(availability.group?.name === undefined ? {} : { groupName: availability.group.name }),
      ...(availability.error ? { reason: availability.error.message } : {}),
    },
    profile: {
      name: nameOf(profile.name),
      attributes: attributesForLiveTex({ ...reasonOf(event), ...profile.attributes }),
    },
    liveTexTime: binding.clock.earliest(context.clock.now()),
  };
}

/** What the reason of a transfer is called in the dialog's header. */
const REASON = 'Причина';

function reasonOf(event: DialogEvent): LiveTexAttrs {
  return event.type === 'TransferRequested' && event.reason !== undefined ? { [REASON]: event.reason } : {};
}

/** Longest name that the operators' desk gets, UTF-16 units. Our choice: longer than people's names are. */
const MAX_NAME_LENGTH = 255;

function nameOf(name: string | undefined): string | null {
  const clean = name?.slice(0, MAX_NAME_LENGTH).toWellFormed().replaceAll('\u0000', '').trim();
  return clean ? clean : null;
}
