import { scriptRefOf, START_SCRIPT } from '../bot.ts';
import { fillMacros } from './macros.ts';
import { matchRoute } from './match-route.ts';
import { chosenItem } from './menu.ts';
import type { Play } from './play.ts';
import { answer } from './question.ts';
import { beginDue } from './schedule.ts';
import type { Trigger } from './scenario-contract.ts';
import { MAX_BUTTON_TEXT } from '../../../plugin/contract/message.ts';
import type { ScriptRef } from '../../../plugin/contract/script-types.ts';

/**
 * Decides what a trigger sets going, first match wins: (an operator has the dialog: a route that acts during a transfer, or
 * nothing) · a new lead: `start` · the bot waits for an answer: it is the answer · a code of the menu shown last · a route ·
 * the Fallback script. An answer goes before menu and routes because a name or an address may look like one of them.
 */
export async function beginScenario(play: Play): Promise<void> {
  const { trigger } = play.input;
  if (trigger.kind === 'script') {
    moveTo(play, { started: true, waiting: null });
    play.duringTransfer = trigger.duringTransfer;
    if (trigger.due !== undefined && !(await beginDue(play, trigger.due))) return;
    play.enter(trigger.script, trigger.cause);
    return;
  }
  const { text, attachments = [] } = trigger.content;
  const { started, waiting } = play.lead.position;
  const isMore = isMoreOfAlbum(play, trigger);
  if (attachments.length > 0 && trigger.at !== undefined) moveTo(play, { filesAt: trigger.at });
  if (isMore) {
    play.remark('ещё файл того же альбома: бот ответил на первый');
    return;
  }
  if (trigger.withOperator) {
    // What the lead writes now is for the operator, so it answers no question of the bot's, and none stays open.
    moveTo(play, { waiting: null });
    await enterRoute(play, text, true);
  } else if (!started) {
    moveTo(play, { started: true });
    play.enter({ code: START_SCRIPT }, { code: 'new_lead' });
  } else if (waiting !== null) {
    moveTo(play, { waiting: null });
    play.memory = waiting.memory;
    play.frames = waiting.frames.map((frame) => ({ ...frame, pending: [...frame.pending] }));
    await answer(play, waiting, text ?? attachments[0]?.url ?? '');
  } else if (!(await enterMenuItem(play, text)) && !(await enterRoute(play, text, false))) {
    enterFallback(play);
  }
}

function moveTo(play: Play, change: Partial<Play['lead']['position']>): void {
  play.lead = { ...play.lead, position: { ...play.lead.position, ...change } };
}

/**
 * How soon the files of one album follow each other, ms. Our choice: channels hand an album over as one message a file, in
 * one go; nobody sends two photos by hand so quickly.
 */
const ALBUM_MS = 1_000;

/** A file without a text right behind another file: the lead sent them together, and said one thing by it. */
function isMoreOfAlbum(play: Play, { content, at }: Extract<Trigger, { kind: 'message' }>): boolean {
  const { filesAt } = play.lead.position;
  if (filesAt === undefined || at === undefined || content.text !== undefined) return false;
  return at >= filesAt && at - filesAt < ALBUM_MS;
}

/** Only what the lead wrote chooses an item or a route: a file's link is no text. */
async function enterMenuItem(play: Play, text: string | undefined): Promise<boolean> {
  const item = text === undefined ? undefined : chosenItem(play, text);
  if (item === undefined) return false;
  play.choice = fillMacros(item.caption, play.macroValues, MAX_BUTTON_TEXT) || undefined;
  const ref = await resolveScript(play, scriptRefOf(play.input.bot, item.script));
  if (ref !== undefined) play.enter(ref, { code: 'menu_item', of: `${item.code} ${item.caption}` });
  return true;
}

async function enterRoute(play: Play, text: string | undefined, duringTransfer: boolean): Promise<boolean> {
  const route = text === undefined ? undefined : await matchRoute(play, text, duringTransfer);
  if (route === undefined) return false;
  play.duringTransfer = duringTransfer;
  const ref = await resolveScript(play, scriptRefOf(play.input.bot, route.script));
  if (ref !== undefined) play.enter(ref, { code: 'route', of: route.name ?? route.regex });
  return true;
}

function enterFallback(play: Play): void {
  play.misunderstood = true;
  for (const script of play.input.bot.scripts.values()) {
    if (script.type !== 'fallback') continue;
    play.enter({ code: script.code }, { code: 'fallback' });
    return;
  }
  play.remark('ни один маршрут не подошёл, а скрипта типа Fallback нет: бот промолчал');
}

/**
 * Which script a menu item, a route or `run_sentence` means now: the type «Перевод на оператора» is chosen by the operators'
 * availability (`docs/dialogs.md`), and may end in an ordinary transfer, without any script.
 */
export async function resolveScript(play: Play, ref: ScriptRef): Promise<ScriptRef | undefined> {
  if (!('type' in ref) || ref.type !== 'transfer') return ref;
  const choice = await play.within(play.input.ports.chooseTransfer());
  if (choice.do === 'run') return choice.script;
  play.ask(choice);
  return undefined;
}
