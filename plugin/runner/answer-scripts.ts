/** What scripts ask of the plugin while they run: operators, groups, hours, the latest transfer. */
import { z } from 'zod';
import type { GuestFunction, KnownAnswer } from '../contract/guest.ts';
import { chooseGroup, findGroup, type Group, groupNameSchema, groupsOf, listedGroups } from '../contract/groups.ts';
import { type LeadRef, userIdOf } from '../contract/lead.ts';
import { isWorkingTime } from '../contract/schedule.ts';
import { pluginError } from '../errors.ts';
import { readDialog } from '../core/dialog-record.ts';
import { dialogLane } from '../core/jobs.ts';
import type { Binding, PluginContext } from '../core/plugin-context.ts';
import { lastTransferOf } from '../dialog/dialog-state.ts';

/** What a missing answer comes to, in the author's log. */
const CONSEQUENCE = 'считаем, что их нет';

/**
 * LiveTex's groups, by what is known within the last seconds. What cannot be known counts as none, and the author's log says why:
 * a script asks in order to choose, and must go on.
 */
export async function groupsFor(
  context: PluginContext,
  lead: LeadRef,
  call: string,
): Promise<readonly Group[] | undefined> {
  const binding = context.bindings.of(lead);
  if (binding === undefined) {
    const error = unboundError(context, lead);
    tellAuthor(`${call}: ${CONSEQUENCE}. ${error.code}: ${error.message}`);
    return undefined;
  }
  const availability = await binding.client.availability();
  if (availability.state !== 'unknown') return groupsOf(availability.groups);
  const why = availability.error ? `: ${availability.error.message}` : '';
  tellAuthor(`${call}: неизвестно, есть ли операторы онлайн, ${CONSEQUENCE}${why}`);
  return undefined;

  function tellAuthor(text: string): void {
    context.host.authorLog?.(lead, { level: 'warn', text });
  }
}

type Question = 'hasOnlineOperators' | 'hasFreeOperators';

/**
 * Of a named group, or of all that a transfer would try: the binding's own and its reserve.
 * @throws group_unknown
 */
export function answerOf(
  question: Question,
  groups: readonly Group[],
  name: string | null,
  binding?: Binding,
): boolean {
  const group =
    name === null ? chooseGroup(groups, {}, binding?.config ?? { reserveGroups: [] }).group : findGroup(groups, name);
  if (name !== null && group === undefined) {
    throw pluginError('group_unknown', { group: name, groups: listedGroups(groups) });
  }
  if (group === undefined || !group.online) return false;
  return question === 'hasOnlineOperators' || group.free;
}

const askedGroupSchema = z.object({ group: groupNameSchema }).nullable();

/** `livetex.hasOnlineOperators(group)` and `livetex.hasFreeOperators(group)` of the sandbox; `null`: no group is named. */
function operatorsFunction(question: Question): (context: PluginContext) => GuestFunction {
  return (context) =>
    async ({ lead }, args) => {
      const asked = askedGroupSchema.safeParse(args).data ?? null;
      const groups = await groupsFor(context, lead, `livetex.${question}()`);
      return groups !== undefined && answerOf(question, groups, asked?.group ?? null, context.bindings.of(lead));
    };
}

export const hasOnlineOperatorsFunction = operatorsFunction('hasOnlineOperators');
export const hasFreeOperatorsFunction = operatorsFunction('hasFreeOperators');

/** `livetex.getGroups()` of the sandbox: none while LiveTex does not answer. */
export function getGroupsFunction(context: PluginContext): GuestFunction {
  return async ({ lead }) => [...((await groupsFor(context, lead, 'livetex.getGroups()')) ?? [])];
}

/** `livetex.isWorkingTime()` of the sandbox. */
export function isWorkingTimeFunction(context: PluginContext): GuestFunction {
  return async ({ lead }) => isWorkingTime(context.bindings.of(lead)?.config.schedule, context.clock.now());
}

/** `livetex.getLastTransfer()` of the sandbox: as the dialog stands when the script asks. */
export function getLastTransferFunction(context: PluginContext): GuestFunction {
  return async ({ lead }) => {
    const binding = context.bindings.of(lead);
    if (binding === undefined) return null;
    const lane = dialogLane(binding.id, userIdOf(lead));
    const { state } = await context.storage.read((tx) => readDialog(tx, lane));
    return lastTransferOf(state);
  };
}

/** What scripts may ask, as it would be answered at once: the same answers, so a script gets them beforehand. */
export function knownToScripts(context: Pick<PluginContext, 'bindings' | 'clock'>, lead: LeadRef): KnownAnswer[] {
  const binding = context.bindings.of(lead);
  const known = binding?.client.knownAvailability?.();
  // What is unknown has its reason told to the author, once for each script that asks.
  if (known === undefined || known.availability.state === 'unknown') return [];
  const { forMs } = known;
  const groups = groupsOf(known.availability.groups);
  return [
    ...(['hasOnlineOperators', 'hasFreeOperators'] as const).map((name) => ({
      name,
      args: null,
      value: answerOf(name, groups, null, binding),
      forMs,
    })),
    { name: 'getGroups', args: null, value: groups, forMs },
  ];
}

/** Why no binding takes this lead. */
export function unboundError(context: Pick<PluginContext, 'bindings'>, lead: LeadRef) {
  const takesBot = context.bindings.all.some((binding) => context.bindings.takesBot(binding, lead.botId));
  return takesBot
    ? pluginError('channel_excluded', { channel: lead.channel })
    : pluginError('bot_not_bound', { botId: lead.botId });
}
