import type { AnyNode, CallExpression } from 'acorn';
import { offsetAt, type ScriptProblem } from './script-problem.ts';
import { keyOf, ScriptTree } from './script-tree.ts';

/** Objects of the platform: what they have and take is certain, because the typings say it and no script changes it. */
const OBJECTS: Readonly<Record<string, string>> = {
  MetabotLead: 'lead',
  MetabotBot: 'bot',
  MetabotMemory: 'memory',
  LiveTex: 'livetex',
  MetabotConsole: 'console',
  MetabotCrypto: 'crypto',
  CommonBotCommandsLibrary: 'CommonBotCommands',
};
const GLOBALS: ReadonlySet<string> = new Set([...Object.values(OBJECTS), 'api', 'table', 'request']);

/** What is around a script: the other texts of its bot. */
export interface JudgeContext {
  /** Names that something else of the bot gives values to. */
  readonly names: ReadonlySet<string>;
  /** Members that some script of the bot adds to objects: `String.prototype.shorten = …`. */
  readonly members: ReadonlySet<string>;
}

/**
 * TypeScript's finding as an author should read it; `undefined` for one that says nothing here. Types only guess what a
 * variable holds when the script runs, and JavaScript compares and computes with whatever there is. So only this is told: a
 * name that there is not, a method that the platform's objects or a value just made have not, an argument that stands in the
 * call as it is and that the platform refuses.
 */
export function judgeType(found: ScriptProblem, code: string, context: JudgeContext): ScriptProblem | undefined {
  const tree = ScriptTree.of(code);
  const node = tree?.nodeAt(offsetAt(code, found.line, found.column));
  if (tree === undefined || node === undefined) return undefined;
  const told = tell(found, node, tree, context);
  if (told === undefined) return undefined;
  const { hint, ...certain } = { ...found, message: told.message };
  return told.isHint || hint === true || found.file.startsWith('libraries/') || isDoubted(tree, node)
    ? { ...certain, hint: true }
    : certain;
}

interface Told {
  readonly message: string;
  readonly isHint: boolean;
}

function tell(found: ScriptProblem, node: AnyNode, tree: ScriptTree, context: JudgeContext): Told | undefined {
  switch (found.rule) {
    case 'TS2304':
    case 'TS2552':
    case 'TS2580':
    case 'TS2582':
    case 'TS2584':
      return unknownName(found.message, tree, context);
    case 'TS2339':
    case 'TS2551':
      return unknownMember(found.message, node, tree, context);
    case 'TS2322':
    case 'TS2345':
    case 'TS2353':
    case 'TS2741':
    case 'TS2769':
      return wrongArgument(node, tree);
    case 'TS2554':
    case 'TS2555':
      return argumentCount(found.message, node, tree);
    case 'TS2588':
      return { message: `${quoted(found.message)} is a const: it cannot be given another value`, isHint: false };
    case 'TS2448':
      return { message: `${quoted(found.message)} is used before it is declared`, isHint: false };
    default:
      return undefined;
  }
}

function unknownName(message: string, tree: ScriptTree, { names }: JudgeContext): Told | undefined {
  const [name = '', guess] = quotes(message);
  if (tree.gives(name) || names.has(name) || isLookedFor(tree, name)) return undefined;
  const question = guess === undefined || !message.includes('Did you mean') ? '' : ` (did you mean "${guess}"?)`;
  return { message: `there is no name "${name}" here${question}`, isHint: false };
}

/** `typeof name`: the script itself asks whether it is there. */
function isLookedFor(tree: ScriptTree, name: string): boolean {
  return tree.nodes.some(
    (node) =>
      node.type === 'UnaryExpression' &&
      node.operator === 'typeof' &&
      node.argument.type === 'Identifier' &&
      node.argument.name === name,
  );
}

function unknownMember(message: string, node: AnyNode, tree: ScriptTree, context: JudgeContext): Told | undefined {
  const member = tree.parentOf(node);
  const [name = '', type = '', guess] = quotes(message);
  if (member?.type !== 'MemberExpression' || member.property !== node || context.members.has(name)) return undefined;
  const outer = tree.parentOf(member);
  const isCalled = outer?.type === 'CallExpression' && outer.callee === member && !outer.optional;
  const owner = OBJECTS[type] ?? ownerWords(tree, member.object);
  if (owner === undefined || isAsked(tree, name)) return undefined;
  const question = guess === undefined ? '' : ` (did you mean "${guess}"?)`;
  // Read and not called, it is undefined: that fails nothing by itself.
  return { message: `${owner} has no "${name}"${question}`, isHint: !isCalled };
}

/** The script reads the member without calling it: to see whether it is there. */
function isAsked(tree: ScriptTree, name: string): boolean {
  return tree.nodes.some((node) => {
    if (node.type !== 'MemberExpression' || keyOf(node.property, node.computed) !== name) return false;
    const outer = tree.parentOf(node);
    return (
      (outer?.type === 'UnaryExpression' && (outer.operator === 'typeof' || outer.operator === '!')) ||
      (outer?.type === 'LogicalExpression' && outer.left === node) ||
      ((outer?.type === 'IfStatement' || outer?.type === 'ConditionalExpression') && outer.test === node)
    );
  });
}

