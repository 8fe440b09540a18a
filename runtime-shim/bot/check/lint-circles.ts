import type { Text } from '../../../plugin/contract/text.ts';
import { CHECK_TEXTS } from './check-texts.ts';
import { type Bot, findScript, scriptRefOf } from '../bot.ts';
import type { BotScript } from '../load/bot-schema.ts';
import { isFunction, keyOf, scriptCodeOf, type ScriptTree } from './script-tree.ts';

type Trees = ReadonlyMap<string, ScriptTree>;

/** A script that another one certainly runs, and the command that does it. */
interface Step {
  readonly to: string;
  readonly part: readonly PropertyKey[];
}

/** Scripts that run each other for ever, whatever the lead has said: each circle once, at the command that closes it. */
export function circleProblems(
  bot: Bot,
  trees: Trees,
): Array<{ readonly code: string; readonly part: readonly PropertyKey[]; readonly text: Text }> {
  const steps = new Map([...bot.scripts.values()].map((script) => [script.code, stepsOf(bot, script, trees)]));
  const problems: ReturnType<typeof circleProblems> = [];
  const done = new Set<string>();
  const visit = (code: string, path: readonly string[]): void => {
    for (const { to, part } of steps.get(code) ?? []) {
      const from = [...path, code];
      if (from.includes(to)) {
        const names = [...from.slice(from.indexOf(to)), to].join(' → ');
        problems.push({
          code,
          part,
          text: from.at(-1) === to ? CHECK_TEXTS.runsItself : CHECK_TEXTS.circle(names),
        });
      } else if (!done.has(to)) visit(to, from);
    }
    done.add(code);
  };
  for (const code of bot.scripts.keys()) if (!done.has(code)) visit(code, []);
  return problems;
}

/** What a script runs in any case, before anything that may wait for the lead or stop. */
function stepsOf(bot: Bot, script: BotScript, trees: Trees): Step[] {
  const steps: Step[] = [];
  /** What a script asks for runs when this one has ended. */
  let later: Step[] = [];
  for (const [index, command] of script.commands.entries()) {
    const part = ['commands', index];
    const isCertain = (command.condition ?? '').trim() === '';
    if (command.type === 'stop') return [...steps, ...(isCertain ? later : [])];
    if (command.type === 'value_input' || command.type === 'run_js_callback') return steps;
    if (command.type === 'run_sentence') {
      const target = findScript(bot, scriptRefOf(bot, command.script));
      if (target === undefined || target.type === 'transfer') return steps;
      if (isCertain) steps.push({ to: target.code, part: [...part, 'script'] });
      if (target.code !== script.code && mayEnd(bot, target, trees, new Set([script.code]))) return steps;
    } else if (command.type === 'run_javascript') {
      const tree = trees.get(command.file);
      if (tree === undefined || saysStop(tree)) return [...steps, ...later];
      if (isCertain) later = [...later, ...callsOf(bot, tree).map((to) => ({ to, part: [...part, 'file'] }))];
    }
  }
  return [...steps, ...later];
}

/** May a script wait for the lead, or stop everything? */
function mayEnd(bot: Bot, script: BotScript, trees: Trees, seen: Set<string>): boolean {
  seen.add(script.code);
  return script.commands.some((command) => {
    if (['value_input', 'run_js_callback', 'stop'].includes(command.type)) return true;
    if (command.type === 'run_javascript') {
      const tree = trees.get(command.file);
      return tree === undefined || saysStop(tree);
    }
    if (command.type !== 'run_sentence') return false;
    const target = findScript(bot, scriptRefOf(bot, command.script));
    return target !== undefined && !seen.has(target.code) && mayEnd(bot, target, trees, seen);
  });
}

function saysStop(tree: ScriptTree): boolean {
  return tree.nodes.some(
    (node) =>
      node.type === 'ThrowStatement' ||
      (node.type === 'MemberExpression' && keyOf(node.property, node.computed) === 'stop') ||
      (node.type === 'CallExpression' && node.callee.type === 'Identifier' && node.callee.name === 'require'),
  );
}

/** The scripts that a file asks for in any case: by statements of its own, before anything that may return. */
function callsOf(bot: Bot, tree: ScriptTree): string[] {
  const [body] = tree.nodes;
  const found: string[] = [];
  for (const statement of body?.type === 'BlockStatement' ? body.body : []) {
    if (statement.type === 'ExpressionStatement') {
      const call = tree.calls.find(({ node }) => node === statement.expression);
      const isOwn = call?.method === 'run' || tree.textOf(call?.node.arguments[1] ?? statement) === 'leadId';
      if (call?.object === 'bot' && (call.method === 'run' || call.method === 'runScriptByCodeForLead') && isOwn) {
        const code = tree.literal(scriptCodeOf(call.node.arguments[0]));
        if (code !== undefined && bot.scripts.has(code)) found.push(code);
      }
    }
    if (mayReturn(tree, statement.start, statement.end)) break;
  }
  return found;
}

function mayReturn(tree: ScriptTree, start: number, end: number): boolean {
  return tree.nodes.some(
    (node) =>
      node.type === 'ReturnStatement' &&
      node.start >= start &&
      node.end <= end &&
      ![...tree.around(node)].some((outer) => isFunction(outer)),
  );
}
