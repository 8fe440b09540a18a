/**
 * Scripts for other leads that one message may set off (`bot.runScriptByCodeForLead`), however they start each other.
 * Ours: two leads whose scripts start each other twice would fill the storage within minutes otherwise.
 */
export const MAX_RUNS_FOR_OTHERS = 1_000;

/**
 * Characters that one message may have stored in all, by its own scenario and by all runs for other leads that come of it.
 * Our choice: each of a thousand leads can still be told a page of text.
 */
export const MAX_MESSAGE_CHARS = 20_000_000;

/** How many of the runs asked for may be started, and how many each of them may start in turn: never more in all than `mayStart`. */
export function shareRuns(mayStart: number, asked: number): { readonly started: number; readonly each: number } {
  const started = Math.min(asked, mayStart);
  return { started, each: started === 0 ? 0 : Math.floor((mayStart - started) / started) };
}
