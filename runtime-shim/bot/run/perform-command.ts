import { MAX_GROUP_NAME } from '../../../plugin/contract/groups.ts';
import { MAX_REASON_LENGTH, type TransferWishes } from '../../../plugin/contract/events.ts';
import { type Attachment, MAX_FILE_NAME, MAX_TEXT_LENGTH, MAX_URL_LENGTH } from '../../../plugin/contract/message.ts';
import { DESCRIPTION_FILE, scriptRefOf } from '../bot.ts';
import type { ScriptWrites } from '../../sandbox/contract.ts';
import type { BotScript } from '../load/bot-schema.ts';
import { applyWrites, attributesFull, NO_WRITES, retagged } from './apply-writes.ts';
import type { Command } from '../load/command-schema.ts';
import { passes } from './author-script.ts';
import { fillMacros } from './macros.ts';
import { showMenu } from './menu.ts';
import type { Play, CommandEnd } from './play.ts';
import { resolveScript } from './begin-scenario.ts';
import { ask, beginCallback } from './question.ts';
import { runJavascript } from './run-javascript.ts';

/** Performs one command of a script, if its condition lets it. */
export async function performCommand(play: Play, script: BotScript, index: number): Promise<CommandEnd> {
  const command = script.commands[index];
  const part = ['commands', index];
  if (command === undefined || !(await passes(play, command.condition, script.code, part))) return 'next';
  const fill = (template: string, limit = MAX_TEXT_LENGTH): string => fillMacros(template, play.macroValues, limit);
  switch (command.type) {
    case 'send_text':
      play.say({ text: fill(command.text) }, script.code, part);
      return 'next';
    case 'send_image':
    case 'send_file':
      sendAttachment(play, command, fill, script.code, part);
      return 'next';
    case 'set_lead_status':
      play.lead = { ...play.lead, status: command.status };
      return 'next';
    case 'add_lead_tags':
      return write(play, script, { tags: { add: command.tags, remove: [] } }, part);
    case 'remove_lead_tags':
      play.lead = { ...play.lead, tags: retagged(play.lead.tags, [], command.tags) };
      return 'next';
    case 'add_lead_contexts':
      return write(play, script, { contexts: Object.fromEntries(command.contexts.map((key) => [key, '1'])) }, part);
    case 'remove_lead_contexts': {
      const gone = command.contexts.length === 0 ? Object.keys(play.lead.contexts ?? {}) : command.contexts;
      return write(play, script, { contexts: Object.fromEntries(gone.map((key) => [key, null])) }, part);
    }
    case 'run_sentence': {
      const ref = await resolveScript(play, scriptRefOf(play.input.bot, command.script));
      const frame = play.frames.at(-1);
      const place = { file: DESCRIPTION_FILE, ...play.input.bot.place(script.code, [...part, 'script']) };
      const by = frame === undefined ? undefined : { frame, place };
      if (ref !== undefined) play.enter(ref, { code: 'run_sentence', of: script.code }, by);
      return 'next';
    }
    case 'value_input':
      ask(play, command, script.code, part);
      return 'wait';
    case 'run_js_callback':
      return beginCallback(play, script, command, part);
    case 'repeat_sentence': {
      const menu = play.input.bot.scripts.get(play.lead.position.menu?.script ?? '');
      if (menu === undefined) play.remark('repeat_sentence: меню ещё не показывали');
      else await showMenu(play, menu);
      return 'next';
    }
    case 'run_javascript':
      return runJavascript(play, script, command.file);
    case 'stop':
      return 'stop';
    case 'forward_to_operator':
      play.request('TransferRequested', wishesOf(command, fill));
      return 'next';
    case 'return_to_bot':
      play.request('ReturnRequested');
      return 'next';
    default:
      return command satisfies never;
  }
}

/** Texts are templates; one that comes to nothing is none. */
function wishesOf(
  { group, reserve, ignoreOffline, reason }: Extract<Command, { type: 'forward_to_operator' }>,
  fill: (template: string, limit?: number) => string,
): TransferWishes {
  const filled = (template = '', limit: number): string => fill(template, limit).trim();
  const wishes = { group: filled(group, MAX_GROUP_NAME), reason: filled(reason, MAX_REASON_LENGTH) };
  const groups = reserve?.map((one) => filled(one, MAX_GROUP_NAME)).filter((one) => one !== '');
  return {
    ...(wishes.group === '' ? {} : { group: wishes.group }),
    ...(groups === undefined ? {} : { reserve: groups }),
    ...(ignoreOffline === undefined ? {} : { ignoreOffline }),
    ...(wishes.reason === '' ? {} : { reason: wishes.reason }),
  };
}

/** Within the limit of what scripts write: a lead's tags and contexts are read with every message of theirs. */
function write(
  play: Play,
  script: BotScript,
  writes: Partial<Pick<ScriptWrites, 'tags' | 'contexts'>>,
  part: readonly PropertyKey[],
): CommandEnd {
  if (applyWrites(play, { ...NO_WRITES, ...writes })) return 'next';
  play.mistake(script.code, { code: 'not_performed' }, attributesFull(), part);
  return 'failed';
}

function sendAttachment(
  play: Play,
  command: Extract<Command, { type: 'send_image' | 'send_file' }>,
  fill: (template: string, limit?: number) => string,
  script: string,
  part: readonly PropertyKey[],
): void {
  const file = command.type === 'send_file' ? command : undefined;
  const name = file?.name === undefined ? '' : fill(file.name, MAX_FILE_NAME);
  const caption = command.caption === undefined ? '' : fill(command.caption);
  const attachment: Attachment = {
    type: file?.kind ?? 'image',
    url: fill(command.url, MAX_URL_LENGTH),
    ...(name === '' ? {} : { name }),
    ...(file?.size === undefined ? {} : { size: file.size }),
  };
  play.say({ attachments: [attachment], ...(caption === '' ? {} : { text: caption }) }, script, part);
}
