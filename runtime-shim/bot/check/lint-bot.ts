import type { Text } from '../../../plugin/contract/text.ts';
import { CHECK_TEXTS } from './check-texts.ts';
import { SCRIPT_TYPE_NAMES } from '../../../plugin/contract/script-types.ts';
import { type Bot, DESCRIPTION_FILE, findScript, scriptRefOf } from '../bot.ts';
import type { Command } from '../load/command-schema.ts';
import { scriptFilesIn } from '../load/script-files.ts';
import { circleProblems } from './lint-circles.ts';
import { MESSENGER_TEXT } from './lint-arguments.ts';
import { lintMacros, type NamesSet } from './lint-attributes.ts';
import { lintReach, scriptsNamed } from './lint-reach.ts';
import { routeProblems, slashesAround } from './lint-routes.ts';
import type { AddToBot, Part, ScriptProblem } from './script-problem.ts';
import { scriptCodeOf, type ScriptTree } from './script-tree.ts';

/** Longest caption of a file and of a button that messengers show, UTF-16 units: Telegram's, and what a phone's width holds. */
const MESSENGER_CAPTION = 1_024;

type Trees = ReadonlyMap<string, ScriptTree>;

/**
 * What only the whole bot can tell: routes, menus, macros, scripts and files that do nothing, and circles of scripts.
 * `trees`: its files. `isWhole`: all of it could be read; otherwise what is not there may be in the rest.
 */
export async function lintBot(
  bot: Bot,
  { trees, set, isWhole }: { readonly trees: Trees; readonly set: NamesSet; readonly isWhole: boolean },
): Promise<ScriptProblem[]> {
  const problems: ScriptProblem[] = [];
  const add: AddToBot = (script, part, rule, { en, ru }, isHint = false) => {
    const hint = isHint ? { hint: true as const } : {};
    problems.push({ file: DESCRIPTION_FILE, ...bot.place(script, part), rule, message: en, ru, ...hint });
  };
  for (const [code, script] of bot.scripts) {
    for (const [index, command] of script.commands.entries()) {
      lintCommand(code, ['commands', index], command, set, add);
    }
    for (const [index, item] of script.menu.entries()) {
      lintMacros(code, ['menu', index, 'caption'], item.caption, set, add);
    }
  }
  lintTypes(bot, isWhole ? scriptsNamed(bot, trees) : undefined, add);
  if (isWhole) {
    lintMenus(bot, trees, add);
    lintReach(bot, trees, add);
  }
  for (const { code, part, text } of circleProblems(bot, trees)) add(code, part, 'circle', text);
  problems.push(...routeProblems(bot.routes), ...(isWhole ? await unnamedFiles(bot) : []));
  return problems;
}

function lintCommand(code: string, part: Part, command: Command, set: NamesSet, add: AddToBot): void {
  const texts =
    command.type === 'send_text'
      ? { text: command.text }
      : command.type === 'value_input'
        ? { text: command.text, error: command.error }
        : command.type === 'send_image'
          ? { url: command.url, caption: command.caption }
          : command.type === 'send_file'
            ? { url: command.url, caption: command.caption, name: command.name }
            : command.type === 'forward_to_operator'
              ? { reason: command.reason }
              : {};
  for (const [key, text] of Object.entries(texts)) {
    if (text !== undefined) lintMacros(code, [...part, key], text, set, add);
  }
  const slashes = command.type === 'value_input' ? slashesAround(command.pattern ?? '') : undefined;
  if (slashes !== undefined) {
    const { inside, isHint } = slashes;
    add(code, [...part, 'pattern'], 'pattern-slashes', CHECK_TEXTS.routeSlashes(inside), isHint);
  }
  if (command.type === 'send_image' || command.type === 'send_file') {
    const [start = ''] = command.url.split('{{');
    const isWhole = start === command.url ? /^https?:\/\/[^/]/i.test(start) : start === '' || /^https?:/i.test(start);
    if (!isWhole) {
      add(code, [...part, 'url'], 'relative-address', CHECK_TEXTS.noAddress(command.url));
    }
    if ((command.caption?.length ?? 0) > MESSENGER_CAPTION) {
      add(code, [...part, 'caption'], 'text-too-long', tooLong(command.caption, MESSENGER_CAPTION), true);
    }
  }
  if ((command.type === 'send_text' || command.type === 'value_input') && command.text.length > MESSENGER_TEXT) {
    add(code, [...part, 'text'], 'text-too-long', tooLong(command.text, MESSENGER_TEXT), true);
  }
}

function tooLong(text: string | undefined, limit: number): Text {
  return CHECK_TEXTS.textTooLong(text?.length ?? 0, limit);
}

/** Of several scripts of one type the first one counts. */
function lintTypes(bot: Bot, named: ReadonlySet<string> | undefined, add: AddToBot): void {
  for (const [code, script] of bot.scripts) {
    if (script.type === 'standard') continue;
    const first = findScript(bot, { type: script.type });
    if (first === undefined || first.code === code) continue;
    const text = CHECK_TEXTS.typeTwice(SCRIPT_TYPE_NAMES[script.type], first.code);
    add(code, ['type'], 'type-twice', text, code === 'start' || named === undefined || named.has(code));
  }
}

/** A menu goes under the text said just before it: a script that can say none shows buttons that messengers leave out. */
function lintMenus(bot: Bot, trees: Trees, add: AddToBot): void {
  const called = scriptsCalled(bot, trees);
  for (const [code, script] of bot.scripts) {
    if (script.menu.length === 0 || called === undefined || called.has(code)) continue;
    const says = script.commands.some(
      (command) =>
        ['send_text', 'value_input', 'run_js_callback', 'run_sentence', 'run_javascript', 'repeat_sentence'].includes(
          command.type,
        ) ||
        ((command.type === 'send_image' || command.type === 'send_file') && command.caption !== undefined),
    );
    if (!says) add(code, ['menu'], 'menu-without-text', CHECK_TEXTS.menuWithoutText);
  }
}

/** Scripts that run inside or behind another one, which may have said something. */
function scriptsCalled(bot: Bot, trees: Trees): ReadonlySet<string> | undefined {
  const called = new Set<string>();
  for (const script of bot.scripts.values()) {
    for (const command of script.commands) {
      if (command.type !== 'run_sentence') continue;
      called.add(findScript(bot, scriptRefOf(bot, command.script))?.code ?? '');
    }
  }
  for (const tree of trees.values()) {
    for (const { object, method, node } of tree.calls) {
      if (object !== 'bot' || (method !== 'run' && method !== 'runScriptByCodeForLead')) continue;
      const code = tree.literal(scriptCodeOf(node.arguments[0]));
      if (code === undefined) return undefined;
      called.add(code);
    }
  }
  return called;
}

/** Files of the folder that look like scripts and that no command names. */
async function unnamedFiles(bot: Bot): Promise<ScriptProblem[]> {
  const { en: message, ru } = CHECK_TEXTS.fileUnused;
  return (await scriptFilesIn(bot.folder))
    .filter((file) => !isNamed(bot, file))
    .map((file) => ({ file, line: 1, column: 1, rule: 'file-unused', message, ru, hint: true }));
}

function isNamed(bot: Bot, path: string): boolean {
  return [...bot.sources.keys()].some((file) => file.normalize().replace(/^\.\//, '') === path.normalize());
}
