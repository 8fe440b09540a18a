import { z } from 'zod';
import { type CodedError, codeOf } from '../contract/coded-error.ts';
import type { DialogEvent } from '../contract/dialog.ts';
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
  if (state.transfer !== request.transfer || state.mode === 'bot') {
    const facts = { binding: binding.id, userId: job.lane, transfer: request.transfer };
    context.logger.info('selection of an older transfer dropped', facts);
    return {};
  }
  const notBefore = await firstTriedAt(context, binding, lane, request.transfer);
  try {
    await send(binding, job.lane, request, signal);
  } catch (error) {
    if (!isRefusal(error, request, triesLeft)) throw error;
    const reason = `${error.code}: ${error.message}`;
    return tell({ type: 'SelectionRefused', transfer: request.transfer, reason });
  }
  return tell({ type: 'Selected', transfer: request.transfer, notBefore });

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

async function send(
  binding: Binding,
  userId: string,
  request: LiveTexJobOf<'selectDestination'>,
  signal: AbortSignal,
): Promise<void> {
  const { name, attributes, hidden } = request;
  const groupId = request.groupId ?? (await firstGroup(binding, signal));
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

async function firstGroup(binding: Binding, signal: AbortSignal): Promise<string> {
  const [group] = await binding.client.getDestinations(signal);
  if (group === undefined) throw pluginError('livetex_no_group', { binding: binding.id });
  return group.destination_id;
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
