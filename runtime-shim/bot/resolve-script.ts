import type { ScriptRef } from '../../plugin/contract/script-types.ts';
import type { Play } from './play.ts';

/**
 * Which script a menu item, a route or `run_sentence` means now: the type «Перевод на оператора» is chosen by the operators'
 * availability (design, section 6), and may end in an ordinary transfer, without any script.
 */
export async function resolveScript(play: Play, ref: ScriptRef): Promise<ScriptRef | undefined> {
  if (!('type' in ref) || ref.type !== 'transfer') return ref;
  const choice = await play.within(play.input.ports.chooseTransfer());
  if (choice.do === 'run') return choice.script;
  play.request(choice.event);
  return undefined;
}
