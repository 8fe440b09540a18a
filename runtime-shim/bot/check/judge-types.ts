import type { AnyNode, CallExpression } from 'acorn';
import { same, type Text } from '../../../plugin/contract/text.ts';
import { platformOnly, platformOnlyName } from '../../globals/platform-only.guest.ts';
import { question } from '../../names.ts';
import { CHECK_TEXTS, INSTEAD, TAKES } from './check-texts.ts';
import { offsetAt, type ScriptProblem } from './script-problem.ts';
import { PLATFORM_NAMES, PLATFORM_TYPES, type PlatformMethods, type TypeFinding, UNKNOWN_NAMES } from './type-check.ts';
import { keyOf, ScriptTree } from './script-tree.ts';

/** What is around a script: the other texts of its bot. */
export interface JudgeContext {
  /** Names that something else of the bot gives values to. */
  readonly names: ReadonlySet<string>;
  /** Members that some script of the bot adds to objects: `String.prototype.shorten = …`. */
  readonly members: ReadonlySet<string>;
  readonly methods: PlatformMethods;
}

/**
 * TypeScript's finding as an author should read it; `undefined` for one that says nothing here. Types only guess what a
 * variable holds when the script runs, and JavaScript compares and computes with whatever there is. So only this is told: a
 * name that there is not, a method that the platform's objects or a value just made have not, an argument that stands in the
 * call as it is and that the platform refuses.
 */
export function judgeType(found: TypeFinding, code: string, context: JudgeContext): ScriptProblem | undefined {
  const tree = ScriptTree.of(code);
  const node = tree?.nodeAt(offsetAt(code, found.line, found.column));
  if (tree === undefined || node === undefined) return undefined;
  const told = tell(found, node, tree, context);
  if (told === undefined) return undefined;
  const certain = { ...found, message: told.text.en, ru: told.text.ru };
  return told.isHint || found.file.startsWith('libraries/') || isDoubted(tree, node)
    ? { ...certain, hint: true }
    : certain;
}

interface Told {
  readonly text: Text;
  readonly isHint: boolean;
}

function tell(found: TypeFinding, node: AnyNode, tree: ScriptTree, context: JudgeContext): Told | undefined {
  if (UNKNOWN_NAMES.has(found.rule)) return unknownName(found.message, tree, context);
  switch (found.rule) {
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
      return { text: CHECK_TEXTS.isConst(quotes(found.message)[0] ?? ''), isHint: false };
    case 'TS2448':
      return { text: CHECK_TEXTS.usedBeforeDeclared(quotes(found.message)[0] ?? ''), isHint: false };
    default:
      return undefined;
  }
}

function unknownName(message: string, tree: ScriptTree, { names }: JudgeContext): Told | undefined {
  const [name = '', guess] = quotes(message);
  if (tree.gives(name) || names.has(name) || isLookedFor(tree, name)) return undefined;
  if (platformOnlyName(name) !== undefined) return { text: CHECK_TEXTS.unsupported(name), isHint: false };
  const instead = INSTEAD[name];
  if (instead !== undefined) return { text: CHECK_TEXTS.otherName(name, instead), isHint: false };
  const meant = message.includes('Did you mean') ? guess : undefined;
  return { text: CHECK_TEXTS.unknownName(name, question(meant)), isHint: false };
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
  const object = PLATFORM_TYPES[type];
  // Of these the lint tells, whatever types know.
  if ((object === 'bot' || object === 'lead') && platformOnly(name) !== undefined) return undefined;
  const owner = object === undefined ? ownerWords(tree, member.object) : same(object);
  if (owner === undefined || isAsked(tree, name)) return undefined;
  const [of] = object === undefined ? [] : ([...context.methods].find(([, names]) => names.has(name)) ?? []);
  const meant = of === undefined ? guess : `${of}.${name}`;
  // Read only, it is undefined: that fails nothing by itself, but undefined has no members.
  const isOpened = outer?.type === 'MemberExpression' && outer.object === member && !outer.optional;
  return { text: CHECK_TEXTS.unknownMember(owner, name, question(meant)), isHint: !isCalled && !isOpened };
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
function ownerWords(tree: ScriptTree, given: AnyNode): Text | undefined {
  const node = tree.valueOf(given);
  if (node.type === 'TemplateLiteral') return CHECK_TEXTS.aText;
  if (node.type === 'Literal' && typeof node.value === 'string') return CHECK_TEXTS.aText;
  if (node.type === 'Literal' && typeof node.value === 'number') return CHECK_TEXTS.aNumber;
  if (node.type === 'ArrayExpression') return CHECK_TEXTS.aList;
  if (node.type === 'NewExpression' && node.callee.type === 'Identifier' && !tree.gives(node.callee.name)) {
    return node.callee.name === 'Date' ? CHECK_TEXTS.aDate : undefined;
  }
  const call = tree.calls.find((one) => one.node === node);
  return call !== undefined && PLATFORM_NAMES.has(call.object)
    ? CHECK_TEXTS.whatReturns(`${call.object}.${call.method}`)
    : undefined;
}

/** Only what stands in a call of the platform's as it is: what a variable holds is known when the script runs. */
function wrongArgument(node: AnyNode, tree: ScriptTree): Told | undefined {
  const value = node.type === 'Property' ? node.value : node;
  const call = callOf(node, tree);
  if (call === undefined || !isWritten(value, tree)) return undefined;
  const text = tree.textOf(value).replaceAll(/\s+/g, ' ');
  const shown = text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
  return { text: CHECK_TEXTS.doesNotTake(call.name, shown, call.takes), isHint: false };
}

const SHOWN_LENGTH = 40;

/** The platform's call that a node is an argument of, however deep inside. */
function callOf(
  node: AnyNode,
  tree: ScriptTree,
): { readonly name: string; readonly takes: Text | undefined } | undefined {
  let inner = node;
  for (const outer of [node, ...tree.around(node)]) {
    if (outer.type === 'CallExpression' && (outer === node || outer.arguments.includes(inner as CallExpression))) {
      const call = tree.calls.find((one) => one.node === outer);
      if (call === undefined || !PLATFORM_NAMES.has(call.object)) return undefined;
      return { name: `${call.object}.${call.method}`, takes: TAKES[call.method] };
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
  // A function of the platform's that nobody calls.
  if (node.type === 'MemberExpression' && node.object.type === 'Identifier' && !tree.gives(node.object.name)) {
    return PLATFORM_NAMES.has(node.object.name);
  }
  return node.type === 'Identifier' && node.name === 'undefined' && !tree.gives('undefined');
}

function argumentCount(message: string, node: AnyNode, tree: ScriptTree): Told | undefined {
  const call = [node, ...tree.around(node)].find((one) => one.type === 'CallExpression');
  const known = tree.calls.find((one) => one.node === call);
  const [expected = '', got = ''] = message.match(/\d+(?:-\d+)?/g) ?? [];
  if (
    known === undefined ||
    !PLATFORM_NAMES.has(known.object) ||
    known.node.arguments.some((one) => one.type === 'SpreadElement')
  ) {
    return undefined;
  }
  // Too many are not looked at; too few are an argument that is missing.
  const isTooMany = Number(got) > Number(expected.split('-').at(-1));
  return {
    text: CHECK_TEXTS.argumentCount(`${known.object}.${known.method}`, expected, got),
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
