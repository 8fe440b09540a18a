import type { Logger } from '../../plugin/contract/host.ts';
import { jsonLogger } from '../../runtime-shim/cli/json-logger.ts';
import { watchOutput } from './watched-output.ts';

/** A log of everything, written nowhere, in which no secret is hidden afterwards. */
export function watchedLogger(): Logger {
  return jsonLogger({
    write: (line) => watchOutput('the log', line),
    now: Date.now,
    filter: { level: 'debug', secrets: [] },
  });
}
