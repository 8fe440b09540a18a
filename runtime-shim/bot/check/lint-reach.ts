import { type Bot, findScript, scriptRefOf, START_SCRIPT } from '../bot.ts';
import type { BotScript } from '../load/bot-schema.ts';
import { CHECK_TEXTS } from './check-texts.ts';
import type { AddToBot } from './script-problem.ts';
import { scriptCodeOf, type ScriptTree } from './script-tree.ts';

type Trees = ReadonlyMap<string, ScriptTree>;

/**
 * Scripts that nothing of the bot leads to, and a «Возврат» that leaves the dialog with the operator. Both are only hints:
 * settings may name a script too (`exit.script`), and a bot may mean to stay with the operator.
 */
export function lintReach(bot: Bot, trees: Trees, add: AddToBot): void {
  const reached = reachedScripts(bot, trees);
  for (const code of bot.scripts.keys()) {
    if (reached?.has(code) === false) add(code, ['code'], 'script-unreached', CHECK_TEXTS.scriptUnreached, true);
  }
  const back = findScript(bot, { type: 'return' });
  if (back !== undefined && !mayGiveBack(bot, back, trees)) {
    add(back.code, ['type'], 'return-keeps-dialog', CHECK_TEXTS.returnKeepsDialog, true);
  }
}

/** Names of scripts that anything of the bot starts, as they stand there. `undefined`: some name is made while a script runs. */
export function scriptsNamed(bot: Bot, trees: Trees): ReadonlySet<string> | undefined {
  const all = [...bot.scripts.values()].map((script) => namedBy(script, trees, true));
  return together([namedOutside(bot, trees), ...all]);
}

/** What routes, libraries and calls of other programs start. */
function namedOutside(bot: Bot, trees: Trees): ReadonlySet<string> | undefined {
  const files = [...bot.endpoints.values(), ...Object.values(bot.libraries).map(({ file }) => file)];
  return together([new Set(bot.routes.map(({ script }) => script)), ...files.map((file) => codesIn(trees.get(file)))]);
}

/** What a script starts, by its menu only when asked. */
function namedBy(script: BotScript, trees: Trees, withMenu: boolean): ReadonlySet<string> | undefined {
  const named = new Set(withMenu ? script.menu.map((item) => item.script) : []);
  const files: Array<ReadonlySet<string> | undefined> = [];
  for (const command of script.commands) {
    if (command.type === 'run_sentence') named.add(command.script);
    if (command.type === 'value_input') {
      for (const code of [command.onFailed, command.onTimeout, command.cancel?.script]) named.add(code ?? '');
    }
    if ('file' in command && command.file !== undefined) files.push(codesIn(trees.get(command.file)));
  }
  return together([named, ...files]);
}

/** Methods of `bot` that start a script, or look one up to start it. */
const STARTING: ReadonlySet<string> = new Set(['run', 'runScriptByCodeForLead', 'scheduleJob', 'getScriptIdByCode']);

/** All texts of a file: each may be a script's code. `undefined`: it starts one by a name, or a number, that is made while it runs. */
function codesIn(tree: ScriptTree | undefined): ReadonlySet<string> | undefined {
  if (tree === undefined) return undefined;
  for (const { object, method, node } of tree.calls) {
    const [first] = node.arguments;
    if (object !== 'bot') continue;
    const code = STARTING.has(method) ? scriptCodeOf(first) : undefined;
    if (STARTING.has(method) && (code === undefined || tree.literal(tree.valueOf(code)) === undefined))
      return undefined;
    // By its number, which `getScriptIdByCode` of the same file has looked up.
    if (method === 'scheduleScript' && first !== undefined && tree.valueOf(first).type !== 'CallExpression')
      return undefined;
  }
  return new Set(tree.nodes.flatMap((node) => tree.literal(node) ?? []));
}

/** `undefined` as soon as one of them is. */
function together(sets: ReadonlyArray<ReadonlySet<string> | undefined>): ReadonlySet<string> | undefined {
  const all = new Set<string>();
  for (const set of sets) {
    if (set === undefined) return undefined;
    for (const name of set) all.add(name);
  }
  return all;
}

/** Codes of the scripts that a lead may get to: from the first one, from those that their type starts, from routes and libraries. */
function reachedScripts(bot: Bot, trees: Trees): ReadonlySet<string> | undefined {
  const outside = namedOutside(bot, trees);
  const typed = [...bot.scripts.values()].filter(({ type }) => type !== 'standard').map(({ code }) => code);
  return outside === undefined ? undefined : from(bot, trees, [START_SCRIPT, ...typed, ...outside], true);
}

/** These scripts and all that they lead to. */
function from(bot: Bot, trees: Trees, names: readonly string[], withMenu: boolean): ReadonlySet<string> | undefined {
  const reached = new Set<string>();
  const left = [...names];
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    const script = findScript(bot, scriptRefOf(bot, name));
    if (script === undefined || reached.has(script.code)) continue;
    reached.add(script.code);
    const more = namedBy(script, trees, withMenu);
    if (more === undefined) return undefined;
    left.push(...more);
  }
  return reached;
}

/** May a script end with the dialog at the bot? In doubt it may. */
function mayGiveBack(bot: Bot, script: BotScript, trees: Trees): boolean {
  const run = from(bot, trees, [script.code], false);
  if (run === undefined || Object.values(bot.libraries).some(({ code }) => code.includes('returnToBot'))) return true;
  return [...run].some((code) =>
    bot.scripts
      .get(code)
      ?.commands.some(
        (command) =>
          command.type === 'return_to_bot' ||
          ('file' in command && bot.sources.get(command.file ?? '')?.code.includes('returnToBot') === true),
      ),
  );
}
