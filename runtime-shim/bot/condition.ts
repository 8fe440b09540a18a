import { runAuthorScript } from './author-script.ts';
import { DESCRIPTION_FILE } from './load-bot.ts';
import type { Play } from './play.ts';

/**
 * Does a condition let its command or menu item through? Only a result of exactly `true` does; an empty condition does too.
 * A condition only answers: what it writes or sends is not kept (ours). One that fails lets nothing through, and the
 * author reads why, with its place in `bot.json`.
 */
export async function passes(
  play: Play,
  condition: string | undefined,
  script: string,
  part: readonly PropertyKey[],
): Promise<boolean> {
  if (condition === undefined || condition.trim() === '') return true;
  const result = await runAuthorScript(play, DESCRIPTION_FILE, condition);
  if (result.ok) return result.returned === true;
  const { error } = result;
  const inside = error.line === null ? '' : ` (line ${error.line}, column ${error.column ?? 1} of the condition)`;
  const place = play.input.bot.place(script, [...part, 'condition']);
  play.report({
    kind: 'script',
    script,
    cause: { code: 'condition_failed' },
    log: play.keptLog(result.log),
    error: { ...error, file: DESCRIPTION_FILE, ...place, message: `${error.message}${inside}` },
    usage: result.usage,
  });
  return false;
}