/** What a value is, when it is certain: written there, or what a method of the platform returns. */
function ownerWords(tree: ScriptTree, given: AnyNode): string | undefined {
  const node = tree.valueOf(given);
  if (node.type === 'TemplateLiteral') return 'a text';
  if (node.type === 'Literal' && typeof node.value === 'string') return 'a text';
  if (node.type === 'Literal' && typeof node.value === 'number') return 'a number';
  if (node.type === 'ArrayExpression') return 'a list';
  if (node.type === 'NewExpression' && node.callee.type === 'Identifier' && !tree.gives(node.callee.name)) {
    return node.callee.name === 'Date' ? 'a date' : undefined;
  }
  const call = tree.calls.find((one) => one.node === node);
  return call !== undefined && GLOBALS.has(call.object) ? `what ${call.object}.${call.method} returns` : undefined;
}

/** Only what stands in a call of the platform's as it is: what a variable holds is known when the script runs. */
function wrongArgument(node: AnyNode, tree: ScriptTree): Told | undefined {
  const value = node.type === 'Property' ? node.value : node;
  const call = callOf(node, tree);
  if (call === undefined || !isWritten(value, tree)) return undefined;
  const text = tree.textOf(value).replaceAll(/\s+/g, ' ');
  const shown = text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
  return { message: `${call.name} does not take ${shown}${call.takes}`, isHint: false };
}

const SHOWN_LENGTH = 40;

/** What methods take, for the author. What is not here is told without it. */
const TAKES: Readonly<Record<string, string>> = {
  setLiveTexAttr: 'a name and a text, number, true, false or null; or an object of these',
  setAllLiveTexAttrs: 'an object of texts, numbers, true, false and null',
  sendMessage: 'a text, rows of buttons [[{ text, callback_data }]], a list of files [{ type, url }]',
  run: '{ script_code: "…" }',
  getAttr: 'the name as a text',
  setAttr: 'the name as a text, and a text, number, true, false or null',
  addTag: 'a text',
  addTags: 'a list of texts',
};

/** The platform's call that a node is an argument of, however deep inside. */
function callOf(node: AnyNode, tree: ScriptTree): { readonly name: string; readonly takes: string } | undefined {
  let inner = node;
  for (const outer of [node, ...tree.around(node)]) {
    if (outer.type === 'CallExpression' && (outer === node || outer.arguments.includes(inner as CallExpression))) {
      const call = tree.calls.find((one) => one.node === outer);
      if (call === undefined || !GLOBALS.has(call.object)) return undefined;
      const takes = TAKES[call.method];
      return { name: `${call.object}.${call.method}`, takes: takes === undefined ? '' : `; it takes ${takes}` };
    }
    if (!['Property', 'ObjectExpression', 'ArrayExpression'].includes(outer.type) && outer !== node) return undefined;
    inner = outer;
  }
  return undefined;
}

/** Does a value stand there as it is? */
function isWritten(node: AnyNode, tree: ScriptTree): boolean {
  if (
    ['Literal', 'ObjectExpression', 'ArrayExpression', 'FunctionExpression', 'ArrowFunctionExpression'].includes(
      node.type,
    )
  )
    return true;
  if (node.type === 'NewExpression') return true;
  return node.type === 'Identifier' && node.name === 'undefined' && !tree.gives('undefined');
}

function argumentCount(message: string, node: AnyNode, tree: ScriptTree): Told | undefined {
  const call = [node, ...tree.around(node)].find((one) => one.type === 'CallExpression');
  const known = tree.calls.find((one) => one.node === call);
  const [expected = '', got = ''] = message.match(/\d+(?:-\d+)?/g) ?? [];
  if (
    known === undefined ||
    !GLOBALS.has(known.object) ||
    known.node.arguments.some((one) => one.type === 'SpreadElement')
  ) {
    return undefined;
  }
  // Too many are not looked at; too few are an argument that is missing.
  const isTooMany = Number(got) > Number(expected.split('-').at(-1));
  return {
    message: `${known.object}.${known.method} takes ${expected} argument(s), here are ${got}`,
    isHint: isTooMany,
  };
}

/** Inside `try`, or behind a question whether something is there. */
function isDoubted(tree: ScriptTree, node: AnyNode): boolean {
  let inner = node;
  for (const outer of tree.around(node)) {
    if (outer.type === 'TryStatement' && outer.block === inner && outer.handler) return true;
    inner = outer;
  }
  return false;
}

function quotes(message: string): string[] {
  return Array.from(message.matchAll(/'([^']*)'/g), ([, name = '']) => name);
}

function quoted(message: string): string {
  return `"${quotes(message)[0] ?? ''}"`;
}
