import type { Text } from '../../../plugin/contract/text.ts';
import { CHECK_TEXTS, NEVER_SET } from './check-texts.ts';
import type { AnyNode } from 'acorn';
import { SCRIPT_TYPE_NAMES } from '../../../plugin/contract/script-types.ts';
import { type Bot, DESCRIPTION_FILE, findScript, scriptRefOf } from '../bot.ts';
import type { Command } from '../load/command-schema.ts';
import { scriptFilesIn } from '../load/script-files.ts';
import { circleProblems } from './lint-circles.ts';
import { MESSENGER_TEXT } from './lint-arguments.ts';
import { routeProblems, slashesAround } from './lint-routes.ts';
import type { ScriptProblem } from './script-problem.ts';
import { keyOf, scriptCodeOf, ScriptTree } from './script-tree.ts';

/** Longest caption of a file and of a button that messengers show, UTF-16 units: Telegram's, and what a phone's width holds. */
const MESSENGER_CAPTION = 1_024;

type Part = readonly PropertyKey[];
type Add = (script: string, part: Part, rule: string, text: Text, isHint?: boolean) => void;

/**
 * What only the whole bot can tell: routes, menus, macros and files that do nothing, and circles of scripts. `isWhole`: all of
 * it could be read; otherwise what is not there may be in the rest.
 */
export async function lintBot(bot: Bot, isWhole: boolean): Promise<ScriptProblem[]> {
  const problems: ScriptProblem[] = [];
  const trees = treesOf(bot);
  const add: Add = (script, part, rule, { en, ru }, isHint = false) => {
    const hint = isHint ? { hint: true as const } : {};
    problems.push({ file: DESCRIPTION_FILE, ...bot.place(script, part), rule, message: en, ru, ...hint });
  };
  const set = isWhole ? namesSet(bot, trees) : ANY_NAME;
  for (const [code, script] of bot.scripts) {
    for (const [index, command] of script.commands.entries()) {
      lintCommand(code, ['commands', index], command, set, add);
    }
    for (const [index, item] of script.menu.entries()) {
      lintMacros(code, ['menu', index, 'caption'], item.caption, set, add);
    }
  }
  lintTypes(bot, isWhole ? scriptsNamed(bot, trees) : undefined, add);
  if (isWhole) lintMenus(bot, trees, add);
  for (const { code, part, text } of circleProblems(bot, trees)) add(code, part, 'circle', text);
  problems.push(...routeProblems(bot.routes), ...(isWhole ? await unnamedFiles(bot) : []));
  return problems;
}

function treesOf(bot: Bot): ReadonlyMap<string, ScriptTree> {
  const all = [...bot.sources.values(), ...Object.values(bot.libraries)];
  return new Map(
    all.flatMap(({ file, code }) => {
      const tree = ScriptTree.of(code);
      return tree === undefined ? [] : [[file, tree] as const];
    }),
  );
}

