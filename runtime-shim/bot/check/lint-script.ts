import { same, type Text } from '../../../plugin/contract/text.ts';
import { CHECK_TEXTS } from './check-texts.ts';
import type { AnyNode } from 'acorn';
import { didYouMean } from '../../names.ts';
import { type AddProblem as Add, placeAt, type ScriptProblem } from './script-problem.ts';
import { keyOf, ScriptTree } from './script-tree.ts';

/** What names in a script may lead to. */
export interface KnownNames {
  readonly scripts: ReadonlySet<string>;
  readonly libraries: ReadonlySet<string>;
  /** The functions of each library, as far as they are certain. */
  readonly exports?: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Names of a browser's or a server's timers: the platform has none (`docs/platform.md`). */
const TIMERS: ReadonlySet<string> = new Set(['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask']);
/** Calls of the platform that end with `script_unsupported` here. */
const UNSUPPORTED: ReadonlySet<string> = new Set(['bot.runTriggerByCodeForLead', 'lead.setPersonId']);
/** Calls of `bot` whose object has a `script_code`. */
const NAMING_SCRIPTS: ReadonlySet<string> = new Set(['run', 'scheduleJob', 'removeScheduledJobs']);
/** The platform's objects: what they have and take is certain, because the typings say it and no script changes it. */
export const PLATFORM_NAMES: ReadonlySet<string> = new Set([
  'lead',
  'bot',
  'memory',
  'livetex',
  'console',
  'crypto',
  'CommonBotCommands',
  'api',
  'table',
  'request',
]);
/** Longest text that messengers take in one message, UTF-16 units: Telegram's. Longer ones come in parts or not at all. */
export const MESSENGER_TEXT = 4_096;

/**
 * What types cannot say: promises that nobody waits for, names of scripts, libraries and their functions that do not exist,
 * values that LiveTex's attributes refuse. What a library does may depend on where it runs: there all of it is a hint.
 */
export function lintScript(file: string, code: string, known: KnownNames): ScriptProblem[] {
  const tree = ScriptTree.of(code);
  if (tree === undefined) return [];
  const problems: ScriptProblem[] = [];
  const isLibrary = file.startsWith('libraries/');
  const add: Add = (rule, at, { en, ru }, isHint = false) => {
    const offset = typeof at === 'number' ? at : tree.startOf(at);
    const doubtful = isHint || isLibrary || (typeof at !== 'number' && isTried(tree, at));
    problems.push({
      file,
      ...placeAt(code, offset),
      rule,
      message: en,
      ru,
      ...(doubtful ? { hint: true as const } : {}),
    });
  };
  for (const node of tree.nodes) lintAsync(tree, node, add);
  lintNames(tree, known, add);
  lintAttributes(tree, add);
  lintMessages(tree, add);
  return problems;
}

/** What fails inside `try` may be meant to. */
function isTried(tree: ScriptTree, node: AnyNode): boolean {
  let inner = node;
  for (const outer of tree.around(node)) {
    if (outer.type === 'TryStatement' && outer.block === inner && outer.handler) return true;
    inner = outer;
  }
  return false;
}

function lintAsync(tree: ScriptTree, node: AnyNode, add: Add): void {
  if ('async' in node && node.async) {
    const outer = tree.parentOf(node);
    const whole = (outer?.type === 'Property' && outer.method) || outer?.type === 'MethodDefinition' ? outer : node;
    add('async', whole, CHECK_TEXTS.asyncFunction);
  } else if (node.type === 'AwaitExpression' || (node.type === 'ForOfStatement' && node.await)) {
    add('async', node, CHECK_TEXTS.awaitNotNeeded);
  } else if (node.type === 'NewExpression' && isGlobal(tree, node.callee, 'Promise')) {
    add('async', node, CHECK_TEXTS.nobodyWaits);
  } else if (node.type === 'CallExpression') {
    const { callee } = node;
    if (callee.type === 'Identifier' && TIMERS.has(callee.name) && !tree.gives(callee.name)) {
      add('timer', node, CHECK_TEXTS.noTimer(callee.name));
    }
    if (callee.type !== 'MemberExpression') return;
    if (isGlobal(tree, callee.object, 'Promise')) {
      add('async', node, CHECK_TEXTS.nobodyWaits);
    } else if (keyOf(callee.property, callee.computed) === 'then') {
      lintThen(tree, callee.object, add);
    }
  }
}

/** `….then(…)`: what the platform's own calls return has no such method; something of the author's own may have one. */
function lintThen(tree: ScriptTree, of: AnyNode, add: Add): void {
  const value = tree.valueOf(of);
  const call = tree.calls.find(({ node }) => node === value);
  if (call !== undefined && PLATFORM_NAMES.has(call.object)) {
    add('async', tree.endOf(of), CHECK_TEXTS.thenNotNeeded);
    return;
  }
  let root = of;
  while (root.type === 'MemberExpression' || root.type === 'CallExpression') {
    root = root.type === 'MemberExpression' ? root.object : root.callee;
  }
  // `fetch` itself is told of, and what a script or a library has made may be anything.
  const isUnknown = root.type === 'Identifier' && !tree.gives(root.name) && !['fetch', 'require'].includes(root.name);
  if (isUnknown) add('async', tree.endOf(of), CHECK_TEXTS.nobodyWaits, true);
}

function isGlobal(tree: ScriptTree, node: AnyNode, name: string): boolean {
  return node.type === 'Identifier' && node.name === name && !tree.gives(name);
}

function lintNames(tree: ScriptTree, known: KnownNames, add: Add): void {
  const script = (node: AnyNode | undefined): void => {
    const name = tree.literal(node);
    if (node === undefined || name === undefined || known.scripts.has(name)) return;
    add('unknown-script', node, CHECK_TEXTS.unknownScript(name, didYouMean(name, known.scripts)));
  };
  for (const { object, method, node } of tree.calls) {
    const [first] = node.arguments;
    if (UNSUPPORTED.has(`${object}.${method}`))
      add('unsupported', node, CHECK_TEXTS.unsupported(`${object}.${method}`));
    if (object === 'bot' && NAMING_SCRIPTS.has(method) && first?.type === 'ObjectExpression') {
      for (const part of first.properties) {
        if (part.type === 'Property' && keyOf(part.key, part.computed) === 'script_code') script(part.value);
      }
    } else if (object === 'bot' && method === 'runScriptByCodeForLead') script(first);
    else if (object === '' && (method === 'require' || method === 'snippet')) {
      const name = tree.literal(first);
      if (first === undefined || name === undefined || known.libraries.has(name)) continue;
      add('unknown-library', first, CHECK_TEXTS.unknownLibrary(name, didYouMean(name, known.libraries)));
    }
  }
  for (const node of tree.nodes) {
    if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') continue;
    const library = libraryOf(tree, tree.valueOf(node.callee.object));
    const functions = known.exports?.get(library ?? '');
    const name = keyOf(node.callee.property, node.callee.computed);
    if (functions === undefined || name === undefined || functions.has(name) || name in Object.prototype) continue;
    add(
      'unknown-function',
      node.callee.property,
      CHECK_TEXTS.unknownFunction(library ?? '', name, didYouMean(name, functions)),
    );
  }
}

/** The library that `require('…')` names. */
function libraryOf(tree: ScriptTree, node: AnyNode): string | undefined {
  if (node.type !== 'CallExpression' || !isGlobal(tree, node.callee, 'require')) return undefined;
  return tree.literal(node.arguments[0]);
}

function lintMessages(tree: ScriptTree, add: Add): void {
  for (const { object, method, node } of tree.calls) {
    if (object !== 'bot' || method !== 'sendMessage') continue;
    const [text, buttons, attachments] = node.arguments;
    const words = tree.literal(text);
    if (words !== undefined && words.length > MESSENGER_TEXT) {
      add('text-too-long', text ?? node, CHECK_TEXTS.textTooLong(words.length, MESSENGER_TEXT), true);
    }
    const isEmpty = words?.trim() === '' || (text?.type === 'Literal' && text.value === null);
    if (isEmpty && buttons?.type === 'ArrayExpression' && buttons.elements.length > 0) {
      add('buttons-without-text', buttons, CHECK_TEXTS.buttonsWithoutText, true);
    }
    if (attachments?.type !== 'ArrayExpression') continue;
    for (const file of attachments.elements) {
      if (file?.type !== 'ObjectExpression') continue;
      for (const part of file.properties) {
        const url = part.type === 'Property' && keyOf(part.key, part.computed) === 'url' ? part.value : undefined;
        const address = tree.literal(url);
        if (url === undefined || address === undefined || /^https?:\/\//i.test(address)) continue;
        add('relative-address', url, CHECK_TEXTS.noFileAddress(address));
      }
    }
  }
}

/** What certainly is refused when attributes are set for the operator: empty keys, values that are none. */
function lintAttributes(tree: ScriptTree, add: Add): void {
  for (const { object, method, node } of tree.calls) {
    if (object !== 'lead' || (method !== 'setLiveTexAttr' && method !== 'setAllLiveTexAttrs')) continue;
    const call = `lead.${method}`;
    const [first, second] = node.arguments;
    if (first === undefined || first.type === 'SpreadElement') continue;
    const key = tree.literal(first);
    if (key !== undefined && method === 'setLiveTexAttr') {
      lintKey(call, key, first, add);
      if (second !== undefined) lintValue(tree, call, key, second, add);
      else add('attribute-value', first, CHECK_TEXTS.valueMissing(call, key));
      continue;
    }
    const given = tree.valueOf(first);
    if (given.type !== 'ObjectExpression') continue;
    for (const part of given.properties) {
      if (part.type !== 'Property' || part.kind !== 'init' || part.computed) continue;
      const name = keyOf(part.key, part.computed) ?? '';
      lintKey(call, name, part, add);
      lintValue(tree, call, name, part.value, add);
    }
  }
}

function lintKey(call: string, key: string, at: AnyNode, add: Add): void {
  if (key === '') add('attribute-key', at, CHECK_TEXTS.keyEmpty(call));
  else if (key.trim() === '') add('attribute-key', at, CHECK_TEXTS.keyBlank(call), true);
}

function lintValue(tree: ScriptTree, call: string, key: string, given: AnyNode, add: Add): void {
  const words = refusedValue(tree, tree.valueOf(given));
  if (words === undefined) return;
  add('attribute-value', given, CHECK_TEXTS.valueRefused(call, key, words));
}

/** What a value is, when it certainly is none that an attribute can have. */
function refusedValue(tree: ScriptTree, value: AnyNode): Text | undefined {
  if (value.type === 'Identifier' && !tree.gives(value.name)) {
    return ['undefined', 'NaN', 'Infinity'].includes(value.name) ? same(value.name) : undefined;
  }
  if (value.type === 'UnaryExpression' && value.operator === 'void') return same('undefined');
  if (value.type === 'ObjectExpression') return CHECK_TEXTS.refusedObject;
  if (value.type === 'ArrayExpression') return CHECK_TEXTS.refusedList;
  if (value.type === 'FunctionExpression' || value.type === 'ArrowFunctionExpression')
    return CHECK_TEXTS.refusedFunction;
  if (value.type === 'Literal' && 'regex' in value && value.regex) return CHECK_TEXTS.refusedExpression;
  return value.type === 'NewExpression' ? CHECK_TEXTS.refusedObject : undefined;
}
