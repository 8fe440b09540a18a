import type { Text } from '../../../plugin/contract/text.ts';
import { CHECK_TEXTS } from './check-texts.ts';
import type { AnyNode } from 'acorn';
import { platformOnly } from '../../globals/platform-only.guest.ts';
import { didYouMean } from '../../names.ts';
import { lintArguments } from './lint-arguments.ts';
import { lintReading } from './lint-attributes.ts';
import { PLATFORM_NAMES, type PlatformMethods } from './type-check.ts';
import { type AddProblem as Add, placeAt, type ScriptProblem } from './script-problem.ts';
import { keyOf, ScriptTree } from './script-tree.ts';

/** What names in a script may lead to. */
export interface KnownNames {
  /** `undefined`: nobody knows them. */
  readonly scripts: ReadonlySet<string> | undefined;
  readonly libraries: ReadonlySet<string>;
  /** The functions of each library, as far as they are certain. */
  readonly exports?: ReadonlyMap<string, ReadonlySet<string>>;
  /** The attributes that the bot sets; `undefined`: they may be any. */
  readonly attributes?: ReadonlySet<string> | undefined;
  /** The methods of the platform's objects, as the typings have them. */
  readonly methods?: PlatformMethods;
}

/** Names of a browser's or a server's timers: the platform has none (`docs/platform.md`). */
const TIMERS: ReadonlySet<string> = new Set(['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask']);
/** What an object of these names that the platform only has. */
const PLATFORM_ONLY_KEYS: ReadonlySet<string> = new Set(['trigger_code', 'ticket_id']);
/** Calls of `bot` whose object has a `script_code`. */
const NAMING_SCRIPTS: ReadonlySet<string> = new Set(['run', 'scheduleJob', 'removeScheduledJobs']);

/**
 * What types cannot say: promises that nobody waits for, names of scripts, libraries and their functions that do not exist,
 * values that LiveTex's attributes refuse. What a library does may depend on where it runs: there all of it is a hint.
 */
export function lintScript(file: string, code: string, known: KnownNames): ScriptProblem[] {
  const isLibrary = file.startsWith('libraries/');
  const tree = ScriptTree.of(code);
  if (tree === undefined) return assignedCall(file, code, isLibrary);
  const problems: ScriptProblem[] = [];
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
  lintArguments(tree, add);
  lintReading(tree, known.attributes, add);
  for (const node of tree.nodes) {
    lintUse(tree, node, known.methods, add);
    lintAssignedTest(tree, node, add);
  }
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
    const { scripts } = known;
    if (node === undefined || name === undefined || scripts === undefined || scripts.has(name)) return;
    add('unknown-script', node, CHECK_TEXTS.unknownScript(name, didYouMean(name, scripts)));
  };
  for (const { object, method, node } of tree.calls) {
    const [first] = node.arguments;
    if ((object === 'bot' || object === 'lead') && platformOnly(method) !== undefined) {
      add('unsupported', node, CHECK_TEXTS.unsupported(`${object}.${method}`));
    }
    if (object === 'bot' && NAMING_SCRIPTS.has(method) && first?.type === 'ObjectExpression') {
      for (const part of first.properties) {
        const key = part.type === 'Property' ? keyOf(part.key, part.computed) : undefined;
        if (part.type !== 'Property' || key === undefined) continue;
        if (key === 'script_code') script(part.value);
        if (PLATFORM_ONLY_KEYS.has(key) && isGiven(part.value)) {
          add('unsupported', part, CHECK_TEXTS.unsupported(`${key} of bot.${method}`));
        }
      }
    } else if (object === 'bot' && method === 'runScriptByCodeForLead') script(first);
    else if (object === '' && (method === 'require' || method === 'snippet')) {
      const name = tree.literal(first);
      if (first === undefined || name === undefined || known.libraries.has(name)) continue;
      add('unknown-library', first, CHECK_TEXTS.unknownLibrary(name, didYouMean(name, known.libraries)));
    }
  }
  for (const node of tree.nodes) {
    if (node.type === 'VariableDeclarator') lintTaken(tree, node, known, add);
    if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') continue;
    const library = libraryOf(tree, tree.valueOf(node.callee.object));
    const functions = known.exports?.get(library ?? '');
    const name = keyOf(node.callee.property, node.callee.computed);
    if (functions === undefined || name === undefined || functions.has(name) || name in Object.prototype) continue;
    add('unknown-function', node.callee.property, functionText(library ?? '', name, functions));
  }
}

function functionText(library: string, name: string, functions: ReadonlySet<string>): Text {
  return functions.size === 0
    ? CHECK_TEXTS.exportsNothing(library, name)
    : CHECK_TEXTS.unknownFunction(library, name, didYouMean(name, functions));
}

/** Is a value written there that is not nothing? What a variable holds is known when the script runs. */
function isGiven(node: AnyNode): boolean {
  return node.type === 'Literal' && node.value !== null && node.value !== '';
}

/** The library that `require('…')` names. */
function libraryOf(tree: ScriptTree, node: AnyNode): string | undefined {
  if (node.type !== 'CallExpression' || !isGlobal(tree, node.callee, 'require')) return undefined;
  return tree.literal(node.arguments[0]);
}

