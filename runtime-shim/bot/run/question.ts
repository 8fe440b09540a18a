/** Questions to the lead that keep the scenario waiting: the commands `value_input` and `run_js_callback`. */
import { type Button, MAX_BUTTON_TEXT, MAX_TEXT_LENGTH } from '../../../plugin/contract/message.ts';
import type { Frame, Waiting } from '../../leads/lead-record.ts';
import { withRun } from '../../leads/schedule.ts';
import { findScript, scriptRefOf } from '../bot.ts';
import type { BotScript } from '../load/bot-schema.ts';
import type { Command } from '../load/command-schema.ts';
import { applyWrites, attributesFull, NO_WRITES } from './apply-writes.ts';
import { fillMacros } from './macros.ts';
import { matchesExpression } from './match-route.ts';
import { sayWithButtons } from './menu.ts';
import type { CommandEnd, Play } from './play.ts';
import { runCallback } from './run-javascript.ts';

type Question = Extract<Command, { type: 'value_input' }>;
type Callback = Extract<Command, { type: 'run_js_callback' }>;

/** Asks, or asks again with other words. */
export function ask(
  play: Play,
  question: Question,
  script: string,
  part: readonly PropertyKey[],
  words?: string,
): void {
  const fill = (template: string, limit: number): string => fillMacros(template, play.macroValues, limit);
  const text = fill(words ?? question.text, MAX_TEXT_LENGTH);
  const rows = (question.buttons ?? []).map((row) =>
    row.map((button): Button => ({ ...button, text: fill(button.text, MAX_BUTTON_TEXT) || button.callback_data })),
  );
  if (rows.length === 0) play.say({ text }, script, part);
  else sayWithButtons(play, { text }, rows, script, part);
}

/** Shows what a callback asks; with `isImmediateCall` its code runs at once. */
export async function beginCallback(
  play: Play,
  script: BotScript,
  callback: Callback,
  part: readonly PropertyKey[],
): Promise<CommandEnd> {
  if (callback.text !== undefined) {
    play.say({ text: fillMacros(callback.text, play.macroValues, MAX_TEXT_LENGTH) }, script.code, part);
  }
  return callback.isImmediateCall ? callBack(play, script, callback, true) : 'wait';
}

/** Runs the code of a callback: a truthy value leaves the command, anything else waits for the next message. */
async function callBack(play: Play, script: BotScript, callback: Callback, isFirst: boolean): Promise<CommandEnd> {
  const { end, returned } = await runCallback(play, script, callback.file, { isFirstImmediateCall: isFirst });
  const error = callback.errorMessage;
  const complain = (): void => {
    if (error === undefined || isFirst) return;
    play.say({ text: fillMacros(error, play.macroValues, MAX_TEXT_LENGTH) }, script.code, []);
  };
  if (end === 'failed' && error !== undefined) {
    complain();
    return 'wait';
  }
  if (end !== 'next') return end;
  if (returned) return 'next';
  // What the code asked to run is where the dialog goes on.
  if ((play.frames.at(-1)?.pending.length ?? 0) > 0) return 'stop';
  if (returned === false) complain();
  return 'wait';
}

/** How a scenario waits for the lead's answer. Sets the timer of a question that has one. */
export function waitFor(play: Play, command: Command | undefined, asked?: Waiting): Waiting {
  const attribute = command?.type === 'value_input' ? command.attribute : '';
  const timer = asked === undefined ? startTimer(play, command) : asked.timer;
  return {
    attribute,
    ...(asked?.failed === undefined ? {} : { failed: asked.failed }),
    ...(timer === undefined ? {} : { timer }),
    frames: play.frames,
    memory: { ...play.memory },
  };
}

function startTimer(play: Play, command: Command | undefined): number | undefined {
  if (command?.type !== 'value_input' || command.timeoutSec === undefined) return undefined;
  const at = play.input.now + command.timeoutSec * 1_000;
  const scheduled = withRun(play.lead.scheduled ?? [], { script: command.onTimeout ?? '', at, question: true });
  const timer = scheduled?.at(-1)?.n;
  if (scheduled !== undefined) play.lead = { ...play.lead, scheduled };
  return timer;
}

