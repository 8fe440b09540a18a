/** Attributes, memory, tags and contexts that are shown or read and that nothing of the bot sets. */
import type { AnyNode } from 'acorn';
import { didYouMean, question } from '../../names.ts';
import type { Bot } from '../bot.ts';
import { CHECK_TEXTS, NEVER_SET } from './check-texts.ts';
import type { AddProblem, AddToBot, Part } from './script-problem.ts';
import { keyOf, type ScriptTree } from './script-tree.ts';

/** What a macro may show. */
type Kept = keyof typeof NEVER_SET;
/** What something of the bot sets of each; `undefined`: a name is made while a script runs, so it may be any. */
export type NamesSet = Readonly<Record<Kept, ReadonlySet<string> | undefined>>;
/** Of a bot that could not be read whole. */
export const ANY_NAME: NamesSet = { $: undefined, '&$': undefined, '#': undefined, '@': undefined };

/** Methods that set them. */
const SETTERS: ReadonlyArray<readonly [RegExp, kept: Exclude<Kept, '&$'>]> = [
  [/^(?:force)?set(?:Json)?Attr$/i, '$'],
  [/^(?:addTags?|setTag)$/, '#'],
  [/^setContext$/, '@'],
];

/** What the bot sets; `trees`: its scripts and libraries. */
export function namesSet(bot: Bot, trees: ReadonlyMap<string, ScriptTree>): NamesSet {
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

/** Macros in a text of `bot.json` that are none, or that show what nothing sets. */
export function lintMacros(code: string, part: Part, text: string, set: NamesSet, add: AddToBot): void {
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
      const text = CHECK_TEXTS.macroNeverSet(NEVER_SET[kind], key, whole, didYouMean(key, known));
      add(code, part, 'macro-never-set', text, true);
    }
  }
}

function isKept(kind: string): kind is Kept {
  return Object.hasOwn(NEVER_SET, kind);
}

/** Methods that read an attribute of the lead. */
const READERS: ReadonlySet<string> = new Set([
  'getAttr',
  'getIntAttr',
  'getFloatAttr',
  'getBoolAttr',
  'getJsonAttr',
  'isAttrExist',
  'issetAttr',
]);
/** Shorter names are near to too many others. */
const MIN_GUESSED_CHARS = 5;

/**
 * An attribute that a script reads under a name that nothing sets, where one that is set has nearly the same name. Only then:
 * one without any setter may come from the platform, which keeps more of a lead than a bot folder knows.
 */
export function lintReading(tree: ScriptTree, set: NamesSet['$'], add: AddProblem): void {
  for (const { object, method, node } of tree.calls) {
    const [first] = node.arguments;
    const name = tree.literal(first);
    if (object !== 'lead' || !READERS.has(method) || first === undefined || name === undefined) continue;
    if (set === undefined || set.has(name) || name.startsWith('sys_') || name.length < MIN_GUESSED_CHARS) continue;
    const near = [...set].find((one) => isSlip(name, one));
    if (near !== undefined)
      add('attribute-never-set', first, CHECK_TEXTS.attributeNeverSet(name, question(near)), true);
  }
}

/** The same letters in another order or case, or one letter too many or too few; digits count "answer1", "answer2". */
function isSlip(name: string, meant: string): boolean {
  const [one, other] = [name.toLowerCase(), meant.toLowerCase()];
  if (one.length === other.length) return sorted(one) === sorted(other);
  const [long, short] = one.length > other.length ? [one, other] : [other, one];
  if (long.length > short.length + 1 || long.replaceAll(/\d/g, '') === short.replaceAll(/\d/g, '')) return false;
  return Array.from(long).some((_, at) => long.slice(0, at) + long.slice(at + 1) === short);
}

function sorted(word: string): string {
  return Array.from(word).toSorted().join('');
}
