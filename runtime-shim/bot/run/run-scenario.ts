import { giveWay } from '../../turns.ts';
import { findScript } from '../bot.ts';
import { beginScenario } from './begin-scenario.ts';
import { showMenu } from './menu.ts';
import { performCommand } from './perform-command.ts';
import { Play, ScenarioStopped } from './play.ts';
import type { Frame } from '../../leads/lead-record.ts';
import type { ScenarioInput, ScenarioResult } from './scenario-contract.ts';

const ERROR_SCRIPT = { type: 'error' } as const;

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
    enterErrorScript(play, failed);
    await playOn(play);
  } catch (error) {
    if (!(error instanceof ScenarioStopped)) throw error;
    play.stoppedBy(error);
  }
}

/** The script of type «Ошибка» answers for one that failed, so that the client is not met with silence: once for a message. */
function enterErrorScript(play: Play, failed: string): void {
  if (play.errorAnswered || findScript(play.input.bot, ERROR_SCRIPT) === undefined) return;
  play.errorAnswered = true;
  play.enter(ERROR_SCRIPT, { code: 'script_failed', of: failed });
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
    enterPending(play, frame);
    return true;
  }
  play.step();
  const index = frame.next;
  frame.next += 1;
  const end = await performCommand(play, script, index);
  if (end === 'wait') {
    const command = script.commands[index];
    const attribute = command?.type === 'value_input' ? command.attribute : '';
    const waiting = { attribute, frames: play.frames, memory: { ...play.memory } };
    play.lead = { ...play.lead, position: { ...play.lead.position, waiting } };
    return false;
  }
  if (end === 'failed') {
    play.frames.pop();
    enterErrorScript(play, script.code);
  }
  if (end === 'stop') {
    // Nothing of what is under way goes on; what the script itself asked to run, it asked for knowingly.
    play.frames = [];
    enterPending(play, frame);
  }
  return true;
}

/** Puts the scripts that a script asked for on top, so that the first one asked for runs first. */
function enterPending(play: Play, frame: Frame): void {
  for (const ref of frame.pending.toReversed()) play.enter(ref, { code: 'bot_run', of: frame.script }, { frame });
}