/** `var { parse } = require('…')`: what the library has not is undefined, and fails when it is called. */
function lintTaken(
  tree: ScriptTree,
  { id, init }: Extract<AnyNode, { type: 'VariableDeclarator' }>,
  known: KnownNames,
  add: Add,
): void {
  if (id.type !== 'ObjectPattern' || !init) return;
  const library = libraryOf(tree, tree.valueOf(init));
  const functions = known.exports?.get(library ?? '');
  if (functions === undefined) return;
  for (const part of id.properties) {
    const name = part.type === 'Property' ? keyOf(part.key, part.computed) : undefined;
    if (part.type !== 'Property' || part.value.type !== 'Identifier' || name === undefined || functions.has(name))
      continue;
    const own = part.value.name;
    const isCalled = tree.nodes.some(
      (node) => node.type === 'CallExpression' && node.callee.type === 'Identifier' && node.callee.name === own,
    );
    add('unknown-function', part, functionText(library ?? '', name, functions), !isCalled);
  }
}

/** Objects of the platform that keep nothing a script puts on them. */
const KEEPING_NOTHING: ReadonlySet<string> = new Set(['lead', 'bot', 'memory', 'livetex', 'api', 'table']);

/** Members of the platform's objects: given a value, which nobody keeps, or taken as a value instead of being called. */
function lintUse(tree: ScriptTree, node: AnyNode, methods: PlatformMethods | undefined, add: Add): void {
  if (node.type !== 'MemberExpression' || node.object.type !== 'Identifier' || tree.gives(node.object.name)) return;
  const object = node.object.name;
  const outer = tree.parentOf(node);
  const isWritten =
    (outer?.type === 'AssignmentExpression' && outer.left === node) ||
    (outer?.type === 'UpdateExpression' && outer.argument === node);
  if (isWritten && KEEPING_NOTHING.has(object)) {
    const key = keyOf(node.property, node.computed);
    const isKept = methods?.get(object)?.has('setAttr') ?? true;
    const shown = key === undefined ? tree.textOf(node.property) : `'${key}'`;
    add(
      'platform-write',
      node,
      CHECK_TEXTS.notKept(tree.textOf(node), isKept ? `${object}.setAttr(${shown}, …)` : undefined),
    );
    return;
  }
  const method = keyOf(node.property, node.computed);
  if (method === undefined || !methods?.get(object)?.has(method)) return;
  if (outer?.type === 'ExpressionStatement') {
    add('not-called', node, CHECK_TEXTS.doesNothing(`${object}.${method}`));
    return;
  }
  if (!isTaken(tree, node)) return;
  // A script may ask whether a platform has the function before it calls it.
  const isCalled = tree.calls.some(
    (call) => call.object === object && call.method === method && call.node.start > node.start,
  );
  if (!isCalled) add('not-called', node, CHECK_TEXTS.notCalled(`${object}.${method}`));
}

/** Does something ask for a member's truth, or compare it with a value? */
function isTaken(tree: ScriptTree, node: AnyNode): boolean {
  const outer = tree.parentOf(node);
  switch (outer?.type) {
    case 'IfStatement':
    case 'ConditionalExpression':
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'ForStatement':
      return outer.test === node;
    case 'UnaryExpression':
      return outer.operator === '!';
    case 'LogicalExpression':
      return outer.left === node || isTaken(tree, outer);
    case 'BinaryExpression': {
      const other = outer.left === node ? outer.right : outer.left;
      const isNothing = other.type === 'Identifier' || (other.type === 'Literal' && other.value === null);
      return /^(?:[=!]==?|[<>]=?)$/.test(outer.operator) && !isNothing;
    }
    default:
      return false;
  }
}

/** `if (city = 'Москва')`: the value is always the same. `while (row = rows.pop())` is another thing. */
function lintAssignedTest(tree: ScriptTree, node: AnyNode, add: Add): void {
  if (node.type !== 'AssignmentExpression' || node.operator !== '=' || node.right.type !== 'Literal') return;
  if (isAsked(tree, node)) add('assigned-test', node, CHECK_TEXTS.assignedTest(tree.textOf(node.left)));
}

/** Does something ask for a value's truth? */
function isAsked(tree: ScriptTree, node: AnyNode): boolean {
  const outer = tree.parentOf(node);
  if (outer?.type === 'LogicalExpression') return isAsked(tree, outer);
  const isTest = outer !== undefined && 'test' in outer && outer.test === node && outer.type !== 'SwitchCase';
  return isTest || (outer?.type === 'UnaryExpression' && outer.operator === '!');
}

/** `if (lead.getAttr('a') = 'b')`: the engine takes it and fails at that place when it gets there. */
function assignedCall(file: string, code: string, isLibrary: boolean): ScriptProblem[] {
  const offset = ScriptTree.assignedCallIn(code);
  if (offset === undefined) return [];
  const { en: message, ru } = CHECK_TEXTS.callAssigned;
  return [
    {
      file,
      ...placeAt(code, offset),
      rule: 'call-assigned',
      message,
      ru,
      ...(isLibrary ? { hint: true as const } : {}),
    },
  ];
}
