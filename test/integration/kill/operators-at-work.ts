import type { EmulatedDialog, LiveTexEmulator } from '../../../runtime-shim/emulator/emulator-contract.ts';
import { ANNA, ASKS, ASKS_OTHER, BORIS, HASTY, IMPATIENT, LEAD_HEADER, replyTo, SAYS_BYE } from './words.ts';

/** What the operators know of a person. */
interface Attention {
  /** The next message to look at. */
  index: number;
  /** Texts that were seen: a message that comes twice is answered once, as people do. */
  readonly seen: Set<string>;
  /** Who has the conversation. */
  operator: string | undefined;
}

/**
 * Two operators who see nothing but their desk and act the moment something changes on it, whether the bot's server
 * lives or not: so they read, answer and close in the very moments between LiveTex's answer and our commit.
 */
export function putOperatorsToWork(emulator: LiveTexEmulator, onProblem: (problem: unknown) => void): void {
  const desk = emulator.dialogs;
  const idOf = (name: string): string =>
    emulator.operators.list().find(({ firstName }) => firstName === name)?.id ?? '';
  const anna = idOf(ANNA);
  const boris = idOf(BORIS);
  const attention = new Map<string, Attention>();
  const views = new Map<string, EmulatedDialog>();
  let planned = false;

  emulator.onChange(() => {
    if (planned) return;
    planned = true;
    setImmediate(() => {
      planned = false;
      try {
        look();
      } catch (error) {
        onProblem(error);
      }
    });
  });

  function look(): void {
    for (const dialog of desk.list()) {
      // The same view as before: nothing changed for this person.
      if (views.get(dialog.userId) === dialog) continue;
      views.set(dialog.userId, dialog);
      attend(dialog);
    }
  }

  function attend({ userId, messages, state }: EmulatedDialog): void {
    const known = attention.get(userId) ?? { index: 0, seen: new Set<string>(), operator: undefined };
    attention.set(userId, known);
    const isVisible = state === 'queued' || state === 'assigned';
    for (let message = messages[known.index]; message; message = messages[known.index]) {
      const text = message.text ?? '';
      const isNew = message.from === 'user' && text.startsWith(`${LEAD_HEADER}\n`) && !known.seen.has(text);
      const concerns = isNew && (known.operator !== undefined || text.includes(ASKS));
      // The request is here, the selection is still to come.
      if (concerns && !isVisible) return;
      known.index += 1;
      known.seen.add(text);
      if (!concerns) continue;
      serve(userId, known, text.slice(LEAD_HEADER.length + 1));
      // What was done changed the dialog: it is looked at anew.
      return;
    }
  }

  function serve(userId: string, known: Attention, text: string): void {
    let operator = known.operator ?? anna;
    if (text.includes(ASKS_OTHER)) {
      operator = boris;
      desk.transfer(userId, boris);
    }
    known.operator = operator;
    desk.read(userId, operator);
    if (!text.includes(IMPATIENT)) desk.reply(userId, operator, replyTo(text));
    if (!text.includes(HASTY) && !text.includes(SAYS_BYE)) return;
    desk.close(userId, operator);
    known.operator = undefined;
  }
}