function lintCommand(code: string, part: Part, command: Command, set: NamesSet, add: Add): void {
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

/** What a macro may show. */
type Kept = keyof typeof NEVER_SET;
/** What something of the bot sets of each; `undefined`: a name is made while a script runs, so it may be any. */
type NamesSet = Readonly<Record<Kept, ReadonlySet<string> | undefined>>;
const ANY_NAME: NamesSet = { $: undefined, '&$': undefined, '#': undefined, '@': undefined };

/** Methods that set them. */
const SETTERS: ReadonlyArray<readonly [RegExp, kept: Exclude<Kept, '&$'>]> = [
  [/^(?:force)?set(?:Json)?Attr$/i, '$'],
  [/^(?:addTags?|setTag)$/, '#'],
  [/^setContext$/, '@'],
];

function namesSet(bot: Bot, trees: ReadonlyMap<string, ScriptTree>): NamesSet {
  const names = {
    $: new Set(['name', 'botName']),
    '&$': new Set<string>(),
    '#': new Set<string>(),
    '@': new Set<string>(),
  };
  const unknown = new Set<Kept>();
  const note = (kept: Kept, words: string | undefined): void => {
    if (words === undefined) unknown.add(kept);
    else for (const word of kept === '#' ? words.split(',') : [words]) names[kept].add(word.trim());
  };
  for (const script of bot.scripts.values()) {
    for (const command of script.commands) {
      if (command.type === 'value_input') names.$.add(command.attribute);
      if (command.type === 'add_lead_tags') for (const tag of command.tags) names['#'].add(tag);
      if (command.type === 'add_lead_contexts') for (const context of command.contexts) names['@'].add(context);
    }
  }
  for (const tree of trees.values()) {
    for (const node of tree.nodes) {
      // Tags that a scheduled run sets.
      if (node.type === 'Property' && keyOf(node.key, node.computed) === 'add_tags')
        noteAll(tree, node.value, '#', note);
      if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') continue;
      const method = keyOf(node.callee.property, node.callee.computed) ?? '';
      const kept = SETTERS.find(([form]) => form.test(method))?.[1];
      if (kept === undefined) continue;
      const isMemory = node.callee.object.type === 'Identifier' && node.callee.object.name === 'memory';
      noteAll(tree, node.arguments[0] ?? node, isMemory ? '&$' : kept, note);
    }
  }
  return { ...names, ...Object.fromEntries([...unknown].map((kept) => [kept, undefined])) };
}

/** A name, or a list of names. */
function noteAll(
  tree: ScriptTree,
  given: AnyNode,
  kept: Kept,
  note: (kept: Kept, word: string | undefined) => void,
): void {
  const value = tree.valueOf(given);
  if (value.type !== 'ArrayExpression') return note(kept, tree.literal(value));
  for (const item of value.elements) note(kept, item === null ? '' : tree.literal(tree.valueOf(item)));
}

/** Braces around a name with `$` that are no macro: `{$name}`, `{{ $name }`. */
const BROKEN_MACRO = /\{{1,2}\s*&?\$\s*(\p{L}[\p{L}\p{N}_-]{0,100})\s*\}{1,2}/gu;

function lintMacros(code: string, part: Part, text: string, set: NamesSet, add: Add): void {
  for (const [whole, key = ''] of text.replaceAll(/\{\{[^{}\n]{0,200}\}\}/g, ' ').matchAll(BROKEN_MACRO)) {
    add(code, part, 'macro-unknown', CHECK_TEXTS.macroBroken(whole, key));
  }
  for (const [whole, inside = ''] of text.matchAll(/\{\{([^{}\n]{0,200})\}\}/g)) {
    const [, kind, key = ''] = /^\s*(&?\$|#|@|\^#)\s*(\S.*?)\s*$/.exec(inside) ?? [];
    if (kind === undefined) {
      const guess = /^\s*([\p{L}\p{N}_-]+)\s*$/u.exec(inside)?.[1];
      add(code, part, 'macro-unknown', CHECK_TEXTS.noMacro(whole, guess));
    } else if (isKept(kind)) {
      const known = set[kind];
      if (known === undefined || known.has(key) || key.startsWith('sys_')) continue;
      const { of, may } = NEVER_SET[kind];
      add(code, part, 'macro-never-set', CHECK_TEXTS.macroNeverSet(of, may, key, whole), true);
    }
  }
}

function isKept(kind: string): kind is Kept {
  return Object.hasOwn(NEVER_SET, kind);
}

/** Names of scripts that something starts by their code. `undefined`: some name is made while a script runs. */
function scriptsNamed(bot: Bot, trees: ReadonlyMap<string, ScriptTree>): ReadonlySet<string> | undefined {
  const named = new Set<string>();
  for (const script of bot.scripts.values()) {
    for (const item of script.menu) named.add(item.script);
    for (const command of script.commands) if (command.type === 'run_sentence') named.add(command.script);
  }
  for (const route of bot.routes) named.add(route.script);
  for (const tree of trees.values()) {
    for (const { object, method, node } of tree.calls) {
      if (object !== 'bot' || (method !== 'run' && method !== 'runScriptByCodeForLead')) continue;
      const code = tree.literal(scriptCodeOf(node.arguments[0]));
      if (code === undefined) return undefined;
      named.add(code);
    }
  }
  return named;
}

/** Of several scripts of one type the first one counts. */
function lintTypes(bot: Bot, named: ReadonlySet<string> | undefined, add: Add): void {
  for (const [code, script] of bot.scripts) {
    if (script.type === 'standard') continue;
    const first = findScript(bot, { type: script.type });
    if (first === undefined || first.code === code) continue;
    const text = CHECK_TEXTS.typeTwice(SCRIPT_TYPE_NAMES[script.type], first.code);
    add(code, ['type'], 'type-twice', text, code === 'start' || named === undefined || named.has(code));
  }
}

/** A menu goes under the text said just before it: a script that can say none shows buttons that messengers leave out. */
function lintMenus(bot: Bot, trees: ReadonlyMap<string, ScriptTree>, add: Add): void {
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
function scriptsCalled(bot: Bot, trees: ReadonlyMap<string, ScriptTree>): ReadonlySet<string> | undefined {
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

/** The functions that a library exports, when its text says all of them: nothing is certain of one that makes them while it runs. */
export function exportsOf(name: string, code: string): Array<[string, ReadonlySet<string>]> {
  const tree = ScriptTree.of(code);
  if (tree === undefined) return [];
  const names = new Set<string>();
  let hasObject = false;
  /** `exports.parse`: by name, or undefined when it may be any. */
  const note = (outer: AnyNode, node: AnyNode): boolean => {
    const key =
      outer.type === 'MemberExpression' && outer.object === node ? keyOf(outer.property, outer.computed) : undefined;
    if (key !== undefined) names.add(key);
    return key !== undefined;
  };
  for (const node of tree.nodes) {
    const outer = tree.parentOf(node);
    if (node.type === 'MemberExpression' && isExports(node)) {
      if (outer?.type !== 'AssignmentExpression' || outer.left !== node) {
        if (outer === undefined || !note(outer, node)) return [];
        continue;
      }
      const value = tree.valueOf(outer.right);
      if (hasObject || value.type !== 'ObjectExpression') return [];
      for (const part of value.properties) {
        const key = part.type === 'Property' && !part.computed ? keyOf(part.key, false) : undefined;
        if (key === undefined) return [];
        names.add(key);
      }
      // What a named object gets elsewhere, `lib.more = …`, is exported too.
      const { right } = outer;
      if (right.type === 'Identifier' && !notedUses(tree, right.name, note)) return [];
      hasObject = true;
    } else if (node.type === 'Identifier' && node.name === 'exports' && !isKey(node, outer)) {
      if (outer === undefined || !note(outer, node)) return [];
    }
  }
  return names.size > 0 || hasObject ? [[name, names]] : [];
}

/** Notes the members of a named object; `false` when it is used in another way, which may give it any. */
function notedUses(tree: ScriptTree, name: string, note: (outer: AnyNode, node: AnyNode) => boolean): boolean {
  return tree.nodes.every((node) => {
    const outer = tree.parentOf(node);
    if (node.type !== 'Identifier' || node.name !== name || outer === undefined || isKey(node, outer)) return true;
    if (outer.type === 'VariableDeclarator') return outer.id === node;
    if (outer.type === 'AssignmentExpression') return outer.left === node || isExportsOf(outer.left);
    return note(outer, node);
  });
}

function isExportsOf(node: AnyNode): boolean {
  return node.type === 'MemberExpression' && isExports(node);
}

/** A name that is a key only: `module.exports`, `{ exports: 1 }`. */
function isKey(node: AnyNode, outer: AnyNode | undefined): boolean {
  if (outer?.type === 'MemberExpression') return outer.property === node && !outer.computed;
  return outer?.type === 'Property' && outer.key === node && outer.value !== node && !outer.computed;
}

function isExports(node: Extract<AnyNode, { type: 'MemberExpression' }>): boolean {
  return (
    node.object.type === 'Identifier' &&
    node.object.name === 'module' &&
    keyOf(node.property, node.computed) === 'exports'
  );
}
