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
  const limit = request.limit ?? DEFAULT_LIMIT;
  let from: number;
  if (request.message_id === undefined) {
    from = request.chunk === 'After' ? history.length : history.length - limit;
  } else {
    const at = history.findIndex((line) => line.id === request.message_id);
    if (at === -1) return undefined;
    from = request.chunk === 'After' ? at + 1 : at - limit;
    if (request.chunk !== 'After') return render(version, history.slice(Math.max(0, from), at));
  }
  return render(version, history.slice(Math.max(0, from), Math.max(0, from + limit)));
}

function render(version: ApiVersion, lines: readonly HistoryLine[]): Array<Record<string, unknown>> {
  return lines.map(({ id, what }) => {
    const { type, ...fields } = happeningOnWire(version, what, isMessage(what.type));
    return { type, id, ...fields };
  });
}

function isMessage(type: string): boolean {
  return type === 'TextMessage' || type === 'FileMessage';
}
