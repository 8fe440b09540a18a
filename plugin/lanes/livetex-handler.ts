import { codeOf } from '../contract/coded-error.ts';
import type { ClaimedJob } from '../storage/contract.ts';
import type { JobOutcome } from '../storage/lane-worker-contract.ts';
import type { Binding } from './bindings.ts';
import { type LiveTexJobOf, liveTexJobSchema } from './livetex-job.ts';
import type { PluginParts } from './plugin-parts.ts';
import { selectDestination } from './select-destination.ts';
import { sendRefusedFile } from './send-refused-file.ts';

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
        return sendFile(parts, binding, job, request, signal);
      case 'selectDestination':
        return selectDestination(parts, binding, job, request, signal);
    }
  };
}

async function sendFile(
  parts: PluginParts,
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
    if (!refusesFile(error)) throw error;
    return sendRefusedFile(parts, binding, job, file, signal);
  }
  return {};
}

/** This file, or any file: an account without the method must not stand still at the first one (sent as a text, it tells whether the token is at fault). */
function refusesFile(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'livetex_refused' || code === 'livetex_method_forbidden';
}
