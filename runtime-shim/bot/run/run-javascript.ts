import type { Json } from '../../../plugin/contract/guest.ts';
import type { ScriptAction, ScriptResult } from '../../sandbox/contract.ts';
import { applyWrites, attributesFull, writtenAttributes } from './apply-writes.ts';
import { runAuthorScript } from './author-script.ts';
import type { BotScript } from '../load/bot-schema.ts';
import { sayWithButtons } from './menu.ts';
import { schedule, unschedule } from './schedule.ts';
import type { CommandEnd, Play } from './play.ts';

/** Runs a file of the author's and then performs what it asked for, in its order. A script that fails commits nothing of itself. */
export async function runJavascript(play: Play, script: BotScript, file: string): Promise<CommandEnd> {
  const { end } = await runCallback(play, script, file, {});
  return end;
}

/** The same, with further names in scope; also what it returned. */
export async function runCallback(
  play: Play,
  script: BotScript,
  file: string,
  args: Readonly<Record<string, Json>>,
): Promise<{ readonly end: CommandEnd; readonly returned: Json }> {
  const code = play.input.bot.sources.get(file)?.code ?? '';
  const result = await runAuthorScript(play, file, code, args);
  const report = {
    kind: 'script' as const,
    script: script.code,
    file,
    cause: { code: 'run_javascript' as const, of: script.code },
    log: play.keptLog(result.log),
    usage: result.usage,
  };
  if (!result.ok) {
    play.report({ ...report, error: result.error });
    return { end: 'failed', returned: null };
  }
  if (!applyWrites(play, result.writes)) {
    const error = { ...attributesFull(), file, line: null, column: null };
    play.report({ ...report, error });
    return { end: 'failed', returned: null };
  }
  play.report({ ...report, attributes: writtenAttributes(result.writes) });
  const { tags, contexts, bot, memory } = result.writes;
  const { tables = [] } = result;
  play.tables.push(...tables);
  play.spend(JSON.stringify({ tags, contexts, bot, memory, tables }).length);
  return { end: await performActions(play, script.code, result), returned: result.returned };
}

async function performActions(
  play: Play,
  script: string,
  result: Extract<ScriptResult, { ok: true }>,
): Promise<CommandEnd> {
  let end: CommandEnd = 'next';
  const asked = new Set<string>();
  for (const action of result.actions) {
    if (action.type === 'send_message') sendMessage(play, script, action);
    else if (action.type === 'run_script') runLater(play, script, action);
    else if (action.type === 'schedule') schedule(play, script, action);
    else if (action.type === 'unschedule') unschedule(play, action.script);
    else if (action.type === 'set_forwarded') play.forwarded = action.forwarded;
    else if (action.type === 'set_status') play.lead = { ...play.lead, status: action.status };
    else if (action.type === 'set_name') play.lead = { ...play.lead, name: action.name };
    else if (action.type === 'stop') end = 'stop';
    else if (!asked.has(action.plugin)) {
      // A plugin is asked once for all that the script wanted of it, so that it may see two requests as one.
      asked.add(action.plugin);
      await performPluginActions(play, action.plugin, result.actions);
    }
  }
  return end;
}

function sendMessage(play: Play, script: string, action: Extract<ScriptAction, { type: 'send_message' }>): void {
  const content = {
    ...(action.text === undefined ? {} : { text: action.text }),
    ...(action.attachments === undefined || action.attachments.length === 0
      ? {}
      : { attachments: [...action.attachments] }),
    ...(action.params === undefined ? {} : { params: action.params }),
  };
  const rows = (action.buttons ?? []).map((row) => [...row]).filter((row) => row.length > 0);
  if (rows.length === 0) play.say(content, script, []);
  else sayWithButtons(play, content, rows, script, []);
}

/** Scripts started by a script run when the one with this command has ended. */
function runLater(play: Play, script: string, action: Extract<ScriptAction, { type: 'run_script' }>): void {
  const { leadId, code, at } = action;
  if (at !== undefined && !play.input.bot.scripts.has(code)) {
    const cause = { code: 'runs_unknown', of: script } as const;
    play.report({ kind: 'script', script, cause, log: [], error: { ...play.unknownScript(code), ...at } });
  } else if (leadId === undefined || leadId === String(play.lead.id)) play.later({ code }, at);
  else play.runForOther({ call: 'bot.runScriptByCodeForLead', leadId, code });
}

async function performPluginActions(play: Play, plugin: string, actions: readonly ScriptAction[]): Promise<void> {
  const requests = actions.flatMap((action): Json[] =>
    action.type === 'plugin' && action.plugin === plugin ? [action.action] : [],
  );
  for (const then of await play.within(play.input.ports.afterScript(plugin, requests))) {
    if (then.do === 'event') play.ask(then);
    else play.later(then.script);
  }
}
