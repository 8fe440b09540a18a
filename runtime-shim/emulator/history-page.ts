import type { ApiVersion, GetHistoryRequest } from '../../plugin/contract/livetex-api.ts';
import type { HistoryLine } from './conversation.ts';
import { happeningOnWire } from './wire.ts';

/** LiveTex documentation, getHistory. */
const DEFAULT_LIMIT = 20;

/**
 * A piece of a history, oldest first (LiveTex does not document the order). `undefined`: there is no such `message_id`.
 * The line named by `message_id` is not part of it; without one, the piece ends at the newest line.
 */
export function historyPage(
  version: ApiVersion,
  history: readonly HistoryLine[],
  request: GetHistoryRequest,
): Array<Record<string, unknown>> | undefined {
  const named = history.findIndex((line) => line.id === request.message_id);
  if (request.message_id !== undefined && named === -1) return undefined;
  const limit = request.limit ?? DEFAULT_LIMIT;
  const edge = named === -1 ? history.length : named;
  const lines =
    request.chunk === 'After'
      ? history.slice(edge + 1, edge + 1 + limit)
      : history.slice(Math.max(0, edge - limit), edge);
  return lines.map(({ id, what }) => {
    const { type, ...fields } = happeningOnWire(
      version,
      what,
      what.type === 'TextMessage' || what.type === 'FileMessage',
    );
    return { type, id, ...fields };
  });
}
