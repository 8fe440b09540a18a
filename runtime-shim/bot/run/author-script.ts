import { LOAD_TEXTS } from '../load/load-texts.ts';
import { DESCRIPTION_FILE, showsButtons } from '../bot.ts';
import type { Json } from '../../../plugin/contract/guest.ts';
import type { Content } from '../../../plugin/contract/message.ts';
import type { ScriptResult, ScriptRun } from '../../sandbox/contract.ts';
import type { Play } from './play.ts';

/** Runs a piece of the author's JavaScript on the lead as the scenario has it so far. Nothing is written by it yet. */
export function runAuthorScript(
  play: Play,
  file: string,
  code: string,
  args: Readonly<Record<string, Json>> = {},
): Promise<ScriptResult> {
  const run = scriptRun(play, file, code);
  return play.within(play.input.ports.run({ ...run, args: { ...run.args, ...args } }));
}

/** No libraries at all: always the same object, as the sandbox wants it. */
const NO_LIBRARIES: ScriptRun['libraries'] = {};

/** Runs JavaScript of our own in the sandbox. What it works on comes as arguments, and no snippet of the author's can be in it. */
export function runOwnScript(
  play: Play,
  name: string,
  code: string,
  args: Readonly<Record<string, Json>>,
): Promise<ScriptResult> {
  const run = scriptRun(play, name, code);
  return play.within(play.input.ports.run({ ...run, args: { ...run.args, ...args }, libraries: NO_LIBRARIES }));
}

function scriptRun(play: Play, file: string, code: string): ScriptRun {
  const { lead } = play;
  const { bot, ports, trigger } = play.input;
  return {
    botId: bot.id,
    file,
    code,
    // Tickets, persons and triggers are parts of the platform that the shim does not have (`docs/platform.md`).
    args: { botId: bot.id, leadId: lead.id, ticketId: null, personId: null, triggerId: null, ...play.input.args },
    lead: {
      data: {
        id: lead.id,
        identification: lead.ref.externalId,
        name: lead.name,
        manager_id: null,
        bot_id: bot.id,
        channel_id: lead.ref.channel,
        status_id: lead.status,
        person_id: null,
        is_mute: play.input.isMuted === true,
      },
      channel: lead.ref.channel,
      attributes: lead.attributes,
      systemAttributes: lead.systemAttributes,
      tags: lead.tags,
      contexts: lead.contexts ?? {},
      statuses: bot.statuses,
      buttons: showsButtons(bot, lead.ref.channel),
      ...(trigger.kind === 'message' && trigger.content.text !== undefined ? { said: trigger.content.text } : {}),
    },
    bot: { attributes: play.botAttributes },
    memory: play.memory,
    tables: [...play.tables],
    ...(trigger.kind === 'message'
      ? { webhookPayload: payloadOf(lead.ref.channel, lead.ref.externalId, trigger.content) }
      : {}),
    libraries: bot.libraries,
    plugins: ports.plugins,
    withinMs: play.leftMs,
    call: ports.call,
    ...(ports.known === undefined ? {} : { known: ports.known }),
  };
}

/** `bot.getWebhookPayload()`: what the channel handed over. Our choice: the platform's shape differs from channel to channel. */
function payloadOf(channel: string, lead: string, content: Content): Json {
  // Parsed content is JSON with optional keys, which the type `Json` cannot say.
  return { channel, lead, message: content as unknown as Json };
}

/**
 * Does a condition let its command or menu item through? Only a result of exactly `true` does; an empty condition does too.
 * A condition only answers: what it writes or sends is not kept (our choice). One that fails lets nothing through, and the
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
  const { line, column } = error;
  const text = { en: error.message, ru: error.ru ?? error.message };
  const said = line === null ? text : LOAD_TEXTS.inCondition(text, line, column ?? 1);
  const place = play.input.bot.place(script, [...part, 'condition']);
  play.report({
    kind: 'script',
    script,
    cause: { code: 'condition_failed' },
    log: play.keptLog(result.log),
    error: { code: error.code, message: said.en, ru: said.ru, file: DESCRIPTION_FILE, ...place },
    usage: result.usage,
  });
  return false;
}
