import { codeOf } from '../contract/coded-error.ts';
import { fileAsText } from '../mirror/mirror-message.ts';
import type { ClaimedJob } from '../storage/contract.ts';
import type { JobOutcome } from '../storage/lane-worker-contract.ts';
import type { Binding } from './bindings.ts';
import { type LiveTexJobOf, liveTexJobSchema } from './livetex-job.ts';
import type { PluginParts } from './plugin-parts.ts';
import { selectDestination } from './select-destination.ts';

/** One request to LiveTex: a mirrored text or file, or the selection of a group. */
export function createLiveTexHandler(
  parts: PluginParts,
  binding: Binding,
): (job: ClaimedJob, context: { readonly signal: AbortSignal }) => Promise<JobOutcome> {
  return async (job, { signal }) => {
    const request = liveTexJobSchema.parse(job.payload);
    const userId = job.lane;
    switch (request.kind) {
      case 'sendText':
        await binding.client.sendText({ user_id: userId, text: request.text }, signal);
        return {};
      case 'sendFile':
        await sendFile(parts, binding, userId, request, signal);
        return {};
      case 'selectDestination':
        return selectDestination(parts, binding, job, request, signal);
    }
  };
}

/** A file that LiveTex refuses for good goes as a text with its link: within the same job, so that its place in the order stays. */
async function sendFile(
  parts: PluginParts,
  binding: Binding,
  userId: string,
  file: LiveTexJobOf<'sendFile'>,
  signal: AbortSignal,
): Promise<void> {
  const { url, name, size, comment } = file;
  try {
    await binding.client.sendFile(
      {
        user_id: userId,
        url,
        ...(name === undefined ? {} : { file_name: name }),
        ...(size === undefined ? {} : { size }),
        ...(comment === undefined ? {} : { comment }),
      },
      signal,
    );
  } catch (error) {
    if (codeOf(error) !== 'livetex_refused') throw error;
    parts.logger.warn('LiveTex refuses a file, sent as a text with its link', { binding: binding.id, userId });
    for (const text of fileAsText(file, binding.config.maxTextLength)) {
      await binding.client.sendText({ user_id: userId, text }, signal);
    }
  }
}
