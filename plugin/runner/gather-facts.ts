import { askHost, scriptsThere } from '../core/ask-host.ts';
import {
  attributesForLiveTex,
  type BoundedAttributes,
  MAX_ATTRIBUTES,
  MAX_KEY_LENGTH,
  MAX_VALUE_LENGTH,
} from '../contract/attributes.ts';
import type { DialogEvent, DialogState, EventOf } from '../contract/dialog.ts';
import { groupsOf } from '../contract/groups.ts';
import { filledHeader } from '../contract/header-templates.ts';
import type { LeadRef } from '../contract/lead.ts';
import { type ScriptRef, scriptTypeOf } from '../contract/script-types.ts';
import { type DialogSettings, mayNeedFacts, needsOf, type Facts } from '../dialog/facts.ts';
import { rescueOf } from '../dialog/stumbles.ts';
import type { Binding, PluginContext } from '../core/plugin-context.ts';
import { originNow } from '../core/origin.ts';
import { readDialog } from '../core/dialog-record.ts';
import { dialogLane } from '../core/jobs.ts';

/**
 * Fetches what the machine will ask for, before the transaction: inside it nothing may be awaited but storage. The
 * dialog cannot change in between, since only its own lane changes it.
 */
export async function gatherFacts(
  context: Pick<PluginContext, 'storage' | 'host'>,
  binding: Binding,
  userId: string,
  lead: LeadRef,
  event: DialogEvent,
): Promise<Facts> {
  if (!mayNeedFacts(event, binding.config)) return {};
  const { state } = await context.storage.read((tx) => readDialog(tx, dialogLane(binding.id, userId)));
  const needs = needsOf(state, event, binding.config);
  const scripts = {
    scripts: await scriptsThere(context.host, lead, needs.scripts),
    ...(needs.exitScript ? { exitScript: await exitScriptOf(context, binding, lead) } : {}),
  };
  if (!needs.transfer) {
    return needs.profile ? { ...scripts, profile: await profileOf(context, binding, lead, { state, event }) } : scripts;
  }
  const availability = await binding.client.availability({ fresh: true });
  return {
    ...scripts,
    availability: {
      groups: availability.state === 'unknown' ? null : groupsOf(availability.groups),
      ...(availability.error ? { reason: availability.error.message } : {}),
    },
    // Read last: the moment of the transfer.
    profile: await profileOf(context, binding, lead, { state, event }),
  };
}

async function exitScriptOf(
  { host }: Pick<PluginContext, 'host'>,
  { config }: Binding,
  lead: LeadRef,
): Promise<ScriptRef | null> {
  if (config.exit === undefined) return null;
  const type = scriptTypeOf(config.exit.script);
  const script = type === undefined ? { code: config.exit.script } : { type };
  return (await askHost('hasScript', () => host.hasScript(lead, script, originNow()))) ? script : null;
}

/** What the operators shall see of the lead now: the binding's header, and what scripts have set, which wins. */
async function profileOf(
  { host }: Pick<PluginContext, 'host'>,
  { config }: Binding,
  lead: LeadRef,
  { state, event }: { readonly state: DialogState; readonly event: DialogEvent },
): Promise<NonNullable<Facts['profile']>> {
  const profile = await askHost('attributes.get', () => host.attributes.get(lead, originNow()));
  const name = nameOf(profile.name);
  const request = requestOf(state, event, config);
  const course = request ?? state.lastTransfer;
  const earlier = request === undefined ? state.transfer - 1 : state.transfer;
  const header = filledHeader(config.header, {
    channel: lead.channel,
    lastLeadMessage: state.lastLeadMessage ?? '',
    name: name ?? '',
    tags: (profile.tags ?? []).join(', '),
    script: course?.script ?? '',
    reason: course?.reason ?? '',
    transfers: earlier > 0 ? String(earlier) : '',
  });
  const shown = attributesForLiveTex({ ...header, ...profile.attributes });
  const hidden = attributesForLiveTex(profile.hiddenAttributes ?? {});
  const problem = [problemOf('Атрибуты для оператора', shown), problemOf('Скрытые атрибуты', hidden)]
    .filter((text) => text !== '')
    .join('. ');
  return { name, attributes: shown.values, hidden: hidden.values, ...(problem === '' ? {} : { problem }) };
}

/** What asks for operators by this event; `undefined`: nothing. */
function requestOf(
  state: DialogState,
  event: DialogEvent,
  settings: DialogSettings,
): EventOf<'TransferRequested' | 'LeaveMessageRequested'> | undefined {
  if (event.type === 'BotStumbled') return rescueOf(state, event, settings);
  return event.type === 'TransferRequested' || event.type === 'LeaveMessageRequested' ? event : undefined;
}

/** Keys that one line of the author's log names, at most, and how much of each, UTF-16 units. */
const MAX_NAMED = 5;
const MAX_NAME_SHOWN = 50;

function problemOf(what: string, { left, cut }: BoundedAttributes): string {
  const named = (keys: readonly string[]): string =>
    keys
      .slice(0, MAX_NAMED)
      .map((key) => `«${key.slice(0, MAX_NAME_SHOWN).toWellFormed()}»`)
      .join(', ') + (keys.length > MAX_NAMED ? ` и ещё ${keys.length - MAX_NAMED}` : '');
  const parts = [
    ...(left.length === 0 ? [] : [`больше ${MAX_ATTRIBUTES} LiveTex не передаём, остались ${named(left)}`]),
    ...(cut.length === 0
      ? []
      : [`укорочены (ключ до ${MAX_KEY_LENGTH} знаков, значение до ${MAX_VALUE_LENGTH}): ${named(cut)}`]),
  ];
  return parts.length === 0 ? '' : `${what}: ${parts.join('; ')}`;
}

/** Longest name that the operators' desk gets, UTF-16 units. Our choice: longer than people's names are. */
const MAX_NAME_LENGTH = 255;

function nameOf(name: string | undefined): string | null {
  const clean = name?.slice(0, MAX_NAME_LENGTH).toWellFormed().replaceAll('\u0000', '').trim();
  return clean ? clean : null;
}
