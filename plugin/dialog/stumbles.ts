/** How often in a row the bot could not help, and when that is often enough for an operator (`safetyNet` of a binding). Pure. */
import type { DialogState, EventOf } from '../contract/dialog.ts';
import type { DialogSettings } from './facts.ts';

type Stumbles = NonNullable<DialogState['stumbles']>;
type Stumbled = EventOf<'BotStumbled'>;

/** With this one. */
export function withStumble({ stumbles }: DialogState, { kind }: Stumbled): Stumbles {
  const { errors, misunderstandings } = stumbles ?? { errors: 0, misunderstandings: 0 };
  return kind === 'script_error'
    ? { errors: errors + 1, misunderstandings, isLatest: true }
    : { errors, misunderstandings: misunderstandings + 1, isLatest: true };
}

/** The lead has said something: a message before it on which the bot did not stumble was handled well, and ends the row. */
export function afterLeadMessage({ stumbles }: DialogState): Stumbles | null {
  return stumbles?.isLatest === true ? { ...stumbles, isLatest: false } : null;
}

/** The transfer that this one leads to; `undefined`: none, as it is not often enough, or an operator has the dialog already. */
export function rescueOf(
  state: DialogState,
  event: Stumbled,
  { safetyNet }: DialogSettings,
): EventOf<'TransferRequested'> | undefined {
  // The lead has just heard that nobody is online: the next message may try again.
  if (safetyNet === undefined || state.mode !== 'bot' || state.noOperatorsScriptRan) return undefined;
  const { errors, misunderstandings } = withStumble(state, event);
  const isError = event.kind === 'script_error';
  const count = isError ? errors : misunderstandings;
  const limit = isError ? safetyNet.scriptErrors : safetyNet.misunderstandings;
  if (limit === undefined || count < limit) return undefined;
  const reason = isError
    ? `Бот не справился: ошибок в скриптах подряд — ${count}`
    : `Бот не понял клиента: непонятых сообщений подряд — ${count}`;
  return { type: 'TransferRequested', reason, ...(event.script === undefined ? {} : { script: event.script }) };
}