/** The command that a scenario waits in; another one, or none, when the bot folder was saved without it meanwhile. */
function commandOf(play: Play, frame: Frame | undefined): { script: BotScript; command: Command } | undefined {
  const script = play.input.bot.scripts.get(frame?.script ?? '');
  const command = script?.commands[(frame?.next ?? 0) - 1];
  return script === undefined || command === undefined ? undefined : { script, command };
}

/** The lead has answered. Whatever is to run then stands in the play's frames: nothing, when the question goes on waiting. */
export async function answer(play: Play, waiting: Waiting, text: string): Promise<void> {
  const asked = commandOf(play, play.frames.at(-1));
  if (asked?.command.type === 'run_js_callback') {
    const frame = play.frames.at(-1);
    const end = await callBack(play, asked.script, asked.command, false);
    if (end === 'wait') return waitAgain(play, asked.command, waiting);
    if (end === 'failed') {
      play.frames.pop();
      answerForFailed(play, asked.script.code);
    }
    if (end === 'stop' && frame !== undefined) play.leave(frame);
    return;
  }
  const question = asked?.command.type === 'value_input' ? asked.command : undefined;
  if (question === undefined || asked === undefined) {
    // Of a command that took the answer itself, and is not there any more.
    if (waiting.attribute !== '') keepAnswer(play, waiting.attribute, text);
    return;
  }
  const said = text.trim().toLowerCase();
  if (question.cancel?.words.some((word) => word.trim().toLowerCase() === said) === true) {
    endWith(play, question.cancel.script, { code: 'question_cancelled', of: asked.script.code });
    return;
  }
  const button = (question.buttons ?? [])
    .flat()
    .find(({ text: shown, callback_data: code }) => [shown, code].some((one) => one.trim().toLowerCase() === said));
  const isRight =
    button !== undefined || question.pattern === undefined || (await matchesExpression(play, question.pattern, text));
  if (isRight) {
    keepAnswer(play, question.attribute, button?.callback_data ?? text);
    return;
  }
  const failed = (waiting.failed ?? 0) + 1;
  if (question.tries !== undefined && failed >= question.tries) {
    endWith(play, question.onFailed, { code: 'question_failed', of: asked.script.code });
    return;
  }
  const part = ['commands', (play.frames.at(-1)?.next ?? 1) - 1];
  ask(play, question, asked.script.code, part, question.error);
  return waitAgain(play, question, { ...waiting, failed });
}

function waitAgain(play: Play, command: Command, waiting: Waiting): void {
  play.lead = {
    ...play.lead,
    position: { ...play.lead.position, waiting: waitFor(play, command, waiting) },
  };
  play.frames = [];
}

/** The scripts that waited are left; another one takes their place, if one is named. */
function endWith(play: Play, script: string | undefined, cause: Frame['cause']): void {
  play.frames = [];
  if (script !== undefined) play.enter(scriptRefOf(play.input.bot, script), cause);
}

/** The lead's answer becomes an attribute, as if a script had written it: within the same limit. */
function keepAnswer(play: Play, attribute: string, text: string): void {
  if (applyWrites(play, { ...NO_WRITES, attributes: { [attribute]: { kind: 'text', value: text } } })) {
    play.remark(`ответ лида записан в атрибут "${attribute}"`);
    play.spend(text.length);
    return;
  }
  const script = play.frames.at(-1)?.script ?? '';
  play.mistake(script, { code: 'answer_not_kept' }, attributesFull());
}

const ERROR_SCRIPT = { type: 'error' } as const;

/** The script of type «Ошибка» answers for one that failed, so that the client is not met with silence: once for a message. */
export function answerForFailed(play: Play, failed: string): void {
  if (play.errorAnswered || findScript(play.input.bot, ERROR_SCRIPT) === undefined) return;
  play.errorAnswered = true;
  play.enter(ERROR_SCRIPT, { code: 'script_failed', of: failed });
}

/** A question that nobody waits for any more needs no timer. */
export function dropTimers(play: Play): void {
  const { scheduled, position } = play.lead;
  const left = scheduled?.filter(({ n, question }) => question !== true || n === position.waiting?.timer);
  if (left !== undefined && left.length !== scheduled?.length) play.lead = { ...play.lead, scheduled: left };
}
