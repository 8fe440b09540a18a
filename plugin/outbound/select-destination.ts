import { z } from 'zod';
import { type CodedError, codeOf } from '../contract/coded-error.ts';
import type { DialogEvent } from '../contract/dialog.ts';
import { chooseGroup, type Group, type GroupChoice, groupsOf, unknownGroupsNote } from '../contract/groups.ts';
import { DESTINATION_TYPE } from '../contract/livetex-api.ts';
import { pluginError } from '../errors.ts';
import type { ClaimedJob } from '../storage/contract.ts';
import type { JobAttempt, JobOutcome } from '../storage/lane-worker-contract.ts';
import type { Binding, PluginContext } from '../core/plugin-context.ts';
import { isTokenProblem } from './classify-failure.ts';
import { readDialog } from '../core/dialog-record.ts';
import { type LiveTexJobOf, dialogJob, dialogLane, FIRST_TRY_SCOPE } from '../core/jobs.ts';

/**
 * A selection that fails with so few tries left is given up as refused: about an hour before the worker would make it a dead letter
 * without telling the dialog, so that it is told even when the last tries fail for another reason.
 */
const GIVE_UP_WITH_TRIES = 24;

/**
 * Hands the dialog to a group. Looked at once more at the moment of sending: when the transfer is no longer the dialog's
 * current one, nothing is sent, so a selection that was retrying cannot hand over a dialog that went back to the bot.
 */
export async function selectDestination(
  context: PluginContext,
  binding: Binding,
  job: ClaimedJob,
  request: LiveTexJobOf<'selectDestination'>,
  { signal, triesLeft }: JobAttempt,
): Promise<JobOutcome> {
  const lane = dialogLane(binding.id, job.lane);
  const { state } = await context.storage.read((tx) => readDialog(tx, lane));
  if (state.transfer !== request.transfer || (state.mode === 'bot' && !state.messageLeft)) {
    const facts = { binding: binding.id, userId: job.lane, transfer: request.transfer };
    context.logger.info('selection of an older transfer dropped', facts);
    return {};
  }
  const notBefore = await firstTriedAt(context, binding, lane, request.transfer);
  let selected: Chosen;
  try {
    selected = await send(binding, job.lane, request, signal);
  } catch (error) {
    if (!isRefusal(error, request, triesLeft)) throw error;
    const reason = `${error.code}: ${error.message}`;
    return tell({ type: 'SelectionRefused', transfer: request.transfer, reason });
  }
  return tell({ type: 'Selected', transfer: request.transfer, notBefore, ...selected });

  function tell(event: DialogEvent): JobOutcome {
    return { commit: (tx) => tx.enqueue([dialogJob(lane, event)]) };
  }
}

/**
 * When this transfer's selection was first tried, by LiveTex's clock; `null` when it was unknown then. Stored before the
 * request is sent: a try may take effect with its answer lost, also by the death of this process, and operators do not
 * wait for the next try. What they did since the first one belongs to this transfer.
 */
async function firstTriedAt(
  context: PluginContext,
  binding: Binding,
  lane: string,
  transfer: number,
): Promise<number | null> {
  const at = binding.clock.earliest(context.clock.now());
  const first = await context.storage.transaction((tx) =>
    tx.remember(`${FIRST_TRY_SCOPE}/${lane}`, String(transfer), at),
  );
  return first === undefined ? at : z.number().nullable().parse(first.value);
}

/** A group that was chosen only when the selection was sent, and what the bot's author should read of it. */
interface Chosen {
  readonly groupId?: string;
  readonly groupName?: string;
  readonly note?: string;
}

/** For the group that was decided on; where it is not known, or gone since, for the one that LiveTex's groups of now give. */
async function send(
  binding: Binding,
  userId: string,
  request: LiveTexJobOf<'selectDestination'>,
  signal: AbortSignal,
): Promise<Chosen> {
  const { groupId, groupName, wanted = {} } = request;
  if (groupId !== null) {
    try {
      await select(binding, userId, request, groupId, signal);
      return {};
    } catch (error) {
      if (codeOf(error) !== 'livetex_refused') throw error;
      const groups = groupsOf(await binding.client.getDestinations(signal));
      const { group } = chooseGroup(groups, wanted, binding.config);
      if (group === undefined || groups.some(({ id }) => id === groupId)) throw error;
      await select(binding, userId, request, group.id, signal);
      return chosen(groups, { group, unknown: [groupName ?? groupId] });
    }
  }
  const groups = groupsOf(await binding.client.getDestinations(signal));
  const choice = chooseGroup(groups, wanted, binding.config);
  if (choice.group === undefined) throw pluginError('livetex_no_group', { binding: binding.id });
  await select(binding, userId, request, choice.group.id, signal);
  return chosen(groups, choice);
}

function chosen(groups: readonly Group[], choice: GroupChoice): Chosen {
  const { group } = choice;
  const note = unknownGroupsNote(groups, choice);
  return {
    ...(group === undefined ? {} : { groupId: group.id, groupName: group.name }),
    ...(note === undefined ? {} : { note }),
  };
}

async function select(
  binding: Binding,
  userId: string,
  { name, attributes, hidden }: LiveTexJobOf<'selectDestination'>,
  groupId: string,
  signal: AbortSignal,
): Promise<void> {
  await binding.client.selectDestination(
    {
      user_id: userId,
      destination_type: DESTINATION_TYPE,
      destination_id: groupId,
      ...(name === null ? {} : { name }),
      ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
      ...(Object.keys(hidden).length === 0 ? {} : { hidden_attributes: hidden }),
    },
    signal,
  );
}

/**
 * Refused for good: 400, and 401 and 403 too, as the lead should not wait for somebody to mend the token. When LiveTex
 * asked anew an operator may be talking, so then a token problem is waited out.
 */
function isRefusal(error: unknown, request: LiveTexJobOf<'selectDestination'>, triesLeft: number): error is CodedError {
  if (codeOf(error) === 'livetex_refused') return true;
  if (isTokenProblem(error)) return !request.again;
  return triesLeft < GIVE_UP_WITH_TRIES && codeOf(error)?.startsWith('livetex_') === true;
}
