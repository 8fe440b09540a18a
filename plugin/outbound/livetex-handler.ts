import { codeOf } from '../contract/coded-error.ts';
import type { ClaimedJob } from '../storage/contract.ts';
import type { JobAttempt, JobOutcome } from '../storage/lane-worker-contract.ts';
import type { Binding, PluginContext } from '../core/plugin-context.ts';
import { type LiveTexJobOf, liveTexJobSchema, dialogLane, REFUSED_FILES } from '../core/jobs.ts';
import { selectDestination } from './select-destination.ts';
import { z } from 'zod';
import { fileAsText, mirrorSettings } from '../mirror/mirror-message.ts';

/** One request to LiveTex: a mirrored text or file, or the selection of a group. */
export function createLiveTexHandler(
  context: PluginContext,
  binding: Binding,
): (job: ClaimedJob, attempt: JobAttempt) => Promise<JobOutcome> {
  return async (job, attempt) => {
    const { signal } = attempt;
    const request = liveTexJobSchema.parse(job.payload);
    const userId = job.lane;
    switch (request.kind) {
      case 'sendText':
        await binding.client.sendText({ user_id: userId, text: request.text }, signal);
        return {};
      case 'sendFile':
        return sendFile(context, binding, job, request, signal);
      case 'selectDestination':
        return selectDestination(context, binding, job, request, attempt);
    }
  };
}

async function sendFile(
  context: PluginContext,
  binding: Binding,
  job: ClaimedJob,
  file: LiveTexJobOf<'sendFile'>,
  signal: AbortSignal,
): Promise<JobOutcome> {
  const { url, name, size, comment } = file;
  try {
    await binding.client.sendFile(
      {
        user_id: job.lane,
        url,
        ...(name === undefined ? {} : { file_name: name }),
        ...(size === undefined ? {} : { size }),
        ...(comment === undefined ? {} : { comment }),
      },
      signal,
    );
  } catch (error) {
    if (!refusesFile(error, job.attempts)) throw error;
    return sendRefusedFile(context, binding, job, file, signal);
  }
  return {};
}

/**
 * Tries of one file that LiveTex fails on before it goes as a text. Our choice: with the growing pauses between them some
 * seconds, in which a passing fault is over; the messages behind it, a selection among them, wait as long.
 */
const MAX_FILE_TRIES = 4;

/**
 * This file, or any file: an account without the method must not stand still at the first one (sent as a text, it tells
 * whether the token is at fault). A file that LiveTex fails on again and again is given up, too: when it fails on
 * everything, the text fails as well and is tried again.
 */
function refusesFile(error: unknown, attempts: number): boolean {
  const code = codeOf(error);
  if (code === 'livetex_refused' || code === 'livetex_method_forbidden') return true;
  const isFailure = code === 'livetex_failed' || code === 'livetex_answer_invalid' || code === 'livetex_timeout';
  return isFailure && attempts + 1 >= MAX_FILE_TRIES;
}

const progressSchema = z.object({ job: z.int(), sent: z.int().positive() });

/**
 * A file that LiveTex refuses for good goes as a text with its link: within the same job, so that its place in the order
 * stays. A text too long for one message goes in parts; each that LiveTex has is noted, so that another try of the job
 * goes on behind it and doubles none.
 */
async function sendRefusedFile(
  context: Pick<PluginContext, 'storage' | 'logger'>,
  binding: Binding,
  job: ClaimedJob,
  file: LiveTexJobOf<'sendFile'>,
  signal: AbortSignal,
): Promise<JobOutcome> {
  const { storage, logger } = context;
  const userId = job.lane;
  const lane = dialogLane(binding.id, userId);
  logger.warn('LiveTex refuses a file, sent as a text with its link', { binding: binding.id, userId });
  const texts = fileAsText(file, mirrorSettings(binding.config));
  const before = texts.length === 1 ? 0 : await sentBefore();
  for (const [index, text] of texts.entries()) {
    if (index < before) continue;
    await binding.client.sendText({ user_id: userId, text }, signal);
    const progress = { job: job.id, sent: index + 1 };
    if (progress.sent < texts.length) {
      await storage.transaction((tx) => tx.putRecord(REFUSED_FILES, lane, progress));
    }
  }
  return texts.length === 1 ? {} : { commit: (tx) => tx.deleteRecord(REFUSED_FILES, lane) };

  async function sentBefore(): Promise<number> {
    const record = await storage.read((tx) => tx.getRecord(REFUSED_FILES, lane));
    const progress = record === undefined ? undefined : progressSchema.parse(record.value);
    // What another job left behind was given up.
    return progress?.job === job.id ? progress.sent : 0;
  }
}
