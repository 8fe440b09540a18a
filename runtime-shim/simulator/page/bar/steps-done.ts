import { DEMONSTRATION_PREFIX } from '../../records.ts';
import type { PageState } from '../state/store.ts';

/** Which of the four first steps were taken: said something, chose from a menu, read at the desk, closed the dialog. */
export function stepsDone(state: PageState): readonly [boolean, boolean, boolean, boolean] {
  const own = state.leads.filter((lead) => !lead.externalId.startsWith(DEMONSTRATION_PREFIX));
  const chats = own.map((lead) => state.messages.get(lead.userId) ?? []);
  const said = chats.some((chat) => chat.some((message) => message.from === 'lead'));
  const chose = chats.some((chat) => {
    const codes = new Set(
      chat.flatMap((message) => message.buttons?.flat() ?? []).map((button) => button.callback_data),
    );
    return chat.some((message) => message.from === 'lead' && message.text !== undefined && codes.has(message.text));
  });
  const acted = (actions: readonly string[]): boolean =>
    state.entries.some(({ facts }) => facts.kind === 'operator' && actions.includes(facts.action));
  return [said, chose, acted(['read', 'reply', 'file', 'close']), acted(['close'])];
}
