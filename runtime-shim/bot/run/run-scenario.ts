import { giveWay } from '../../turns.ts';
import { findScript } from '../bot.ts';
import { beginScenario } from './begin-scenario.ts';
import { showMenu } from './menu.ts';
import { performCommand } from './perform-command.ts';
import { Play, ScenarioStopped } from './play.ts';
import { answerForFailed, dropTimers, waitFor } from './question.ts';
import type { ScenarioInput, ScenarioResult } from './scenario-contract.ts';

/**
 * Runs a bot for one trigger until it has nothing more to do or waits for an answer. An author's mistake is a report in
 * the result, and what was done before it stands; a rejection means that nothing was done and the same trigger may be tried
 * again (the sandbox is closing, a plugin's storage does not answer).
 */
export async function runScenario(input: ScenarioInput): Promise<ScenarioResult> {
  const play = new Play(input);
  try {
    await beginScenario(play);
    await playOn(play);
    warnOfKeptDialog(play);
  } catch (error) {
    if (!(error instanceof ScenarioStopped)) throw error;
    const failed = play.frames.at(-1)?.script ?? '';
    play.stoppedBy(error);
    // A circle has used up its steps, not its time: what the client is told about it still fits.
    if (error.code === 'script_loop') await afterCircle(play, failed);
  }
  keepQuestion(play);
  dropTimers(play);
  return play.result();
}

/** The question that waited goes on waiting, unless the scripts asked another one or showed a menu. */
function keepQuestion(play: Play): void {
  const { trigger, lead: before } = play.input;
  if (trigger.kind !== 'script' || trigger.keepsQuestion !== true) return;
  const { position } = play.lead;
  if (position.waiting !== null || position.menu !== before.position.menu) return;
  play.lead = { ...play.lead, position: { ...position, waiting: before.position.waiting } };
}

async function playOn(play: Play): Promise<void> {
  while (play.frames.length > 0) {
    if (!(await advance(play))) break;
    await giveWay();
  }
}

async function afterCircle(play: Play, failed: string): Promise<void> {
  try {
    play.beginAnew();
    answerForFailed(play, failed);
    await playOn(play);
  } catch (error) {
    if (!(error instanceof ScenarioStopped)) throw error;
    play.stoppedBy(error);
  }
}

/**
 * An operator who typed `/bot` means to give the dialog back; a script of type «Возврат» without `return_to_bot` leaves it with
 * them, and the bot silent. A question does not change that: what the lead answers is the operator's.
 */
function warnOfKeptDialog(play: Play): void {
  const { trigger } = play.input;
  if (trigger.kind !== 'script' || trigger.cause.code !== 'operator_command') return;
  const script = findScript(play.input.bot, trigger.script);
  if (script?.type !== 'return' || play.requests.some(({ type }) => type === 'ReturnRequested')) return;
  const text =
    `скрипт «${script.code}» типа «Возврат», который вызвал оператор, закончился без return_to_bot: ` +
    'диалог остался у оператора, бот молчит';
  play.remark(text, 'warn');
}

/** One command, or the end of a script with its menu. False: the scenario waits for the lead. */
async function advance(play: Play): Promise<boolean> {
  const frame = play.frames.at(-1);
  const script = play.input.bot.scripts.get(frame?.script ?? '');
  if (frame === undefined || script === undefined) {
    // A script that waited for an answer when the bot folder was saved without it.
    play.frames.pop();
    return true;
  }
  if (!frame.begun) {
    frame.begun = true;
    play.report({ kind: 'script', script: script.code, cause: frame.cause, log: [] });
  }
  if (frame.next >= script.commands.length) {
    await showMenu(play, script);
    play.frames.pop();
    play.enterPending(frame);
    return true;
  }
  play.step();
  const index = frame.next;
  frame.next += 1;
  const end = await performCommand(play, script, index);
  if (end === 'wait') {
    const waiting = waitFor(play, script.commands[index]);
    play.lead = { ...play.lead, position: { ...play.lead.position, waiting } };
    return false;
  }
  if (end === 'failed') {
    play.frames.pop();
    answerForFailed(play, script.code);
  }
  if (end === 'stop') {
    // Nothing of what is under way goes on; what the script itself asked to run, it asked for knowingly.
    play.leave(frame);
  }
  return true;
}
