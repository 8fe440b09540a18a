import { DEMONSTRATION_PREFIX } from '../../records.ts';
import type { PageState } from '../state/store.ts';

/**
 * Which of the four first steps were taken: said something, was transferred, was read at the desk, was closed there. The
 * dialog that `simulate` plays by itself counts for none of them.
 */
export function stepsDone(
  state: Pick<PageState, 'leads' | 'messages' | 'conversations' | 'entries'>,
): readonly [boolean, boolean, boolean, boolean] {
  const own = state.leads.filter((lead) => !lead.externalId.startsWith(DEMONSTRATION_PREFIX));
  const said = own.some(({ userId }) => state.messages.get(userId)?.some(({ from }) => from === 'lead'));
  const ids = new Set(own.map(({ userId }) => userId));
  // Operators see a dialog from the transfer on. One that was closed since is kept by LiveTex again, so the change of mode counts, too.
  const transferred =
    state.conversations.some((one) => ids.has(one.userId) && one.state !== 'stored') ||
    state.entries.some(({ facts, userId = '' }) => facts.kind === 'mode' && facts.to === 'waiting' && ids.has(userId));
  const acted = (actions: readonly string[]): boolean =>
    state.entries.some(({ facts }) => facts.kind === 'operator' && actions.includes(facts.action));
  return [said, transferred, acted(['read', 'reply', 'file', 'close']), acted(['close'])];
}
