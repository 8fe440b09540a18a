import { z } from 'zod';
import { fileAsText } from '../mirror/mirror-message.ts';
import type { ClaimedJob } from '../storage/contract.ts';
import type { JobOutcome } from '../storage/lane-worker-contract.ts';
import type { Binding } from './bindings.ts';
import type { LiveTexJobOf } from './livetex-job.ts';
import type { PluginParts } from './plugin-parts.ts';
import { dialogLane } from './queue-names.ts';

/** How far a refused file's texts have come, by the name of the dialog's lane: one file at a time, as the lane is strict. */
const REFUSED_FILES = 'livetex-refused-files';
const progressSchema = z.object({ job: z.int(), sent: z.int().positive() });

/**
 * A file that LiveTex refuses for good goes as a text with its link: within the same job, so that its place in the order
 * stays. A text too long for one message goes in parts; each that LiveTex has is noted, so that another try of the job
 * goes on behind it and doubles none.
 */
export async function sendRefusedFile(
  parts: Pick<PluginParts, 'storage' | 'logger'>,
  binding: Binding,
  job: ClaimedJob,
  file: LiveTexJobOf<'sendFile'>,
  signal: AbortSignal,
): Promise<JobOutcome> {
  const { storage, logger } = parts;
  const userId = job.lane;
  const lane = dialogLane(binding.id, userId);
  logger.warn('LiveTex refuses a file, sent as a text with its link', { binding: binding.id, userId });
  const texts = fileAsText(file, binding.config.maxTextLength);
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
