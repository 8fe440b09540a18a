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
const SYNCHRONOUS = 'the platform runs scripts synchronously';
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
  const add: Add = (rule, at, message, isHint = false) => {
    const offset = typeof at === 'number' ? at : tree.startOf(at);
    const doubtful = isHint || isLibrary || (typeof at !== 'number' && isTried(tree, at));
    problems.push({ file, ...placeAt(code, offset), rule, message, ...(doubtful ? { hint: true as const } : {}) });
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
    add('async', whole, `${SYNCHRONOUS}: an async function would never end its work`);
  } else if (node.type === 'AwaitExpression' || (node.type === 'ForOfStatement' && node.await)) {
    add('async', node, `${SYNCHRONOUS}: await is not needed, calls return their value`);
  } else if (node.type === 'NewExpression' && isGlobal(tree, node.callee, 'Promise')) {
    add('async', node, `${SYNCHRONOUS}: nothing waits for a promise`);
  } else if (node.type === 'CallExpression') {
    const { callee } = node;
    if (callee.type === 'Identifier' && TIMERS.has(callee.name) && !tree.gives(callee.name)) {
      add('timer', node, `${SYNCHRONOUS}: there is no ${callee.name}`);
    }
    if (callee.type !== 'MemberExpression') return;
    if (isGlobal(tree, callee.object, 'Promise')) {
      add('async', node, `${SYNCHRONOUS}: nothing waits for a promise`);
    } else if (keyOf(callee.property, callee.computed) === 'then') {
      // Something of the author's own may have a method of this name.
      add('async', tree.endOf(callee.object), `${SYNCHRONOUS}: nothing waits for a promise`, true);
    }
  }
}

function isGlobal(tree: ScriptTree, node: AnyNode, name: string): boolean {
  return node.type === 'Identifier' && node.name === name && !tree.gives(name);
}

function lintNames(tree: ScriptTree, known: KnownNames, add: Add): void {
  const script = (node: AnyNode | undefined): void => {
    const name = tree.literal(node);
    if (node === undefined || name === undefined || known.scripts.has(name)) return;
    add('unknown-script', node, `there is no script "${name}" in this bot${didYouMean(name, known.scripts)}`);
  };
  for (const { object, method, node } of tree.calls) {
    const [first] = node.arguments;
    if (object === 'bot' && method === 'run' && first?.type === 'ObjectExpression') {
      for (const part of first.properties) {
        if (part.type === 'Property' && keyOf(part.key, part.computed) === 'script_code') script(part.value);
      }
    } else if (object === 'bot' && method === 'runScriptByCodeForLead') script(first);
    else if (object === '' && (method === 'require' || method === 'snippet')) {
      const name = tree.literal(first);
      if (first === undefined || name === undefined || known.libraries.has(name)) continue;
      add('unknown-library', first, `there is no library "${name}"${didYouMean(name, known.libraries)}`);
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
      `the library "${library}" has no "${name}"${didYouMean(name, functions)}`,
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
      add(
        'text-too-long',
        text ?? node,
        `a text of ${words.length} characters: messengers take ${MESSENGER_TEXT}`,
        true,
      );
    }
    const isEmpty = words?.trim() === '' || (text?.type === 'Literal' && text.value === null);
    if (isEmpty && buttons?.type === 'ArrayExpression' && buttons.elements.length > 0) {
      add('buttons-without-text', buttons, 'buttons without a text above them: messengers do not show them', true);
    }
    if (attachments?.type !== 'ArrayExpression') continue;
    for (const file of attachments.elements) {
      if (file?.type !== 'ObjectExpression') continue;
      for (const part of file.properties) {
        const url = part.type === 'Property' && keyOf(part.key, part.computed) === 'url' ? part.value : undefined;
        const address = tree.literal(url);
        if (url === undefined || address === undefined || /^https?:\/\//i.test(address)) continue;
        add('relative-address', url, `"${address}" is no address of a file: write it whole, from https://`);
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
      else add('attribute-value', first, `${call}: the value of "${key}" is missing; null deletes it`);
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
  if (key === '') add('attribute-key', at, `${call}: the name of an attribute must not be empty`);
  else if (key.trim() === '') add('attribute-key', at, `${call}: a name of spaces only: the operator sees none`, true);
}

function lintValue(tree: ScriptTree, call: string, key: string, given: AnyNode, add: Add): void {
  const words = refusedValue(tree, tree.valueOf(given));
  if (words === undefined) return;
  add(
    'attribute-value',
    given,
    `${call}: the value of "${key}" is ${words}; give a text, a number, true, false or null`,
  );
}

/** What a value is, when it certainly is none that an attribute can have. */
function refusedValue(tree: ScriptTree, value: AnyNode): string | undefined {
  if (value.type === 'Identifier' && !tree.gives(value.name)) {
    return ['undefined', 'NaN', 'Infinity'].includes(value.name) ? value.name : undefined;
  }
  if (value.type === 'UnaryExpression' && value.operator === 'void') return 'undefined';
  if (value.type === 'ObjectExpression') return 'an object';
  if (value.type === 'ArrayExpression') return 'a list';
  if (value.type === 'FunctionExpression' || value.type === 'ArrowFunctionExpression') return 'a function';
  if (value.type === 'Literal' && 'regex' in value && value.regex) return 'an expression';
  return value.type === 'NewExpression' ? 'an object' : undefined;
}
